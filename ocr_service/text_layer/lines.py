"""Groups characters into words and lines, by their positions and not by their order in the file.

Lines are found in their own direction: vertical and slanted characters are rotated level first.
"""

from __future__ import annotations

import bisect
import itertools
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ocr_service.document import Box
from ocr_service.text_layer.glyphs import Floats, Glyphs, Ints

_SAME_BASELINE = 0.15  # em
_WORD_GAP = 0.17  # em between two advances; kerning takes up to 0.1, the narrowest justified space has 0.2
_OWN_SPACE = 0.05  # em that a space of the file must leave to be one
_WIDE = 2.0  # em: no space of running text
_GUTTER = 0.75  # em: white that parts columns where the lines above and below have it too
_GUTTER_LINES = 4
_LONG_GUTTER = 8
_LABEL, _VALUE = 30, 8.0  # characters of a form's label, and em to its value
_MOST_FORM_LINES = 1_500  # of a page with a form; comparing all of them with all takes a second
_SMALL = 0.82  # of the size beside it: a superscript
_APART = 1.2  # em: what is closer together on one baseline is one text
_NEAR_BANDS = 8  # baselines of two columns with their superscripts between one line and the next
_TIGHT_SPACE = 0.125  # em: what is left of a space in the tightest lines of narrow columns
_DOTS = ".·…‥"
_LEADER = "…"  # as ``tesseract.leaders`` writes it
_LEADERS = re.compile(rf"[{_DOTS}]{{5,}}")
_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}|[IVXLC]{1,6}")
_ENTRY = re.compile(rf"[{_DOTS}]{{4,}}(?:{_NUMBER.pattern})$")
_ENTRY_PIECES = 3  # number of a section, title, page
_ENTRIES = 3  # that lead to numbers: a table of contents
_SMALL_CAPITALS = 1.5  # of their size: the large ones beside them
_LETTERS_APART = 0.12  # em between the letters of spaced-out type


@dataclass(frozen=True, slots=True)
class LayerWord:
    """``box`` in pixels of the page; ``glyphs`` are indices in reading order; ``strength`` of its proof, 0 to 1.

    ``base``: the y of a level word's baseline, None where it is not known.
    """

    text: str
    box: tuple[float, float, float, float]
    glyphs: tuple[int, ...]
    size: float
    strength: float = 1.0
    base: float | None = None


@dataclass(frozen=True, slots=True)
class LayerLine:
    """Words from left to right (or from right to left, in such scripts). ``angle``: clockwise degrees, 0 is level."""

    words: tuple[LayerWord, ...]
    angle: int
    size: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def glyphs(self) -> tuple[int, ...]:
        return tuple(index for word in self.words for index in word.glyphs)

    @property
    def box(self) -> tuple[float, float, float, float]:
        return _around([word.box for word in self.words])


@dataclass(frozen=True, slots=True)
class _Frame:
    """Glyphs of one direction, rotated level: advance boxes' ``left`` and ``right``, ``base`` line, type ``size``."""

    index: Ints
    left: Floats
    right: Floats
    base: Floats
    size: Floats


def find_lines(glyphs: Glyphs) -> list[LayerLine]:
    """The lines of all directions, in no particular order."""
    if not len(glyphs):
        return []
    angles = np.rint(glyphs.angle).astype(int) % 360
    right = np.rint(angles / 90).astype(int) * 90
    angles = np.where(np.abs(right - angles) <= 2, right % 360, angles)
    lines: list[LayerLine] = []
    for angle in np.unique(angles):
        frame = _turned(glyphs, np.flatnonzero(angles == angle), int(angle))
        for band in _bands(glyphs, frame):
            lines += [_line(glyphs, frame, piece, int(angle)) for piece in band]
    return _with_values([line for line in lines if line.words])


def main_angle(glyphs: Glyphs) -> int:
    """The angle of most of the page's characters: 0, 90, 180 or 270 degrees clockwise."""
    if not len(glyphs):
        return 0
    quarters = np.rint(glyphs.angle / 90).astype(int) % 4
    return int(np.bincount(quarters, minlength=4).argmax()) * 90


def _turned(glyphs: Glyphs, index: Ints, angle: int) -> _Frame:
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    cell = glyphs.cell[index]
    origin = glyphs.origin[index]
    along = origin[:, 0] * cos + origin[:, 1] * sin
    base = -origin[:, 0] * sin + origin[:, 1] * cos
    xs = np.stack([cell[:, a] * cos + cell[:, b] * sin for a in (0, 2) for b in (1, 3)])
    if angle % 90:  # a box around a slanted glyph says nothing of its advance: the writing goes on from its origin
        width = np.hypot(cell[:, 2] - cell[:, 0], cell[:, 3] - cell[:, 1]) * 0.5
        return _Frame(index, along, along + width, base, glyphs.size[index])
    return _Frame(index, xs.min(axis=0), xs.max(axis=0), base, glyphs.size[index])


