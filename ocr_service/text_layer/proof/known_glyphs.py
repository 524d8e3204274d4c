"""Which glyph of TeX's mathematics a character is, by its outline's box and by what it looks like on the page.

TeX's fonts of mathematics mostly have no map to Unicode, and Tesseract reads none of them. But everybody has the same
fonts: the box of an outline is exact to a thousandth of an em, and one box with one picture is one glyph. So a symbol
is delivered for what it looks like, never for what the file's map says; where the map says otherwise, nothing of the
font is believed. The table is made by ``scripts/make_known_glyphs.py``.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs, Ints
from ocr_service.text_layer.proof.shapes import Samples, samples_of
from ocr_service.text_layer.proof.verdicts import is_senseless

TABLE = Path(__file__).with_name("known_glyphs.npz")
AXIS = 0.25  # em above the baseline: the middle of fractions and large delimiters (TeX's \fontdimen22)
_SAME_BOX = 2.0  # thousandths of an em, on each side; PDFium rounds to one
_STRETCHED = 0.021  # of a glyph's width: pdfTeX's font expansion
_ALIKE = 0.55  # correlation of two samples; measured at 200 dpi: 0.59 and more for one glyph, mostly 0.9
_ALIKE_SMALL, _ALIKE_OVERPRINTED = 0.5, 0.4
_SMALL_PX = 13.0
_MARGIN, _MARGIN_LARGE = 0.04, 0.012  # of correlation, by which the best symbol must be ahead of another
_LARGE = 1000  # thousandths of an em, of a box's longer side
_MOSTLY = 0.5  # of a font's letters, more of which must be known for one of them to be
_VERTICAL_DOTS, _MOST_DOTS = ord("⋮"), 1_000
FIRST_ALPHANUMERIC = "\U0001d400"  # letters of mathematics with their style, which their text has not
_FLAT = 0.12  # em: what is thinner has no shape but its box


@dataclass(frozen=True, slots=True)
class Symbol:
    """``kind``: TeX's class (``ord``, ``op``, ``bin``, ``rel``, ``open``, ``close``, ``punct``) or what it is part of.

    ``encoding``: that of its font (``OML``, ``OMS``, ``OMX``, ``OT1``, ``AMSa``, …). ``claims``: the characters that
    maps to Unicode give it. ``codes``: its numbers in fonts that have no Unicode for it, as characters.
    """

    latex: str
    kind: str
    encoding: str
    claims: frozenset[str]
    codes: frozenset[str] = frozenset()

    def may_be(self, claim: str) -> bool:
        """Whether a map to Unicode may call it so."""
        if self.encoding == "OMX" and not claim.isalnum():  # parts of signs, which maps call by many names
            return True
        if self.kind == "text" and claim in self.latex:  # PDFium gives the letters of a ligature one by one
            return True
        plain = unicodedata.normalize("NFKC", claim)
        return claim in self.codes or claim in self.claims or plain in self.claims or plain == self.latex

    def is_number(self, claim: str) -> bool:
        """Whether a character is no more than the symbol's number in its font."""
        return claim in self.codes and claim not in self.claims and claim != self.latex and self.encoding != "OMX"

    @property
    def sign(self) -> str:
        """One character for it in plain text."""
        plain = self.latex.lstrip("\\")[:1] if self.kind in ("piece", "open", "close") else self.latex
        if len(plain) == 1 and not plain.isalnum():
            return plain
        return max(self.claims, key=ord, default="□")


@dataclass(frozen=True, slots=True)
class KnownGlyphs:
    """By glyph: its symbol, None for an unknown one. ``lying``: fonts whose map contradicts what they show."""

    symbols: tuple[Symbol | None, ...]
    lying: frozenset[int]

    @property
    def italics(self) -> Flags:
        """The letters of TeX's mathematics, Greek ones among them."""
        return np.array([s is not None and s.encoding == "OML" and s.kind == "ord" for s in self.symbols], bool)

    def fonts(self, glyphs: Glyphs) -> frozenset[int]:
        """The fonts all of whose letters and digits are known, and are what their map says."""
        strange = set(self.lying)
        for index, (font, symbol) in enumerate(zip(glyphs.font.tolist(), self.symbols, strict=True)):
            if symbol is None and _is_letter(chr(int(glyphs.codes[index]))):
                strange.add(font)
        known = {font for font, symbol in zip(glyphs.font.tolist(), self.symbols, strict=True) if symbol is not None}
        return frozenset(known - strange)


