"""Words and lines of a text layer, and how a line's characters are cut into words."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.document import Box
from ocr_service.geometry.unspaced import is_square
from ocr_service.text_layer.lines.directions import in_reading_order, runs_to_the_left, with_brackets_around
from ocr_service.text_layer.page.glyphs import Floats, Glyphs, Ints

WORD_GAP = 0.17  # em between two advances; kerning takes up to 0.1, the narrowest justified space has 0.2
_OWN_SPACE = 0.05  # em that a space of the file must leave to be one
_TIGHT_SPACE = 0.125  # em: what is left of a space in the tightest lines of narrow columns
_CLOSE, _MOST_CLOSE = 0.03, 0.85  # em between letters that are set as their font has them, and the share of such
_TIGHTEST_SPACE = 0.1  # em, beside such letters
_IDEOGRAPHIC_SPACE = 0.8  # em between two signs that stand in squares; beside a comma half of its square is white
_WIDEST_SPACE = 0.42  # em: that of a font with letters of several widths, between two advances
_OVERLAID = -0.25  # em: a text that begins on the end of another one
_LONGEST_MARK = 3  # characters
_LETTERS_APART = 0.12  # em between the letters of spaced-out type
_BESIDE_JOINED = 0.14  # em from letters that run to the left, and may join others, whose advance PDFium does not tell
_LAPPING, _EVEN = -0.1, 0.05  # em between letters whose font's widths reach into the next, everywhere as far
SMALL = 0.82  # of the size beside it: a superscript
_SMALL_CAPITALS = 1.5  # of their size: the large ones beside them
_LAM, _ALEFS = 0x644, frozenset((0x622, 0x623, 0x625, 0x627))
_THAI_AM = re.compile("ํ([่-๋]?)า")  # one letter, of two glyphs, with a mark of tone between
DOTS = ".·…‥"
_LEADER = "…"  # as ``tesseract.lines.leaders`` writes it
_LEADERS = re.compile(rf"[{DOTS}]{{5,}}")
NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}|[IVXLC]{1,6}")
_DOTLESS = re.compile("[ıȷ](?=[\u0300-\u036f])")
_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


@dataclass(frozen=True, slots=True)
class LayerWord:
    """``box`` in pixels of the page; ``glyphs`` are indices in reading order; ``strength`` of its proof, 0 to 1.

    ``base``: the y of a level word's baseline, None where it is not known. ``follows``: it stands one ordinary space of
    the file behind the word before.
    """

    text: str
    box: tuple[float, float, float, float]
    glyphs: tuple[int, ...]
    size: float
    strength: float = 1.0
    base: float | None = None
    follows: bool = False


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
class Frame:
    """Glyphs of one direction, rotated level: advance boxes' ``left`` and ``right``, ``base`` line, type ``size``."""

    index: Ints
    left: Floats
    right: Floats
    base: Floats
    size: Floats


def is_number(glyphs: Glyphs, frame: Frame, piece: Sequence[int]) -> bool:
    return NUMBER.fullmatch(text_of(glyphs, frame, piece)) is not None


def text_of(glyphs: Glyphs, frame: Frame, piece: Sequence[int]) -> str:
    return "".join(chr(int(glyphs.codes[frame.index[i]])) for i in piece)