def _bands(glyphs: Glyphs, frame: _Frame) -> list[list[list[int]]]:
    """What stands on one baseline, from left to right, cut into pieces at wide white. Indices are the frame's."""
    bands = _attached(frame, _on_baselines(frame))
    rows = [sorted(band, key=lambda i: frame.left[i]) for band in bands]
    rows = [_drawn_once(glyphs, frame, row) for row in rows]
    return _cut(glyphs, frame, rows)


def _on_baselines(frame: _Frame) -> list[list[int]]:
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


def _attached(frame: _Frame, bands: list[list[int]]) -> list[list[int]]:
    """Superscripts and subscripts with the letters that they belong to.

    A band may have text of several columns, so what stands close together in it is judged by itself.
    """
    clusters = [(at, cluster) for at, band in enumerate(bands) for cluster in _runs(frame, band, _APART)]
    number = {i: n for n, (_, cluster) in enumerate(clusters) for i in cluster}
    edges = [_Edges.of(frame, band) for band in bands]
    taken: dict[int, int] = {}

    def root(n: int) -> int:
        while n in taken:
            n = taken[n]
        return n

    types = [(float(np.median(frame.size[c])), float(np.median(frame.base[c]))) for _, c in clusters]
    for n, (at, cluster) in sorted(enumerate(clusters), key=lambda item: types[item[0]]):
        for other in range(max(0, at - _NEAR_BANDS), min(len(bands), at + _NEAR_BANDS + 1)):
            letter = edges[other].letter_beside(frame, cluster, *types[n]) if other != at else None
            if letter is not None and root(number[letter]) != n:
                taken[n] = number[letter]
                break
    joined: dict[int, list[int]] = {}
    for n, (_, cluster) in enumerate(clusters):
        joined.setdefault(clusters[root(n)][0], []).extend(cluster)
    return [joined[at] for at in sorted(joined)]


def _runs(frame: _Frame, band: Sequence[int], apart: float) -> list[list[int]]:
    """Cut where ``apart`` em of white are."""
    runs: list[list[int]] = []
    end = 0.0
    for i in sorted(band, key=lambda i: frame.left[i]):
        if runs and frame.left[i] - end < apart * frame.size[i]:
            runs[-1].append(i)
            end = max(end, float(frame.right[i]))
        else:
            runs.append([i])
            end = float(frame.right[i])
    return runs


@dataclass(frozen=True, slots=True)
class _Edges:
    """The glyphs of a band with their sides, for those that stand beside a smaller one."""

    index: Ints
    lefts: Floats
    rights: Floats
    base: float
    largest: float

    @classmethod
    def of(cls, frame: _Frame, band: list[int]) -> _Edges:
        index = np.array(band, np.int64)
        base, largest = float(np.median(frame.base[index])), float(frame.size[index].max())
        return cls(index, frame.left[index], frame.right[index], base, largest)

    def letter_beside(self, frame: _Frame, cluster: Sequence[int], size: float, base: float) -> int | None:
        """The letter whose superscripts or subscripts ``cluster`` is; None where a run of it touches none.

        A lone sign of the letters' own size may stand between two of them. ``size`` and ``base``: the cluster's type.
        """
        inside = size > _SMALL * self.largest
        if (inside and (len(cluster) > 1 or size > 1.05 * self.largest)) or abs(self.base - base) > self.largest:
            return None
        found: int | None = None
        for run in _runs(frame, cluster, 0.3):
            left, right = frame.left[run[0]], frame.right[run].max()
            before, after = int(np.abs(self.rights - left).argmin()), int(np.abs(self.lefts - right).argmin())
            touching = [
                int(self.index[place])
                for place, gap in ((before, left - self.rights[before]), (after, self.lefts[after] - right))
                if abs(gap) < 0.3 * frame.size[self.index[place]]
                and _is_raised(size, base, float(frame.size[self.index[place]]), float(frame.base[self.index[place]]))
            ]
            if len(touching) < (2 if inside else 1):
                return None
            found = touching[0] if found is None else found
        return found


def _is_raised(size: float, base: float, letter_size: float, letter_base: float) -> bool:
    """Whether type of ``size`` on ``base`` is a superscript or subscript of a letter, or a sign of its own size."""
    rise = (letter_base - base) / letter_size
    return size <= 1.05 * letter_size and (0.1 < rise < 0.75 or -0.4 < rise < -0.05)


