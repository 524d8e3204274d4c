"""Groups characters into words and lines, by their positions and not by their order in the file.

Lines are found in their own direction: vertical and slanted characters are rotated level first.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ocr_service.text_layer.lines.curved import curved_lines
from ocr_service.text_layer.lines.directions import mostly_to_the_left, runs_to_the_left
from ocr_service.text_layer.lines.drop_caps import with_drop_caps
from ocr_service.text_layer.lines.gutters import Row, cuts_of
from ocr_service.text_layer.lines.list_marks import with_list_marks
from ocr_service.text_layer.lines.raised_digits import with_raised_digits
from ocr_service.text_layer.lines.scripts import is_note_number, with_scripts
from ocr_service.text_layer.lines.upright_rules import UprightRules
from ocr_service.text_layer.lines.words import (
    DOTS,
    NUMBER,
    WORD_GAP,
    Frame,
    LayerLine,
    is_number,
    line_of,
    text_of,
)
from ocr_service.text_layer.page.glyphs import Floats, Glyphs, Ints

_SAME_BASELINE = 0.15  # em
_LABEL, _VALUE = 30, 8.0  # characters of a form's label, and em to its value
_MOST_FORM_LINES = 1_500  # of a page with a form; comparing all of them with all takes a second
_ENTRY = re.compile(rf"[{DOTS}]{{4,}}(?:{NUMBER.pattern})$")
_ENTRY_PIECES = 3  # number of a section, title, page
_OVER, _LEAST_OVER = 0.1, 2  # em that a glyph lies over one of another text, and how often in a row
_ACCENTS = ("Mn", "Sk")
_UNDERSCORE, _LEAST_RULE = 0x5F, 5
_LEAST_TILT = 0.25  # the cosine of twice the angle of slanted type whose widths its boxes tell
_ENTRIES = 3  # that lead to numbers: a table of contents


def find_lines(glyphs: Glyphs, rules: UprightRules | None = None) -> list[LayerLine]:
    """The lines of all directions, in no particular order. ``rules``: those of the page, which part level lines."""
    if not len(glyphs):
        return []
    angles = np.rint(glyphs.angle).astype(int) % 360
    right = np.rint(angles / 90).astype(int) * 90
    angles = np.where(np.abs(right - angles) <= 2, right % 360, angles)
    to_the_left = mostly_to_the_left(glyphs.codes) if runs_to_the_left(glyphs.codes).any() else None
    lines = curved_lines(glyphs)
    straight = np.ones(len(glyphs), bool)
    straight[[index for line in lines for index in line.glyphs]] = False
    for angle in np.unique(angles[straight]):
        frame = with_drop_caps(glyphs, _turned(glyphs, np.flatnonzero(straight & (angles == angle)), int(angle)))
        for band in _bands(glyphs, frame, rules if angle == 0 else None):
            lines += [line_of(glyphs, frame, piece, int(angle), to_the_left=to_the_left) for piece in band]
    return _with_values(with_list_marks([line for line in lines if line.words]))


def main_angle(glyphs: Glyphs) -> int:
    """The angle of most of the page's characters: 0, 90, 180 or 270 degrees clockwise."""
    if not len(glyphs):
        return 0
    quarters = np.rint(glyphs.angle / 90).astype(int) % 4
    return int(np.bincount(quarters, minlength=4).argmax()) * 90


def _turned(glyphs: Glyphs, index: Ints, angle: int) -> Frame:
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    cell = glyphs.cell[index]
    origin = glyphs.origin[index]
    along = origin[:, 0] * cos + origin[:, 1] * sin
    base = -origin[:, 0] * sin + origin[:, 1] * cos
    xs = np.stack([cell[:, a] * cos + cell[:, b] * sin for a in (0, 2) for b in (1, 3)])
    if angle % 90:  # a box around a slanted glyph says nothing of its advance: the writing goes on from its origin
        return Frame(index, along, along + _slanted_width(cell, origin, cos, sin), base, glyphs.size[index])
    left = xs.min(axis=0)
    # PDFium gives the ink alone of letters that it knows by their forms for the middle of a word.
    inked = runs_to_the_left(glyphs.codes[index]) & ~glyphs.of_one_glyph[index]
    left = np.where(inked, np.minimum(left, along), left)
    frame = Frame(index, left, xs.max(axis=0), base, glyphs.size[index])
    return frame if angle else with_raised_digits(glyphs, frame)