def line_of(
    glyphs: Glyphs, frame: Frame, piece: list[int], angle: int, *, to_the_left: bool | None = None
) -> LayerLine:
    """The line that a piece of a row is. ``to_the_left``: its page is written so; None where nothing on it is."""
    size = _type_size(glyphs, frame, piece)
    full = [i for i in piece if frame.size[i] > SMALL * size]
    base = float(frame.base[full[len(full) // 2]]) if full else None
    words = []
    for place, part in enumerate(_at_leaders(glyphs, frame, piece)):
        if place % 2 == 0:
            parts = _words(glyphs, frame, part, slanted=angle % 90 != 0, joining=to_the_left is not None)
            if to_the_left is not None:
                parts = _in_reading_order(glyphs, frame, parts, to_the_left)
            for i, word in enumerate(parts):
                follows = i > 0 and _follows(glyphs, frame, parts[i - 1][-1], word[0])
                words.append(replace(_word(glyphs, frame, word, size, base), follows=follows))
        elif len(piece) - piece.index(part[-1]) - 1 and is_number(glyphs, frame, piece[piece.index(part[-1]) + 1 :]):
            words.append(replace(_word(glyphs, frame, part, size, base), text=_LEADER))
    if angle:
        words = [replace(word, base=None) for word in words]
    if to_the_left:
        words = [replace(word, text=with_brackets_around(word.text)) for word in words]
    return LayerLine(tuple(w for w in words if w.text), angle, size)


def _follows(glyphs: Glyphs, frame: Frame, a: int, b: int) -> bool:
    """Whether nothing but an ordinary space of the file parts two glyphs: before a cell is none, or more white."""
    gap = max(frame.left[b] - frame.right[a], frame.left[a] - frame.right[b])
    return _is_spaced(glyphs, frame, a, b) and bool(gap < _WIDEST_SPACE * frame.size[b])


def _is_spaced(glyphs: Glyphs, frame: Frame, a: int, b: int) -> bool:
    """Whether the file has a space between two glyphs, of which ``a`` stands left of ``b``.

    Letters that run to the left come in either order, word by word; so a space counts that is anywhere between.
    """
    left, right = int(frame.index[a]), int(frame.index[b])
    if left > right and runs_to_the_left(glyphs.codes[[left, right]]).any():
        return bool(glyphs.spaced[right + 1 : left + 1].any())
    return bool(glyphs.spaced[right])


def _in_reading_order(glyphs: Glyphs, frame: Frame, words: list[list[int]], to_the_left: bool) -> list[list[int]]:
    flat = [i for word in words for i in word]
    texts = [text_of(glyphs, frame, word) for word in words]
    ordered = [[flat[place] for place in word] for word in in_reading_order(texts, to_the_left=to_the_left)]
    for word in ordered:
        for at, (a, b) in enumerate(_pairs(word)):
            if _is_lam_alef(glyphs, int(frame.index[b]), int(frame.index[a])):
                word[at], word[at + 1] = b, a
    return ordered


def _is_lam_alef(glyphs: Glyphs, lam: int, alef: int) -> bool:
    """Whether a glyph is a lam with its alef, of which PDFium may give either one first."""
    pair = glyphs.codes[lam] == _LAM and int(glyphs.codes[alef]) in _ALEFS
    return bool(pair and (glyphs.origin[lam] == glyphs.origin[alef]).all())


def _at_leaders(glyphs: Glyphs, frame: Frame, piece: list[int]) -> list[list[int]]:
    """The piece cut at its leaders: text and dots by turns. Only those that lead to a number are text."""
    parts: list[list[int]] = []
    start = 0
    for match in _LEADERS.finditer(text_of(glyphs, frame, piece)):
        parts += [piece[start : match.start()], piece[match.start() : match.end()]]
        start = match.end()
    return [*parts, piece[start:]]


def _type_size(glyphs: Glyphs, frame: Frame, piece: list[int]) -> float:
    """The usual size of a line; that of its large capitals where the rest are small capitals."""
    if not piece:
        return 0.0
    usual = float(np.median(frame.size[piece]))
    letters = [i for i in piece if chr(int(glyphs.codes[frame.index[i]])).isalpha()]
    if letters and all(chr(int(glyphs.codes[frame.index[i]])).isupper() for i in letters):
        largest = float(frame.size[letters].max())
        return largest if largest < _SMALL_CAPITALS * usual else usual
    return usual


def _words(
    glyphs: Glyphs, frame: Frame, piece: list[int], *, slanted: bool = False, joining: bool = False
) -> list[list[int]]:
    """Cut at spaces: those of the file where they leave white, and white that is wide enough.

    Of slanted glyphs only the boxes are known, which tell no white; the file's spaces are believed. ``joining``: the
    page has letters that run to the left.
    """
    if not piece:
        return []
    gaps = [float(frame.left[b] - frame.right[a]) / max(1e-6, float(frame.size[b])) for a, b in _pairs(piece)]
    between = sorted(gap for (a, b), gap in zip(_pairs(piece), gaps, strict=True) if _both_letters(glyphs, frame, a, b))
    apart = between[len(between) // 2] if len(between) > 3 else 0.0
    spaced_out = len(between) > 3 and between[len(between) // 4] > _LETTERS_APART
    even = len(between) > 3 and between[3 * len(between) // 4] - between[len(between) // 4] < _EVEN
    if apart < _LAPPING and even:  # widths that are too large for the type: what counts is how much wider a space is
        gaps = [gap - apart for gap in gaps]
    least = _least_space(gaps, apart)
    words = [[piece[0]]]
    text = _after_mark(glyphs, frame, piece)
    square = [is_square(int(glyphs.codes[frame.index[i]])) for i in piece]
    joined = runs_to_the_left(glyphs.codes[frame.index[piece]]).tolist() if joining else [False] * len(piece)
    for place, ((a, b), gap) in enumerate(zip(_pairs(piece), gaps, strict=True), start=1):
        if place == text:
            new = True
        elif square[place - 1] and square[place]:
            new = gap > _IDEOGRAPHIC_SPACE
        elif joined[place - 1] and joined[place]:
            new = gap > _BESIDE_JOINED or (_is_spaced(glyphs, frame, a, b) and gap > 0)
        elif gap < _OVERLAID and _are_of_two_texts(glyphs, frame, a, b):
            new = True
        elif spaced_out:
            new = gap > 1.6 * apart + 0.05
        else:
            new = gap > least or (_is_spaced(glyphs, frame, a, b) and (slanted or gap > _OWN_SPACE))
        if new:
            words.append([b])
        else:
            words[-1].append(b)
    return words


def _after_mark(glyphs: Glyphs, frame: Frame, piece: list[int]) -> int:
    """Where a note's text begins behind its raised mark, which has no space; 0 where there is none.

    An element's or a unit's signs (``13C``) are no text: that is a capital, or none, with small letters.
    """
    place = 0
    while place < min(len(piece), _LONGEST_MARK + 1) and _is_mark_of(frame, piece[place], piece[-1]):
        place += 1
    begin = piece[place : place + 3]
    text = text_of(glyphs, frame, begin)
    if any(frame.left[b] - frame.right[a] > WORD_GAP * frame.size[b] for a, b in _pairs(begin)):
        return 0
    return place if 0 < place <= _LONGEST_MARK and len(text) == 3 and text.isalpha() and text[1:].islower() else 0


def _is_mark_of(frame: Frame, i: int, text: int) -> bool:
    size = float(frame.size[text])
    return bool(frame.size[i] <= SMALL * size and frame.base[text] - frame.base[i] > 0.1 * size)


def _least_space(gaps: Sequence[float], apart: float) -> float:
    """The narrowest white between words, in em: half of the line's usual space, where its letters stand close."""
    close = sorted(gap for gap in gaps if gap <= WORD_GAP)
    if close and close[int(_MOST_CLOSE * (len(close) - 1))] < _CLOSE and apart > -_CLOSE:
        return _TIGHTEST_SPACE
    spaces = sorted(gap for gap in gaps if gap > _TIGHT_SPACE)
    if not spaces or apart > 0.5 * _OWN_SPACE:
        return WORD_GAP
    return min(WORD_GAP, max(_TIGHT_SPACE, 0.5 * spaces[len(spaces) // 2]))


def _both_letters(glyphs: Glyphs, frame: Frame, a: int, b: int) -> bool:
    """Digits of two columns may have no letters between them that tell how wide its type is set."""
    return all(chr(int(glyphs.codes[frame.index[i]])).isalpha() for i in (a, b))


def _are_of_two_texts(glyphs: Glyphs, frame: Frame, a: int, b: int) -> bool:
    first, second = int(frame.index[a]), int(frame.index[b])
    signs = chr(int(glyphs.codes[first])) + chr(int(glyphs.codes[second]))
    return signs.isalnum() and not signs.isdigit() and bool(glyphs.object[first] != glyphs.object[second])


def _pairs(piece: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(piece))


def _word(glyphs: Glyphs, frame: Frame, part: list[int], size: float, line_base: float | None) -> LayerWord:
    indices = [int(frame.index[i]) for i in part]
    full = [i for i in part if frame.size[i] > SMALL * size]
    base = float(frame.base[full[len(full) // 2]]) if full else line_base
    signs = [
        _sign(chr(int(glyphs.codes[frame.index[i]])), float(frame.base[i]), float(frame.size[i]), size, base)
        for i in part
    ]
    boxes = glyphs.ink[indices].tolist()
    return LayerWord(clean_text("".join(signs)), _around(boxes), tuple(indices), size, base=base)


def _sign(sign: str, base: float, own_size: float, size: float, word_base: float | None) -> str:
    """A character of a word, raised and lowered digits as such."""
    rise = (word_base - base) / size if word_base is not None and own_size <= SMALL * size else 0.0
    if rise > 0.1 and sign.isdigit():
        return sign.translate(_SUPERSCRIPT)
    return sign.translate(_SUBSCRIPT) if rise < -0.05 and sign.isdigit() else sign


def word_text(glyphs: Glyphs, indices: Sequence[int], word: LayerWord) -> str:
    """The text of some of the glyphs of a level word, in their order."""
    signs = [
        _sign(chr(int(glyphs.codes[i])), float(glyphs.origin[i][1]), float(glyphs.size[i]), word.size, word.base)
        for i in indices
    ]
    return clean_text("".join(signs))


def clean_text(text: str) -> str:
    """Ligatures and presentation forms as letters, marks with their letters; no control characters.

    A soft hyphen stays only at the end, where a line breaks.
    """
    text = "".join(unicodedata.normalize("NFKC", c) if _is_presentation(c) else c for c in text)
    text = "".join(
        c for c in text if unicodedata.category(c) not in ("Cc", "Cs") and c not in "\ufeff\u200d\u200c\u2060"
    )
    ends = text.endswith("\u00ad")
    text = _DOTLESS.sub(lambda match: "i" if match[0] == "ı" else "j", text)
    text = _THAI_AM.sub("\\1ำ", text)
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
