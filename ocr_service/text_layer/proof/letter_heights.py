"""How far letters reach above and below their line, and which height a letter cannot have."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ocr_service.text_layer.proof.alphabets import look_the_same, may_reach, script_of

_UP, _DOWN = 1.2, 0.1  # of the x-height, and em: what reaches above it, and below the baseline
_UP_TO_MARK = 1.12  # of the x-height: a tilde or a breve of some fonts is as low
_CAPITAL = 0.92  # of a capital's height; small letters without a stem have 0.65 to 0.8
_LOW = 1.12  # of the x-height: no capital is so low
_MARKED = 1.18  # of a capital's height: a mark stands above it
_MARK_OF_CAPITAL = 1.06  # of a capital's height, at least, of one with a mark above
_TALL = "ҐØ"  # capitals that reach higher, in some fonts
_MARK_BESIDE = "Ľ"  # as those of Greek capitals
_ABOVE = 230  # Unicode's class of marks over letters


def is_flat(sign: str) -> bool:
    """Whether a small letter ends at the x-height, and at the baseline."""
    return bool(may_reach(sign, False, False)) and not may_reach(sign, True, False)


def _has_no_ascender(sign: str) -> bool:
    return may_reach(sign, True, False) is False and may_reach(sign, True, True) is False


def ends_at_the_baseline(sign: str) -> bool:
    """Whether a small letter of the x-height has no descender in any font, as an ``s`` and no ``ş``."""
    return is_flat(sign) and may_reach(sign, False, True) is False


@dataclass(frozen=True, slots=True)
class LetterHeights:
    """Of a font's level letters, in em; 0 where none was seen. ``digit``: no digits are higher than its capitals."""

    x_height: float
    capital: float
    digit: float = 0.0

    def small_is_too_high(self, sign: str, rise: float) -> bool:
        """As an ``o`` that is an O, and a ``g`` that is a ğ."""
        return _has_no_ascender(sign) and (rise > _UP * self.x_height > 0 or rise > _CAPITAL * self.capital > 0)

    def reaches_elsewhere(self, sign: str, rise: float, drop: float) -> bool:
        if not self.x_height:  # as of a font that has only a letter or two of its own
            return False
        up = _UP_TO_MARK if has_mark_above(sign) else _UP
        return may_reach(sign, rise > up * self.x_height, drop > _DOWN) is False

    def capital_is_too_high(self, sign: str, rise: float) -> bool:
        """As an ``İ`` that the map calls ``I``."""
        return rise > _MARKED * self.capital > 0 and sign not in _TALL and len(unicodedata.normalize("NFD", sign)) == 1

    def capital_is_too_low(self, sign: str, rise: float) -> bool:
        on_top = has_mark_above(sign) and sign not in _MARK_BESIDE and script_of(sign) != "GREEK"
        if on_top and rise < _MARK_OF_CAPITAL * (self.capital or self.digit):  # as an ä that the map calls Ä
            return True
        return look_the_same(sign, sign.lower()) and rise < _LOW * self.x_height


def has_mark_above(sign: str) -> bool:
    return any(unicodedata.combining(mark) == _ABOVE for mark in unicodedata.normalize("NFD", sign)[1:])