def _slanted_width(cell: Floats, origin: Floats, cos: float, sin: float) -> Floats:
    """The widths of glyphs of which ``cell`` has the upright boxes; near 45 degrees the boxes' sides hardly tell them.

    There the sides that ``origin``, on the baseline at the glyph's left, is off tell how high it is.
    """
    across, down = cell[:, 2] - cell[:, 0], cell[:, 3] - cell[:, 1]
    tilt = cos * cos - sin * sin
    usual: Floats = np.hypot(across, down) * 0.5
    if abs(tilt) < _LEAST_TILT:
        beside = origin[:, 0] - cell[:, 0] if cos > 0 else cell[:, 2] - origin[:, 0]
        above = origin[:, 1] - cell[:, 1] if sin > 0 else cell[:, 3] - origin[:, 1]
        width = (across + down) / (abs(cos) + abs(sin)) - beside / abs(sin) - above / abs(cos)
    else:
        width = (across * abs(cos) - down * abs(sin)) / tilt
    return np.where((width > 0.1 * usual) & (width < 2.0 * usual), width, usual)


def _bands(glyphs: Glyphs, frame: Frame, rules: UprightRules | None) -> list[list[list[int]]]:
    """What stands on one baseline, from left to right, cut at wide white and at rules. Indices are the frame's."""
    bands = _without_rules(glyphs, frame, with_scripts(glyphs, frame, _on_baselines(frame)))
    rows = [sorted(band, key=lambda i: frame.left[i]) for band in bands]
    rows = [_words_in_one(glyphs, frame, _drawn_once(glyphs, frame, row)) for row in rows]
    if rules is not None:
        rows = [part for row in rows for part in rules.parted(glyphs, frame, row)]
    return _cut(glyphs, frame, rows)


def _on_baselines(frame: Frame) -> list[list[int]]:
    bands: list[tuple[float, float, list[int]]] = []
    for i in np.argsort(frame.base, kind="stable").tolist():
        base, size = float(frame.base[i]), float(frame.size[i])
        for at in range(len(bands) - 1, max(-1, len(bands) - 6), -1):
            if abs(bands[at][0] - base) <= _SAME_BASELINE * min(bands[at][1], size):
                bands[at][2].append(i)
                break
        else:
            bands.append((base, size, [i]))
    return [band for _, _, band in bands]


def _without_rules(glyphs: Glyphs, frame: Frame, bands: list[list[int]]) -> list[list[int]]:
    """Underscores that run on below other text are a ruling line, and a band of their own."""
    parted: list[list[int]] = []
    for band in bands:
        rule = [i for i in band if glyphs.codes[frame.index[i]] == _UNDERSCORE]
        text = [i for i in band if glyphs.codes[frame.index[i]] != _UNDERSCORE]
        if len(rule) >= _LEAST_RULE and text and _overlap(frame, text, rule) > 0.5 * len(text):
            parted += [text, rule]
        else:
            parted.append(band)
    return parted


def _overlap(frame: Frame, text: Sequence[int], rule: Sequence[int]) -> int:
    """How many of ``text`` have their middle over one of ``rule``."""
    middles = (frame.left[text] + frame.right[text]) / 2
    order = np.sort(frame.left[rule])
    before = np.searchsorted(order, middles, side="right") - 1
    width = float(np.median(frame.right[rule] - frame.left[rule]))
    return int(((before >= 0) & (middles - order[np.maximum(before, 0)] < width)).sum())


def _drawn_once(glyphs: Glyphs, frame: Frame, row: list[int]) -> list[int]:
    """Without what is drawn a second time at nearly the same place, as some programs make bold type."""
    kept: list[int] = []
    for i in row:
        duplicate = any(
            glyphs.codes[frame.index[i]] == glyphs.codes[frame.index[j]]
            and glyphs.object[frame.index[i]] != glyphs.object[frame.index[j]]  # a ligature has an f twice
            and abs(frame.left[i] - frame.left[j]) < 0.3 * (frame.right[j] - frame.left[j])
            and abs(frame.base[i] - frame.base[j]) < 0.1 * frame.size[j]
            for j in kept[-3:]
        )
        if not duplicate:
            kept.append(i)
    return kept


