"""Where letters are drawn whose font the file names and does not contain: PDFium takes one of its own.

It makes that as wide, bold and slanted as the font is said to be, but gives the boxes of its usual letters.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c

from ocr_service.text_layer.page.glyphs import FIRST_SHAPED, Floats

_SAME_GLYPH = 0.02  # of the sides of a box by those of the letter as it is drawn
_LEVEL = 1e-3  # rise by run
_SAME_HEIGHT = 0.06  # em, of a letter's top and bottom: bold ones reach a little further


@dataclass(frozen=True, slots=True)
class NamedFont:
    """The font of a text object: its ``number`` on the page, PDFium's handle; ``matrix``: from ems to points, 2 x 2.

    The text is level or upright.
    """

    number: int
    handle: Any
    matrix: Floats

    @property
    def up(self) -> int:
        """The side of the page along which its letters stand: 0 of upright text, else 1."""
        return int(abs(self.matrix[0, 0]) > abs(self.matrix[0, 1]))


def named_font(number: int, handle: Any, matrix: Sequence[Sequence[float]]) -> NamedFont | None:
    """None where the text is neither level nor upright, or has no size."""
    (a, b), (c, d) = matrix
    level, upright = abs(b) < _LEVEL * abs(a) and abs(d) > 0, abs(a) < _LEVEL * abs(b) and abs(c) > 0
    return NamedFont(number, handle, np.array(matrix)) if level or upright else None


def boxes_as_drawn(boxes: Floats, origins: Floats, codes: Sequence[int], fonts: Sequence[NamedFont | None]) -> Floats:
    """``boxes`` with those of the letters that have such a font as they are drawn. All in points, by character.

    PDFium finds a letter by its Unicode: those that share theirs, or their glyph, with others keep their boxes, and so
    do those of another height than the one that it finds.
    """
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (code, font) in enumerate(zip(codes, fonts, strict=True)):
        if font is not None and code < FIRST_SHAPED:
            alike[font.number, code].append(index)
    if not alike:
        return boxes
    same = (origins[1:] == origins[:-1]).all(axis=1)
    of_one_glyph = np.r_[False, same] | np.r_[same, False]
    found = boxes.copy()
    for (_, code), every in alike.items():
        here = [index for index in every if not of_one_glyph[index]]
        frames = [font for index in here if (font := fonts[index]) is not None]
        outline = _outline(frames[0].handle, code) if frames else None
        if outline is None:
            continue
        corners = np.array([[outline[x], outline[y]] for x in (0, 2) for y in (1, 3)])
        matrices = np.array([frame.matrix for frame in frames])
        up = np.array([frame.up for frame in frames])
        ends = np.stack([boxes[here, up], boxes[here, up + 2]], axis=1) - origins[here, up][:, None]
        ends = np.sort(ends / matrices[np.arange(len(here)), 1, up][:, None], axis=1)
        if np.abs(ends - outline[1::2]).max() > _SAME_HEIGHT:
            continue
        points = corners @ matrices + origins[here, None]
        drawn = np.concatenate([points.min(axis=1), points.max(axis=1)], axis=1)
        share = (boxes[here, 2:] - boxes[here, :2]) / np.maximum(drawn[:, 2:] - drawn[:, :2], 1e-6)
        if np.ptp(share, axis=0).max() < _SAME_GLYPH:
            found[here] = drawn
    return found


def _outline(font: Any, code: int) -> tuple[float, float, float, float] | None:
    """The box of a character's outline, em; None where it has none."""
    path = pdfium_c.FPDFFont_GetGlyphPath(font, code, 1.0)
    count = pdfium_c.FPDFGlyphPath_CountGlyphSegments(path) if path else 0
    if count <= 0:
        return None
    x, y = ctypes.c_float(), ctypes.c_float()
    points = []
    for index in range(count):
        pdfium_c.FPDFPathSegment_GetPoint(pdfium_c.FPDFGlyphPath_GetGlyphPathSegment(path, index), x, y)
        points.append((x.value, y.value))
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)
