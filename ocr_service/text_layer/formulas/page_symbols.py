"""A page's glyphs as the builder of formulas takes them: which sign each is, of what kind, and where it stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.formulas.italics import letters_in_words
from ocr_service.text_layer.formulas.items import Item, Unbuildable
from ocr_service.text_layer.formulas.limits import with_letters_as_operators
from ocr_service.text_layer.page.glyphs import Flags, Glyphs
from ocr_service.text_layer.proof.known_glyphs import AXIS, FIRST_ALPHANUMERIC, KnownGlyphs, Symbol

_SPECKS = 6  # pixels
_OVER, _FLAT = 0.3, 0.4  # em over a formula, and of an accent's height
_OF_LINE = (
    0.75  # of a line's size: its large signs have 10 points where the line has 12; those in a script of 10 have 7
)
_STOPS = ".,;:-_'’"
_PLAIN = {
    **{sign: ("ord", sign) for sign in "0123456789/"},
    **{sign: ("open", sign) for sign in "(["},
    **{sign: ("close", sign) for sign in ")]!?"},
    **{sign: ("punct", sign) for sign in ",;."},
    **{sign: ("rel", sign) for sign in "=<>:"},
    **{"+": ("bin", "+"), "−": ("bin", "-"), "%": ("ord", "\\%"), "&": ("ord", "\\&"), "-": ("hyphen", "-")},
}


class PageSymbols:
    """``trusted``: the glyphs whose text is proven, for words in formulas. ``unexplained``: ink of no glyph."""

    def __init__(self, glyphs: Glyphs, known: KnownGlyphs, trusted: Flags, unexplained: Gray) -> None:
        self.glyphs = glyphs
        self._unexplained = unexplained
        self.trusted = trusted
        self._downwards = np.argsort((glyphs.ink[:, 1] + glyphs.ink[:, 3]) / 2)
        self._middles = (glyphs.ink[self._downwards, 1] + glyphs.ink[self._downwards, 3]) / 2
        lying = {i for i in range(len(glyphs.fonts)) if i in known.lying}
        fonts = glyphs.font.tolist()
        symbols = [None if font in lying else s for s, font in zip(known.symbols, fonts, strict=True)]
        words = letters_in_words(glyphs, symbols)
        self.symbols = [None if index in words else symbol for index, symbol in enumerate(symbols)]
        bold = [font.bold and not font.italic for font in glyphs.fonts]
        for index, font in enumerate(fonts):
            letter = chr(int(glyphs.codes[index]))
            if bold[font] and self.symbols[index] is None and trusted[index] and letter.isascii() and letter.isalpha():
                self.symbols[index] = Symbol(f"\\mathbf{{{letter}}}", "ord", "OT1", frozenset(letter))

    def is_explained(self, box: tuple[float, float, float, float]) -> bool:
        """Whether all ink of text in a box is that of glyphs."""
        x0, y0, x1, y1 = (max(0, round(side)) for side in box)
        return int(np.count_nonzero(self._unexplained[y0:y1, x0:x1])) <= _SPECKS

    def has_no_other(self, box: tuple[float, float, float, float], members: set[int]) -> bool:
        """Whether all glyphs in a box are ``members``, and no unknown sign lies over it as an accent does."""
        if not self.is_whole(box, members):
            return False
        ink = self.glyphs.ink
        em = float(self.glyphs.size[list(members)].max(initial=0.0))
        over = (i for i in self._inside((box[0], box[1] - _OVER * em, box[2], box[1])) if i not in members)
        flat = (i for i in over if ink[i][3] - ink[i][1] < _FLAT * em)
        return not any(self.symbols[i] is None and self.char(i) not in _STOPS for i in flat)

    def is_whole(self, box: tuple[float, float, float, float], members: Collection[int]) -> bool:
        """Whether no glyph in a box is none of ``members``."""
        return set(members).issuperset(self._inside(box))

    def _inside(self, box: tuple[float, float, float, float]) -> list[int]:
        """The glyphs whose middle is in a box."""
        first, last = np.searchsorted(self._middles, (box[1], box[3]))
        near = self._downwards[first:last]
        x = (self.glyphs.ink[near, 0] + self.glyphs.ink[near, 2]) / 2
        found: list[int] = near[(box[0] < x) & (x < box[2])].tolist()
        return found

    def symbol(self, index: int) -> Symbol | None:
        return self.symbols[index]

    def is_strong(self, index: int) -> bool:
        """Whether it is a sign of mathematics, and of nothing else."""
        symbol = self.symbols[index]
        if symbol is None:
            return False
        if symbol.encoding in ("OML", "AMSb", "FRAK", "RSFS") and symbol.kind == "ord" and symbol.latex != "/":
            return True
        return symbol.encoding == "OMX" or (
            symbol.encoding == "OMS" and symbol.kind in ("ord", "radical") and symbol.latex not in ("\\S", "\\P")
        )

    def is_word_letter(self, index: int) -> bool:
        """Whether it is a letter of prose."""
        symbol = self.symbols[index]
        if symbol is None:
            return chr(int(self.glyphs.codes[index])).isalpha()
        if symbol.encoding != "OT1" or symbol.kind == "accent":
            return False
        return symbol.kind == "text" or symbol.latex.isalpha() or symbol.latex.startswith("\\mathbf")

    def char(self, index: int) -> str:
        return chr(int(self.glyphs.codes[index]))

    def item(self, index: int) -> Item:
        """Raises Unbuildable for what is not known."""
        g, symbol = self.glyphs, self.symbols[index]
        x0, y0, x1, y1 = g.ink[index].tolist()
        size, base = float(g.size[index]), float(g.origin[index][1])
        advance = float(g.cell[index][2])
        if symbol is None:
            kind, latex = self._plain(index)
            return Item(latex, kind, x0, y0, x1, y1, base, size, advance)
        kind, latex = symbol.kind, symbol.latex
        if kind == "text":  # a ligature, whose letters come one by one in one place
            return Item(self.char(index), "letter", x0, y0, x1, y1, base, size, advance)
        if symbol.encoding == "OT1" and latex.isalpha():
            kind = "letter"
        if kind == "quote":
            raise Unbuildable
        if symbol.encoding != "OMX":
            return Item(latex, kind, x0, y0, x1, y1, base, size, advance)
        large = kind in ("open", "close", "fence")
        if kind in ("radical", "accent", "brace", "piece"):
            return Item(latex, kind, x0, y0, x1, y1, base, size, advance, large=large)
        return Item(latex, kind, x0, y0, x1, y1, (y0 + y1) / 2 + AXIS * size, size, advance, centred=True, large=large)

    def _plain(self, index: int) -> tuple[str, str]:
        sign = self.char(index)
        if not self.trusted[index]:
            raise Unbuildable
        plain = unicodedata.normalize("NFKC", sign)
        if sign >= FIRST_ALPHANUMERIC and plain != sign:  # bold, sans-serif: its font is not known
            raise Unbuildable
        if plain.isalpha() and unicodedata.category(plain[0]) != "Lm":
            return "letter", plain
        if plain in _PLAIN:
            return _PLAIN[plain]
        raise Unbuildable

    def items(self, indices: Sequence[int]) -> list[Item]:
        items = [self.item(index) for index in indices]
        usual = max((item.size for item in items if not item.centred), default=0.0)
        items = [_of_line(item, usual) if _is_of_line(item, usual) else item for item in items]
        return with_letters_as_operators(items)


def _is_of_line(sign: Item, usual: float) -> bool:
    """Whether a large sign is of the line whose type has ``usual`` size: LaTeX sets it in 10 points in all lines."""
    return sign.centred and usual > 0 and sign.size > _OF_LINE * usual


def _of_line(sign: Item, size: float) -> Item:
    """A large sign in the size of its line."""
    return replace(sign, size=size, base=sign.y + AXIS * size)