def _words_in_one(glyphs: Glyphs, frame: Frame, row: list[int]) -> list[int]:
    """The row with words that lie over each other one after the other: a font that is not in the file may be wider."""
    objects, left, right = glyphs.object[frame.index[row]], frame.left[row], frame.right[row]
    letters = np.array([chr(code).isalnum() for code in glyphs.codes[frame.index[row]].tolist()], bool)
    over = (objects[1:] != objects[:-1]) & letters[1:] & letters[:-1]
    over &= right[:-1] - left[1:] > _OVER * frame.size[row][1:]
    if over.sum() < _LEAST_OVER:
        return row
    words: list[list[int]] = [[row[0]]]
    last = {int(objects[0]): words[0]}  # by object
    latest = words[0]
    for i, own in zip(row[1:], objects[1:].tolist(), strict=True):
        word = last.get(own)
        if unicodedata.category(chr(int(glyphs.codes[frame.index[i]]))) in _ACCENTS:
            word = latest
        elif word is None or frame.left[i] - frame.right[word[-1]] > WORD_GAP * frame.size[i]:
            word = last[own] = []
            words.append(word)
        word.append(i)
        latest = word
    return [i for word in words for i in word]


def _cut(glyphs: Glyphs, frame: Frame, rows: list[list[int]]) -> list[list[list[int]]]:
    spans = [Row.of(frame, row) for row in rows]
    result = []
    for at, row in enumerate(rows):
        pieces: list[list[int]] = []
        start = 0
        for place in [*cuts_of(spans, at), len(row)]:
            piece = row[start:place]
            marked = pieces and _is_mark(glyphs, frame, pieces[-1]) and not _is_mark(glyphs, frame, piece)
            if pieces and (marked or is_note_number(glyphs, frame, pieces[-1], piece)):
                pieces[-1] += piece
            else:
                pieces.append(piece)
            start = place
        result.append(pieces)
    return _with_page_numbers(glyphs, frame, result)


def _with_page_numbers(glyphs: Glyphs, frame: Frame, rows: list[list[list[int]]]) -> list[list[list[int]]]:
    """The entries of a table of contents with their numbers, which stand in columns of their own.

    Dots lead to them; where several do, also what has no dots goes with the number at the same right edge.
    """
    led = [_ENTRY.search(text_of(glyphs, frame, [i for piece in row for i in piece])) is not None for row in rows]
    lasts = [row[-1][-1] for row, is_led in zip(rows, led, strict=True) if is_led]
    result = []
    for row, is_led in zip(rows, led, strict=True):
        if len(row) > 1 and not is_led and is_number(glyphs, frame, row[-1][-1:]):
            right, near = float(frame.right[row[-1][-1]]), 0.3 * float(frame.size[row[-1][-1]])
            is_led = sum(abs(right - float(frame.right[last])) < near for last in lasts) >= _ENTRIES
        result.append([[i for piece in row for i in piece]] if is_led and len(row) <= _ENTRY_PIECES else row)
    return result


def _is_mark(glyphs: Glyphs, frame: Frame, piece: list[int]) -> bool:
    """Whether a piece is only a bullet or an item's number, whose text stands behind a tab."""
    if len(piece) > 5:
        return False
    text = "".join(chr(glyphs.codes[frame.index[i]]) for i in piece)
    if len(text) == 1:
        return not text.isalnum()
    return text[-1] in ".)" and text[:-1].lstrip("(").replace(".", "").isalnum() and len(text.strip("().")) <= 3


def _with_values(lines: list[LayerLine]) -> list[LayerLine]:
    """Short lines that end in a colon with the value behind it, which a form may set a little higher or lower."""
    if len(lines) > _MOST_FORM_LINES:
        return lines
    taken: set[int] = set()
    joined: list[LayerLine] = []
    for line in lines:
        if line.angle or not line.words or line.words[-1].text[-1:] != ":" or len(line.text) > _LABEL:
            continue
        _, y0, x1, y1 = line.box
        values = []
        for other in lines:
            if other is line or other.angle or not other.words:
                continue
            left, top, _, bottom = other.box
            level = min(y1, bottom) - max(y0, top) > 0.5 * min(y1 - y0, bottom - top)
            if level and -0.3 * line.size < left - x1 < _VALUE * line.size and other.size < 1.6 * line.size:
                values.append((left, id(other), other))
        value = min(values)[2] if values else None
        if value is None or id(value) in taken or id(line) in taken:
            continue
        taken |= {id(line), id(value)}
        joined.append(replace(line, words=(*line.words, *value.words)))
    return [line for line in lines if id(line) not in taken] + joined