@dataclass(frozen=True, slots=True)
class _Table:
    """Its rows are in the order of their boxes' tops."""

    symbols: tuple[Symbol, ...]
    symbol: Ints
    box: Floats
    shape: Samples


def recognised(glyphs: Glyphs, classes: Ints, plates: Sequence[Gray]) -> KnownGlyphs:
    """The symbols of the visible ``glyphs``; one look for all glyphs of one shape (``classes``, see ``shapes``)."""
    table = _table()
    firsts = np.unique(classes)
    level = glyphs.level[firsts]
    firsts = firsts[level & (glyphs.size[firsts] > 0)]
    samples = _samples(glyphs, firsts, plates)
    origin = np.concatenate([glyphs.origin[firsts], glyphs.origin[firsts]], axis=1)
    boxes = (glyphs.ink[firsts] - origin) / glyphs.size[firsts][:, None] * 1000
    found: dict[int, Symbol] = {}
    contradicted: set[int] = set()
    for first, box, sample in zip(firsts.tolist(), boxes, samples, strict=True):
        sign, unmapped = chr(int(glyphs.codes[first])), bool(glyphs.unmapped[first])
        claim = "" if is_senseless(sign, unmapped) else sign
        size, overprinted = float(glyphs.size[first]), bool(glyphs.plate[first])
        least = _ALIKE_OVERPRINTED if overprinted else _ALIKE if size >= _SMALL_PX else _ALIKE_SMALL
        symbol = _match(table, box, sample, least, claim or sign)
        if symbol is None:
            continue
        found[first] = symbol
        if claim and not symbol.may_be(claim):
            contradicted.add(first)
    found = without_strays(found, glyphs, firsts)
    classes_of, known_of = Counter(glyphs.font[firsts].tolist()), Counter(int(glyphs.font[first]) for first in found)
    lying = {int(glyphs.font[first]) for first in contradicted if first in found}
    lying = {font for font in lying if known_of[font] >= _MOSTLY * classes_of[font]}
    found = {first: s for first, s in found.items() if first not in contradicted or int(glyphs.font[first]) in lying}
    parts = zip(classes.tolist(), glyphs.whole.tolist(), strict=True)
    symbols = tuple(found.get(first) if whole else None for first, whole in parts)
    return KnownGlyphs(symbols, frozenset(lying))


def _is_letter(sign: str) -> bool:
    """Whether it is a letter or a digit; accents such as ``ˆ`` are letters to Unicode."""
    return sign.isalnum() and unicodedata.category(sign) != "Lm"


def without_strays(found: Mapping[int, Symbol], glyphs: Glyphs, firsts: Ints) -> dict[int, Symbol]:
    """``found`` without the letters of fonts that are not TeX's: an ``o`` of theirs may have its box and shape, too."""
    letters: Counter[int] = Counter()
    known: Counter[int] = Counter()
    fonts = {first: int(glyphs.font[first]) for first in firsts.tolist() if _is_letter(chr(int(glyphs.codes[first])))}
    for first, font in fonts.items():
        letters[font] += 1
        known[font] += first in found
    strange = {font for font in letters if known[font] <= _MOSTLY * letters[font]}
    return {first: symbol for first, symbol in found.items() if fonts.get(first) not in strange}


def with_signs(glyphs: Glyphs, known: KnownGlyphs) -> Glyphs:
    """The glyphs as lines are found by: each known one with a character, and large ones on their line's baseline.

    TeX hangs roots and large signs from their tops.
    """
    codes, origin = glyphs.codes.copy(), glyphs.origin.copy()
    for index, symbol in enumerate(known.symbols):
        if symbol is None:
            continue
        sign = chr(int(codes[index]))
        if is_senseless(sign, bool(glyphs.unmapped[index])) or symbol.is_number(sign):
            codes[index] = ord(symbol.sign)
        elif sign >= FIRST_ALPHANUMERIC and len(plain := unicodedata.normalize("NFKC", sign)) == 1:
            codes[index] = ord(plain)
        if symbol.kind == "radical" or symbol.encoding == "OMX":
            middle = (glyphs.ink[index][1] + glyphs.ink[index][3]) / 2
            origin[index][1] = middle + AXIS * glyphs.size[index]
    codes[_stacked_dots(glyphs, known)] = _VERTICAL_DOTS
    return replace(glyphs, codes=codes, origin=origin)


