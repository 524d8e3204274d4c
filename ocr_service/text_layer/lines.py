"""Groups characters into words and lines, by their positions and not by their order in the file.

Lines are found in their own direction: vertical and slanted characters are rotated level first.
"""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    """Superscripts and subscripts with the letters that they belong to."""
    means = [(float(np.median(frame.base[b])), float(np.median(frame.size[b]))) for b in bands]
    taken: dict[int, int] = {}
    for small, (base, size) in enumerate(means):
        for large in range(max(0, small - 4), min(len(bands), small + 5)):
            other_base, other_size = means[large]
            rise = other_base - base
            if large == small or large in taken:
                continue
            if size > _SMALL * other_size and not (len(bands[small]) == 1 and size <= 1.05 * other_size):
                continue
            if not (0.1 * other_size < rise < 0.75 * other_size or -0.4 * other_size < rise < -0.05 * other_size):
                continue
            if _all_beside(frame, bands[small], bands[large], other_size, inside=size > _SMALL * other_size):
                taken[small] = large
                break
    joined = {at: list(band) for at, band in enumerate(bands) if at not in taken}
    for small, large in taken.items():
        while large in taken:
            large = taken[large]
        joined[large] += bands[small]
    return list(joined.values())


def _all_beside(frame: _Frame, small: Sequence[int], large: Sequence[int], size: float, *, inside: bool) -> bool:
    """Whether every run of the small band touches a glyph of the large one, ``inside``: on both sides."""
    rights = np.sort(frame.right[large])
    lefts = np.sort(frame.left[large])
    ordered = sorted(small, key=lambda i: frame.left[i])
    runs: list[list[int]] = []
    for i in ordered:
        if runs and frame.left[i] - frame.right[runs[-1][-1]] < 0.3 * size:
            runs[-1].append(i)
        else:
            runs.append([i])
    for run in runs:
        before = np.abs(rights - frame.left[run[0]]).min() < 0.3 * size
        after = np.abs(lefts - frame.right[run[-1]]).min() < 0.3 * size
        if not (before and after if inside else before or after):
            return False
    return True


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
    return result


@dataclass(frozen=True, slots=True)
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

    @property
    def edges(self) -> tuple[list[float], list[float]]:
        """Where parts of it may begin, and where they may end."""
        return [self.left, *(g[1] for g in self.gaps.values())], [*(g[0] for g in self.gaps.values()), self.right]

    def white(self, stripe: tuple[float, float]) -> tuple[float, float] | None:
        """What of ``stripe`` is white here too; None where text crosses it."""
        if self.right <= stripe[0] or self.left >= stripe[1]:
            return stripe
        for left, right in (*self.gaps.values(), (-math.inf, self.left), (self.right, math.inf)):
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
            begun += any(abs(x - gap[1]) < near for x in rows[place].edges[0])
            before += rows[place].left < stripe[0]
            behind += rows[place].right > stripe[1]
            base = rows[place].base
            place += step
    if min(before, behind) >= _LONG_GUTTER:  # no white between words goes on for so long
        return True
    return begun >= _GUTTER_LINES and before >= _GUTTER_LINES - 1


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
    size = float(np.median(frame.size[piece])) if piece else 0.0
    words = [_word(glyphs, frame, part, size) for part in _words(glyphs, frame, piece)]
    if angle:
        words = [replace(word, base=None) for word in words]
    return LayerLine(tuple(w for w in words if w.text), angle, size)


def _words(glyphs: Glyphs, frame: _Frame, piece: list[int]) -> list[list[int]]:
    """Cut at spaces: those of the file where they leave white, and white that is wide enough."""
    if not piece:
        return []
    gaps = [float(frame.left[b] - frame.right[a]) / max(1e-6, float(frame.size[b])) for a, b in _pairs(piece)]
    between = sorted(gap for (a, b), gap in zip(_pairs(piece), gaps, strict=True) if _both_letters(glyphs, frame, a, b))
    apart = between[len(between) // 2] if len(between) > 3 else 0.0
    spaced_out = len(between) > 3 and between[len(between) // 4] > _LETTERS_APART
    words = [[piece[0]]]
    for (_, b), gap in zip(_pairs(piece), gaps, strict=True):
        if spaced_out:
            new = gap > 1.6 * apart + 0.05
        else:
            new = gap > _WORD_GAP or (bool(glyphs.spaced[frame.index[b]]) and gap > _OWN_SPACE)
        if new:
            words.append([b])
        else:
            words[-1].append(b)
    return words


def _both_letters(glyphs: Glyphs, frame: _Frame, a: int, b: int) -> bool:
    return all(chr(int(glyphs.codes[frame.index[i]])).isalnum() for i in (a, b))


def _pairs(piece: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(piece))


_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def _word(glyphs: Glyphs, frame: _Frame, part: list[int], size: float) -> LayerWord:
    indices = [int(frame.index[i]) for i in part]
    full = [i for i in part if frame.size[i] > _SMALL * size]
    base = float(frame.base[full[len(full) // 2]]) if full else None
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
