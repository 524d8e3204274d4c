"""Where a font's own figures are wrong of what is drawn: overhanging glyphs, sizes of Type 3 fonts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Flags, Floats, Ints, TextObject

_SAME_PLACE, _OVERHANG, _SAME_GLYPH = 0.02, 0.3, 0.03  # of a glyph's advance
_MOST_OVER = 0.2  # of a font's glyphs that may reach past their advance by OVERHANG
_LEAST_HEIGHT, _USUAL_HEIGHT, _MOST_HEIGHT = 0.2, 0.55, 1.5  # em: a font's letters and digits


@dataclass(frozen=True, slots=True)
class DrawnGlyphs:
    """Glyphs as they are drawn, in points; ``identity`` is the same for the same character of a font."""

    ink: Floats
    origin: Floats
    identity: Ints

    def without_overhang(self, loose: Floats, advance: Floats) -> Floats:
        """Cells of the fonts' ``advance`` where PDFium's ``loose`` ones have the ink that reaches past it.

        An italic f reaches far into the next space. The widths of a font are believed where most of its glyphs keep to
        them, and those of a character for its usual glyph (parts of ligatures are others).
        """
        if not len(loose):
            return loose
        x = self.origin[:, 0]
        over = np.maximum(self.ink[:, 2] - x - advance, 0.0)
        known = (advance > 0) & (np.abs(loose[:, 2] - self.ink[:, 2]) < _SAME_PLACE * advance) & (over > 0)
        known &= self._kept(over > _OVERHANG * advance, self.identity >> 32) & self._is_usual_glyph(advance)
        cells = loose.copy()
        cells[:, 2] = np.where(known, x + advance, loose[:, 2])
        cells[:, 0] = np.where(advance > 0, np.maximum(loose[:, 0], np.minimum(x, loose[:, 2])), loose[:, 0])
        return cells

    def _kept(self, over: Flags, font: Ints) -> Flags:
        """Whether few glyphs of a glyph's font are ``over`` their width."""
        _, inverse, count = np.unique(font, return_inverse=True, return_counts=True)
        return (np.bincount(inverse, over) < _MOST_OVER * count)[inverse]

    def _is_usual_glyph(self, advance: Floats) -> Flags:
        """Whether a glyph is as wide as its font's character mostly is. Letters of one ligature share its origin."""
        same = np.r_[False, (self.origin[1:] == self.origin[:-1]).all(axis=1), False]
        alone = ~(same[1:] | same[:-1])
        share = (self.ink[:, 2] - self.ink[:, 0]) / np.maximum(advance, 1e-6)
        order = np.flatnonzero(alone)[np.lexsort((share[alone], self.identity[alone]))]
        _, first, inverse, count = np.unique(
            self.identity[order], return_index=True, return_inverse=True, return_counts=True
        )
        usual = np.full(len(share), np.nan)
        usual[order] = share[order][first + count // 2][inverse]
        found: Flags = alone & (np.abs(share - usual) < _SAME_GLYPH)
        return found


def in_real_sizes(
    objects: list[TextObject], fonts_of: Sequence[Font], codes: Ints, owners: Ints, ink: Floats
) -> list[TextObject]:
    """The objects with their type's size as it is drawn: Type 3 fonts have any size, and a matrix of their own.

    Letters and digits are 0.4 to 0.75 em high in each font. A font with a program has a real size; the codes of large
    signs of mathematics are letters by accident.
    """
    sizes, angles = np.array([item.size for item in objects]), np.array([item.angle for item in objects])
    fonts = np.array([item.font for item in objects], np.int64)
    heights = np.where(np.abs(angles[owners] % 180 - 90) < 45, ink[:, 2] - ink[:, 0], ink[:, 3] - ink[:, 1])
    different, inverse = np.unique(codes, return_inverse=True)
    letters = np.array([chr(code).isalnum() for code in different.tolist()], bool)[inverse]
    counted = letters & (sizes[owners] > 0) & (heights > 0)
    share = heights / np.maximum(sizes[owners], 1e-9)
    scales = np.ones(int(fonts.max(initial=0)) + 1)
    for font in np.unique(fonts[owners[counted]]).tolist():
        usual = float(np.median(share[counted & (fonts[owners] == font)]))
        if not fonts_of[font].program and not _LEAST_HEIGHT < usual < _MOST_HEIGHT:
            scales[font] = usual / _USUAL_HEIGHT
    return [replace(item, size=item.size * float(scales[item.font])) for item in objects]
