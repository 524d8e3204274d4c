"""Accents that stand over or under a letter as a glyph of their own, as TeX's old encoding (OT1) and others set them.

They become combining marks behind their letter, which text composes (``¨o`` is ``ö``). What they belong to is told by
where they stand: an accent that is quoted, or a sign of code, has a place of its own beside the letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ocr_service.text_layer.lines.words import clean_text
from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.known_glyphs import Symbol

FIRST_COMBINING, LAST_COMBINING = 0x300, 0x36F
_OVER = {
    "`": 0x300, "´": 0x301, "^": 0x302, "ˆ": 0x302, "~": 0x303, "˜": 0x303, "¯": 0x304, "ˉ": 0x304, "˘": 0x306,
    "˙": 0x307, "¨": 0x308, "°": 0x30A, "˚": 0x30A, "˝": 0x30B, "ˇ": 0x30C, "ˊ": 0x301, "ˋ": 0x300,
}  # fmt: skip
_UNDER = {"¸": 0x327, "˛": 0x328, "¯": 0x331, "ˉ": 0x331, ",": 0x326}
_KNOWN = {
    "\\grave": "`", "\\acute": "´", "\\check": "ˇ", "\\breve": "˘", "\\bar": "¯", "\\mathring": "˚", "\\hat": "ˆ",
    "\\dot": "˙", "\\tilde": "˜", "\\ddot": "¨", ",": ",",
}  # fmt: skip
_MOST_MARKS, _MOST_LETTERS = 3_000, 100  # of a page, and near an accent: no honest page has so many
_CELL, _TALLEST = 32, 20  # pixels, and cells of an em: larger type has no accents of its own
_BESIDE = 0.12  # em by which an accent's middle may miss its letter: slanted letters lean over
_LAPPING, _APART = -0.25, 0.35  # em between an accent and its letter; the ring of an Å lies in its tip
_LAPPING_UNDER, _APART_UNDER = -0.12, 0.2  # em; the bar over a sign of the line below is further away
_SAME_SIZE = 0.15
_COMMA = ","  # below a letter it is one of smaller type, in the letter's middle
_SMALL_COMMA, _IN_THE_MIDDLE = 0.45, 0.1  # of the letter's size, and em
_SMALL_TYPE = 0.8  # of a page's usual size
_TALLEST_MARK = 0.35  # em; acute accents of Fraktur have 0.3


def with_accents(glyphs: Glyphs, symbols: Sequence[Symbol | None]) -> Glyphs:
    """``glyphs`` with combining marks, each with the baseline of its letter and a place behind it.

    ``symbols``: what is known of them by their outlines. Letters of mathematics keep their accents apart.
    """
    marks = _marks(glyphs, symbols)
    if not marks or len(marks) > _MOST_MARKS:
        return glyphs
    letters = _by_place(glyphs, symbols, marks)
    found = [(mark, base) for mark in marks if (base := _letter_of(mark, glyphs, symbols, letters))]
    codes, origin, cell, spaced = glyphs.codes.copy(), glyphs.origin.copy(), glyphs.cell.copy(), glyphs.spaced.copy()
    unmapped = glyphs.unmapped.copy()
    for mark, (letter, combining) in found:
        codes[mark] = combining
        origin[mark] = glyphs.origin[letter]
        cell[mark] = glyphs.cell[letter]
        cell[mark][0] += 0.01 * glyphs.size[letter]
        spaced[letter] |= spaced[mark]
        spaced[mark] = False
        unmapped[mark] = unmapped[mark] and symbols[mark] is None
    return replace(glyphs, codes=codes, origin=origin, cell=cell, spaced=spaced, unmapped=unmapped)


def _marks(glyphs: Glyphs, symbols: Sequence[Symbol | None]) -> list[int]:
    """The level glyphs that may be accents."""
    signs = np.array(sorted(ord(sign) for sign in {*_OVER, *_UNDER}))
    level = glyphs.level & (glyphs.size > 0)
    level &= glyphs.size < _CELL * (_TALLEST - 1)
    low = glyphs.rise + glyphs.drop < _TALLEST_MARK
    small = glyphs.size < _SMALL_TYPE * (np.median(glyphs.size) if len(glyphs) else 0.0)
    level &= np.where(glyphs.codes == ord(_COMMA), small, low)
    known = np.array([symbol is not None and symbol.latex in _KNOWN for symbol in symbols], bool)
    marks: list[int] = np.flatnonzero(level & (np.isin(glyphs.codes, signs) | known)).tolist()
    return marks


def _sign(glyphs: Glyphs, index: int, symbols: Sequence[Symbol | None]) -> str:
    """The accent by its outline, or else by its character."""
    symbol = symbols[index]
    return _KNOWN.get(symbol.latex, "") if symbol is not None else chr(int(glyphs.codes[index]))


def _by_place(
    glyphs: Glyphs, symbols: Sequence[Symbol | None], marks: Sequence[int]
) -> dict[tuple[int, int], list[int]]:
    """The level letters of text in the rows of the accents, by the cell of the page in which their middle is."""
    middles = ((glyphs.ink[:, :2] + glyphs.ink[:, 2:]) / 2 // _CELL).astype(np.int64)
    level = glyphs.level
    tallest = int(glyphs.size[list(marks)].max() // _CELL) + 1
    rows = np.unique(middles[list(marks), 1])
    rows = np.unique(rows[:, None] + np.arange(-tallest, tallest + 1))
    letters: dict[tuple[int, int], list[int]] = {}
    for index in np.flatnonzero(level & np.isin(middles[:, 1], rows)).tolist():
        symbol = symbols[index]
        if chr(int(glyphs.codes[index])).isalpha() and (symbol is None or symbol.encoding == "OT1"):
            letters.setdefault((int(middles[index, 0]), int(middles[index, 1])), []).append(index)
    return letters


def _widened(box: Sequence[float], by: float) -> tuple[float, float, float, float]:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _near(mark: int, glyphs: Glyphs, letters: Mapping[tuple[int, int], list[int]]) -> list[int]:
    """The letters no further than an em from an accent."""
    size = float(glyphs.size[mark])
    (x0, y0, x1, y1) = (int(side // _CELL) for side in _widened(glyphs.ink[mark].tolist(), size))
    found: list[int] = []
    for x in range(x0, x1 + 1):
        for y in range(y0, y1 + 1):
            found += letters.get((x, y), [])
            if len(found) > _MOST_LETTERS:
                return []
    return found


def _letter_of(
    mark: int, glyphs: Glyphs, symbols: Sequence[Symbol | None], letters: Mapping[tuple[int, int], list[int]]
) -> tuple[int, int] | None:
    """The letter over or under which an accent stands, and the combining mark that it is there."""
    x0, _, x1, _ = glyphs.ink[mark].tolist()
    best: tuple[float, int, int] | None = None
    for letter in _near(mark, glyphs, letters):
        left, _, right, _ = glyphs.ink[letter].tolist()
        size = float(glyphs.size[letter])
        aside = abs((x0 + x1) / 2 - (left + right) / 2)
        least, reach = 1 - _SAME_SIZE, (right - left) / 2 + _BESIDE * size
        if _sign(glyphs, mark, symbols) == _COMMA:
            least, reach = _SMALL_COMMA, _IN_THE_MIDDLE * size
        if aside > reach or not least <= glyphs.size[mark] / max(size, 1e-6) <= 1 + _SAME_SIZE:
            continue
        combining = _combining(mark, letter, glyphs, symbols)
        if combining is not None and (best is None or aside < best[0]):
            best = (aside, letter, combining)
    return best[1:] if best else None


def _combining(mark: int, letter: int, glyphs: Glyphs, symbols: Sequence[Symbol | None]) -> int | None:
    """The combining mark with which the letter makes one composed letter; None where it stands elsewhere."""
    sign, base = _sign(glyphs, mark, symbols), chr(int(glyphs.codes[letter]))
    size = float(glyphs.size[letter])
    over = (glyphs.ink[letter][1] - glyphs.ink[mark][3]) / size
    under = (glyphs.ink[mark][1] - glyphs.ink[letter][3]) / size
    combining = None
    if sign in _OVER and _LAPPING < over < _APART:
        combining = _OVER[sign]
    elif sign in _UNDER and _LAPPING_UNDER < under < _APART_UNDER:
        combining = _UNDER[sign]
    return combining if combining and len(clean_text(f"{base}{chr(combining)}")) == 1 else None