def _drawn_once(glyphs: Glyphs, frame: _Frame, row: list[int]) -> list[int]:
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


def _cut(glyphs: Glyphs, frame: _Frame, rows: list[list[int]]) -> list[list[list[int]]]:
    spans = [_Row.of(frame, row) for row in rows]
    result = []
    for at, row in enumerate(rows):
        pieces: list[list[int]] = []
        start = 0
        for place in [*_cuts(spans, at), len(row)]:
            piece = row[start:place]
            if pieces and _is_mark(glyphs, frame, pieces[-1]):
                pieces[-1] += piece
            else:
                pieces.append(piece)
            start = place
        result.append(pieces)
    return _with_page_numbers(glyphs, frame, result)


def _with_page_numbers(glyphs: Glyphs, frame: _Frame, rows: list[list[list[int]]]) -> list[list[list[int]]]:
    """The entries of a table of contents with their numbers, which stand in columns of their own.

    Dots lead to them; where several do, also what has no dots goes with the number at the same right edge.
    """
    led = [_ENTRY.search(_text(glyphs, frame, [i for piece in row for i in piece])) is not None for row in rows]
    lasts = [row[-1][-1] for row, is_led in zip(rows, led, strict=True) if is_led]
    result = []
    for row, is_led in zip(rows, led, strict=True):
        if len(row) > 1 and not is_led and _is_number(glyphs, frame, row[-1][-1:]):
            right, near = float(frame.right[row[-1][-1]]), 0.3 * float(frame.size[row[-1][-1]])
            is_led = sum(abs(right - float(frame.right[last])) < near for last in lasts) >= _ENTRIES
        result.append([[i for piece in row for i in piece]] if is_led and len(row) <= _ENTRY_PIECES else row)
    return result


def _is_number(glyphs: Glyphs, frame: _Frame, piece: Sequence[int]) -> bool:
    return _NUMBER.fullmatch(_text(glyphs, frame, piece)) is not None


def _text(glyphs: Glyphs, frame: _Frame, piece: Sequence[int]) -> str:
    return "".join(chr(int(glyphs.codes[frame.index[i]])) for i in piece)


@dataclass(frozen=True)
class _Row:
    """A band's extent, and its white: ``gaps`` of GUTTER and more by the place of the glyph after them.

    ``spaces`` are the widths of all that is wide enough to part words, by the same; all in pixels.
    """

    base: float
    size: float
    left: float
    right: float
    gaps: dict[int, tuple[float, float]]
    spaces: dict[int, float]

    @classmethod
    def of(cls, frame: _Frame, row: list[int]) -> _Row:
        size = float(np.median(frame.size[row]))
        gaps: dict[int, tuple[float, float]] = {}
        spaces: dict[int, float] = {}
        right = float(frame.right[row[0]])
        for place, i in enumerate(row):
            left = float(frame.left[i])
            if place and left - right > _WORD_GAP * size:
                spaces[place] = left - right
                if left - right > _GUTTER * size:
                    gaps[place] = (right, left)
            right = max(right, float(frame.right[i]))
        return cls(float(frame.base[row[0]]), size, float(frame.left[row[0]]), right, gaps, spaces)

    def part(self, start: float, end: float) -> tuple[float, float]:
        """Where the part between two of its gaps begins and ends; 0 and infinity are the band's own ends."""
        left = self.gaps[int(start)][1] if start else self.left
        right = self.gaps[int(end)][0] if end != math.inf else self.right
        return left, right

    @cached_property
    def edges(self) -> tuple[list[float], list[float]]:
        """Where parts of it may begin, and where they may end, each from left to right."""
        return [self.left, *(g[1] for g in self.gaps.values())], [*(g[0] for g in self.gaps.values()), self.right]

    def begins_near(self, x: float, near: float) -> bool:
        """Whether a part of it may begin less than ``near`` from ``x``."""
        begins = self.edges[0]
        place = bisect.bisect_right(begins, x - near)
        return place < len(begins) and begins[place] < x + near

    def white(self, stripe: tuple[float, float]) -> tuple[float, float] | None:
        """What of ``stripe`` is white here too; None where text crosses it."""
        if self.right <= stripe[0] or self.left >= stripe[1]:
            return stripe
        begins, ends = self.edges  # the gap ``place`` lies between an end and the next begin
        first, last = bisect.bisect_right(begins, stripe[0], 1), bisect.bisect_left(ends, stripe[1], 0, len(ends) - 1)
        inner = ((ends[place - 1], begins[place]) for place in range(first, last + 1))
        for left, right in (*inner, (-math.inf, self.left), (self.right, math.inf)):
            shared = max(left, stripe[0]), min(right, stripe[1])
            if shared[1] - shared[0] > 0.75 * _GUTTER * self.size:
                return shared
        return None