def _stacked_dots(glyphs: Glyphs, known: KnownGlyphs) -> Ints:
    """The dots of a matrix that stand one under the other, which are no leader of a table of contents."""
    dots = np.array([i for i, s in enumerate(known.symbols) if s is not None and s.latex == "."], np.int64)
    if not 3 <= len(dots) <= _MOST_DOTS:
        return np.zeros(0, np.int64)
    x, y = glyphs.origin[dots, 0], glyphs.origin[dots, 1]
    size = glyphs.size[dots][:, None]
    beside, apart = np.abs(x[:, None] - x[None, :]), np.abs(y[:, None] - y[None, :])
    stacked: Ints = dots[((beside < 0.1 * size) & (apart > 0.2 * size) & (apart < 0.5 * size)).any(axis=1)]
    return stacked


def _samples(glyphs: Glyphs, index: Ints, plates: Sequence[Gray]) -> Samples:
    samples = np.zeros((len(index), samples_of(plates[0], np.zeros((0, 4))).shape[1]), np.float32)
    for number, plate in enumerate(plates):
        here = glyphs.plate[index] == number
        samples[here] = samples_of(plate, glyphs.ink[index][here])
    return samples


def _match(table: _Table, box: Floats, sample: npt.NDArray[np.float32], least: float, claim: str) -> Symbol | None:
    """The one symbol that has this box and looks so; None where several do, and the map names none of them."""
    reach = _SAME_BOX + _STRETCHED * np.abs(box) * np.array([1.0, 0.0, 1.0, 0.0])
    first, last = np.searchsorted(table.box[:, 1], (box[1] - _SAME_BOX, box[1] + _SAME_BOX + 1e-6))
    near: Flags = (np.abs(table.box[first:last] - box) <= reach).all(axis=1)
    best = _alike(table, np.flatnonzero(near) + first, box, sample, least)
    if not best:
        return None
    margin = _MARGIN_LARGE if max(box[2] - box[0], box[3] - box[1]) > _LARGE else _MARGIN
    most = max(best.values())
    return _only([table.symbols[number] for number, likeness in best.items() if likeness > most - margin], claim)


def _alike(table: _Table, rows: Ints, box: Floats, sample: npt.NDArray[np.float32], least: float) -> dict[int, float]:
    """By its number the likeness of each symbol of these rows that looks so; 1 for thin ones, which all look alike."""
    thin = min(box[2] - box[0], box[3] - box[1]) < 1000 * _FLAT
    least = -1.0 if thin else least
    best: dict[int, float] = {}
    for row, likeness in zip(rows.tolist(), (table.shape[rows] @ sample).tolist(), strict=True):
        number = int(table.symbol[row])
        crossing = table.symbols[number].kind == "not"  # stands on its relation
        if likeness >= (min(least, _ALIKE_OVERPRINTED) if crossing else least):
            best[number] = max(best.get(number, -1.0), 1.0 if thin else likeness)
    return best


def _only(open_: Sequence[Symbol], claim: str) -> Symbol | None:
    """The symbol that several are, or that the map names."""
    latex = {symbol.latex for symbol in open_}
    if latex == {""}:
        return None
    if len(latex) == 1:
        return open_[0]
    if len({name.replace("mathscr", "mathcal") for name in latex}) == 1:  # one font, which packages call by both names
        return next(symbol for symbol in open_ if "mathscr" in symbol.latex)
    named = [s for s in open_ if claim in s.codes or (s.encoding != "OMX" and s.may_be(claim))]
    signs = {symbol.latex for symbol in named}
    if signs == {"*", "\\ast"}:  # one drawing, in text and in mathematics
        signs = {"*" if claim == "*" else "\\ast"}
    return next(s for s in named if s.latex in signs) if len(signs) == 1 else None


@lru_cache(maxsize=1)
def _table() -> _Table:
    with np.load(TABLE, allow_pickle=False) as file:
        symbols = tuple(
            Symbol(str(latex), str(kind), str(encoding), frozenset(str(claims)), frozenset(str(codes)))
            for latex, kind, encoding, claims, codes in zip(
                file["latex"], file["kind"], file["encoding"], file["claims"], file["codes"], strict=True
            )
        )
        shape = file["shape"].astype(np.float32)
        shape /= np.maximum(np.linalg.norm(shape, axis=1, keepdims=True), 1e-6)
        order = np.argsort(file["box"][:, 1], kind="stable")
        box = file["box"].astype(np.float64)
        return _Table(symbols, file["symbol"].astype(np.int64)[order], box[order], shape[order])
