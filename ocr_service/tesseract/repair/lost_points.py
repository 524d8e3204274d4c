"""Full stops and commas that Tesseract lost, seen in the ink: ``доб 8`` for ``доб. 8``, ``mailru`` for ``mail.ru``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import contains_centre, enclosing
from ocr_service.geometry.ink_pieces import Stats
from ocr_service.tesseract.repair.glyph_shapes import glyph_boxes
from ocr_service.tesseract.repair.number_marks import point_or_comma
from ocr_service.tesseract.words import Line, Word, make_line

_FILLED = 0.6  # of a mark's box
_COMMA = 1.35  # of its width: a comma is higher
_LEAST_COMMA = 0.2  # em: its height
_SPECK, _FEW, _SPECKS = (0.05, 0.25), 3, 0.02  # em: the sides of a speck; how many, and for each word more
_REACH = 0.35  # em behind a word's ink
_LEADER = 0.6  # em: from one point of a row to the next
_TOP_LEVEL = re.compile(r"([^@]++@[^.@]+)(ru|su|by|kz|com|org|net|info|edu|gov|de)")  # an address without a point
_NOISE = 0.25  # of all marks at the feet of words: where more seem to be lost, the page has specks


def has_specks(lines: Sequence[Line], stats: Stats) -> bool:
    """Whether more than a few pieces of a point's size stand at no word of all ``lines`` of a page."""
    if not lines:
        return False
    words = [word for line in lines for word in line.words]
    em = float(np.median([line.em for line in lines]))
    left, top, width, height = stats[:, :4].T
    small = (np.maximum(width, height) < _SPECK[1] * em) & (np.minimum(width, height) > _SPECK[0] * em)
    x, y = (left + width / 2)[small], (top + height / 2)[small]
    apart = np.ones(len(x), bool)
    reach = _REACH * em
    for word in words:
        x0, y0, x1, y1 = word.box
        apart &= (x < x0 - reach) | (x > x1 + reach) | (y < y0 - reach) | (y > y1 + reach)
    return int(apart.sum()) > _FEW + _SPECKS * len(words)


def with_lost_points(lines: Sequence[Line], stats: Stats, ink: Gray) -> list[Line]:
    """``lines`` with the full stops and commas that their ink has and their text has not; ``stats``: the page's ink.

    Not for a page that ``has_specks``: they look like points.
    """
    marks = [_marks(line, stats) for line in lines]
    mended = [_mended(line, found, ink) for line, found in zip(lines, marks, strict=True)]
    lost = sum(len(line.text) - len(before.text) for line, before in zip(mended, lines, strict=True))
    return mended if lost <= max(3, _NOISE * sum(map(len, marks))) else list(lines)


def _marks(line: Line, stats: Stats) -> list[tuple[str, Box]]:
    """The points and commas at the foot of a ``line``, none of a row of leaders, with their boxes."""
    if line.is_sideways:
        return []
    em, (x0, _, x1, _) = line.em, line.box
    boxes = stats[:, :4]
    left, top, right, bottom = boxes[:, 0], boxes[:, 1], boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    beside = (right > x0) & (left < x1 + _REACH * em) & (bottom > line.baseline - em) & (top < line.baseline + 0.4 * em)
    near = np.flatnonzero(beside)
    small = near[(boxes[near, 3] < 0.45 * em) & (boxes[near, 2] < 0.3 * em)]
    marks = []
    for index in small.tolist():
        box = (int(left[index]), int(top[index]), int(right[index]), int(bottom[index]))
        sign = point_or_comma(box, line.baseline, em)
        width, height = box[2] - box[0], box[3] - box[1]
        if sign == "." and height > _COMMA * width:  # the word's box, which has it, lowers the line
            sign = ","
        if sign == "," and height < _LEAST_COMMA * em:
            # A speck, or a point of a line that stands a little lower than was measured.
            inside = any(word.box[0] < box[0] and box[2] < word.box[2] for word in line.words)
            sign = "." if inside else None
        if sign is None or stats[index, 4] < _FILLED * width * height * (0.7 if sign == "," else 1):
            continue
        others = near[near != index]
        over = others[(left[others] < box[2]) & (right[others] > box[0])]
        if not np.any(bottom[over] <= box[1] + 1) and not np.any((top[over] < box[1]) & (bottom[over] > box[1])):
            marks.append((sign, box))
    marks.sort(key=lambda mark: mark[1])
    middles = [(box[0] + box[2]) / 2 for _, box in marks]
    near_another = [
        any(abs(middle - other) < _LEADER * em for other in middles if other != middle) for middle in middles
    ]
    return [mark for mark, is_leader in zip(marks, near_another, strict=True) if not is_leader]


def _mended(line: Line, marks: Sequence[tuple[str, Box]], ink: Gray) -> Line:
    words = list(line.words)
    for index, word in enumerate(words):
        following = words[index + 1].box[0] if index + 1 < len(words) else word.box[2] + 2 * line.em
        own = [
            (sign, box)
            for sign, box in marks
            if word.box[0] < (box[0] + box[2]) / 2 < min(following, word.box[2] + _REACH * line.em)
        ]
        for sign, box in reversed(own):
            if any(contains_centre(other.box, box) for other in words if not any(map(str.isalnum, other.text))):
                continue
            words[index] = _with_mark(words[index], sign, box, line.em, ink)
    return make_line(words, line.weight) if words != list(line.words) else line


def _with_mark(word: Word, sign: str, mark: Box, em: float, ink: Gray) -> Word:
    """``word`` with the ``sign`` where its ink has it; as it is where it has a sign there, or that is not sure."""
    area = enclosing([word.box, mark])
    glyphs = [box for box in glyph_boxes(area, em, ink) if box[3] > area[1]]
    place = next((index for index, box in enumerate(glyphs) if box[0] <= mark[0] and mark[2] <= box[2]), None)
    if place is None or place == 0:
        return word
    text = word.text
    if place == len(glyphs) - 1:
        return replace(word, text=text + sign, box=area) if text[-1].isalnum() else word
    if name := _TOP_LEVEL.fullmatch(text):  # letters may touch
        share = (area[2] - mark[2]) / (area[2] - area[0]) * len(text)
        return replace(word, text=f"{name[1]}.{name[2]}") if abs(share - len(name[2])) < 1 else word
    if len(glyphs) != len(text) + 1 or not _may_part(text, place) or (word.listed and text.isalpha()):
        return word
    return replace(word, text=text[:place] + sign + text[place:], box=area)


def _may_part(text: str, place: int) -> bool:
    """Whether a point may stand at ``place`` inside ``text``: between the letters of a word it is a speck."""
    before, after = text[place - 1], text[place]
    if not (before.isalnum() and after.isalnum()):
        return False
    return "@" in text or not before.islower() or after.isdigit()