def _cuts(rows: list[_Row], at: int) -> list[int]:
    """Where a band falls into pieces: at the gutters of columns, and at white that no space of its line is as wide as.

    Narrow justified columns have spaces of three em; but such lines end where their neighbours do, and words do not
    begin one under the other behind their spaces, as columns do behind a gutter.
    """
    row = rows[at]
    gutters = {place for place, gap in row.gaps.items() if _is_gutter(rows, at, gap)}
    ends = [0, *sorted(gutters), math.inf]
    cuts = []
    for place, (left, right) in row.gaps.items():
        if place in gutters:
            cuts.append(place)
            continue
        # Between two gutters, the other spaces of the line.
        start = max(end for end in ends if end <= place)
        end = min(end for end in ends if end > place)
        others = sorted(width for at_, width in row.spaces.items() if start < at_ < end and at_ != place)
        usual = others[len(others) // 2] if others else 0.0
        width = right - left
        if width <= max(1.6 * usual, _WIDE * row.size):
            continue
        if (len(others) > 1 and width > 3 * usual) or not _is_justified(rows, at, row.part(start, end)):
            cuts.append(place)
    return cuts


def _is_gutter(rows: list[_Row], at: int, gap: tuple[float, float]) -> bool:
    """Whether this white parts columns: lines above and below leave it white, and behind it all begin at one place."""
    begun = before = behind = 1
    near = 0.35 * rows[at].size
    for step in (-1, 1):
        stripe, place, base = gap, at + step, rows[at].base
        while 0 <= place < len(rows) and abs(rows[place].base - base) < 4 * rows[at].size:
            found = rows[place].white(stripe)
            if found is None:
                break
            stripe = found
            begun += rows[place].begins_near(gap[1], near)
            before += rows[place].left < stripe[0]
            behind += rows[place].right > stripe[1]
            if min(before, behind) >= _LONG_GUTTER:  # no white between words goes on for so long
                return True
            if begun >= _GUTTER_LINES and before >= _GUTTER_LINES - 1:
                return True
            base = rows[place].base
            place += step
    return False


def _is_justified(rows: list[_Row], at: int, span: tuple[float, float]) -> bool:
    """Whether lines above or below begin and end where this one does: a paragraph's, stretched to its width."""
    near = 0.4 * rows[at].size
    for place in range(max(0, at - 4), min(len(rows), at + 5)):
        other = rows[place]
        if place == at or abs(other.base - rows[at].base) > 4 * rows[at].size:
            continue
        starts, ends = other.edges
        # The lines below an item's first one begin behind its mark.
        if any(-near < x - span[0] < 3 * rows[at].size for x in starts) and any(abs(x - span[1]) < near for x in ends):
            return True
    return False


def _is_mark(glyphs: Glyphs, frame: _Frame, piece: list[int]) -> bool:
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


def _line(glyphs: Glyphs, frame: _Frame, piece: list[int], angle: int) -> LayerLine:
    size = _type_size(glyphs, frame, piece)
    full = [i for i in piece if frame.size[i] > _SMALL * size]
    base = float(frame.base[full[len(full) // 2]]) if full else None
    words = []
    for place, part in enumerate(_at_leaders(glyphs, frame, piece)):
        if place % 2 == 0:
            words += [_word(glyphs, frame, word, size, base) for word in _words(glyphs, frame, part)]
        elif len(piece) - piece.index(part[-1]) - 1 and _is_number(glyphs, frame, piece[piece.index(part[-1]) + 1 :]):
            words.append(replace(_word(glyphs, frame, part, size, base), text=_LEADER))
    if angle:
        words = [replace(word, base=None) for word in words]
    return LayerLine(tuple(w for w in words if w.text), angle, size)


def _at_leaders(glyphs: Glyphs, frame: _Frame, piece: list[int]) -> list[list[int]]:
    """The piece cut at its leaders: text and dots by turns. Only those that lead to a number are text."""
    parts: list[list[int]] = []
    start = 0
    for match in _LEADERS.finditer(_text(glyphs, frame, piece)):
        parts += [piece[start : match.start()], piece[match.start() : match.end()]]
        start = match.end()
    return [*parts, piece[start:]]


def _type_size(glyphs: Glyphs, frame: _Frame, piece: list[int]) -> float:
    """The usual size of a line; that of its large capitals where the rest are small capitals."""
    if not piece:
        return 0.0
    usual = float(np.median(frame.size[piece]))
    letters = [i for i in piece if chr(int(glyphs.codes[frame.index[i]])).isalpha()]
    if letters and all(chr(int(glyphs.codes[frame.index[i]])).isupper() for i in letters):
        largest = float(frame.size[letters].max())
        return largest if largest < _SMALL_CAPITALS * usual else usual
    return usual


def _words(glyphs: Glyphs, frame: _Frame, piece: list[int]) -> list[list[int]]:
    """Cut at spaces: those of the file where they leave white, and white that is wide enough."""
    if not piece:
        return []
    gaps = [float(frame.left[b] - frame.right[a]) / max(1e-6, float(frame.size[b])) for a, b in _pairs(piece)]
    between = sorted(gap for (a, b), gap in zip(_pairs(piece), gaps, strict=True) if _both_letters(glyphs, frame, a, b))
    apart = between[len(between) // 2] if len(between) > 3 else 0.0
    spaced_out = len(between) > 3 and between[len(between) // 4] > _LETTERS_APART
    least = _least_space(gaps, apart)
    words = [[piece[0]]]
    for (_, b), gap in zip(_pairs(piece), gaps, strict=True):
        if spaced_out:
            new = gap > 1.6 * apart + 0.05
        else:
            new = gap > least or (bool(glyphs.spaced[frame.index[b]]) and gap > _OWN_SPACE)
        if new:
            words.append([b])
        else:
            words[-1].append(b)
    return words


def _least_space(gaps: Sequence[float], apart: float) -> float:
    """The narrowest white between words, in em: half of the line's usual space, where its letters stand close."""
    spaces = sorted(gap for gap in gaps if gap > _TIGHT_SPACE)
    if not spaces or apart > 0.5 * _OWN_SPACE:
        return _WORD_GAP
    return min(_WORD_GAP, max(_TIGHT_SPACE, 0.5 * spaces[len(spaces) // 2]))


def _both_letters(glyphs: Glyphs, frame: _Frame, a: int, b: int) -> bool:
    return all(chr(int(glyphs.codes[frame.index[i]])).isalnum() for i in (a, b))


def _pairs(piece: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(piece))


_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def _word(glyphs: Glyphs, frame: _Frame, part: list[int], size: float, line_base: float | None) -> LayerWord:
    indices = [int(frame.index[i]) for i in part]
    full = [i for i in part if frame.size[i] > _SMALL * size]
    base = float(frame.base[full[len(full) // 2]]) if full else line_base
    signs = []
    for i in part:
        sign = chr(int(glyphs.codes[frame.index[i]]))
        rise = (base - float(frame.base[i])) / size if base is not None and frame.size[i] <= _SMALL * size else 0.0
        if rise > 0.1 and sign.isdigit():
            sign = sign.translate(_SUPERSCRIPT)
        elif rise < -0.05 and sign.isdigit():
            sign = sign.translate(_SUBSCRIPT)
        signs.append(sign)
    if sum(unicodedata.bidirectional(sign[:1] or " ") in ("R", "AL") for sign in signs) * 2 > len(signs):
        signs.reverse()
        indices.reverse()
    boxes = glyphs.ink[indices].tolist()
    return LayerWord(clean_text("".join(signs)), _around(boxes), tuple(indices), size, base=base)


def clean_text(text: str) -> str:
    """Ligatures and presentation forms as letters, marks with their letters; no control characters.

    A soft hyphen stays only at the end, where a line breaks.
    """
    text = "".join(unicodedata.normalize("NFKC", c) if _is_presentation(c) else c for c in text)
    text = "".join(
        c for c in text if unicodedata.category(c) not in ("Cc", "Cs") and c not in "\ufeff\u200d\u200c\u2060"
    )
    ends = text.endswith("\u00ad")
    return unicodedata.normalize("NFC", text.replace("\u00ad", "")) + ("\u00ad" if ends and text != "\u00ad" else "")


def _is_presentation(sign: str) -> bool:
    return "\ufb00" <= sign <= "\ufdff" or "\ufe70" <= sign <= "\ufefc"


def _around(boxes: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def pixel_box(box: tuple[float, float, float, float], width: int, height: int) -> Box:
    """Whole pixels around ``box``, on the page, at least one wide and high."""
    x0, y0 = min(width - 1, max(0, math.floor(box[0]))), min(height - 1, max(0, math.floor(box[1])))
    x1, y1 = min(width, max(x0 + 1, math.ceil(box[2]))), min(height, max(y0 + 1, math.ceil(box[3])))
    return x0, y0, x1, y1
