"""One page prepared for Tesseract: level, evenly lit, its ruling lines apart from its letters."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ocr_service.document import Box, Gray
from ocr_service.geometry.bend import bend_of, straightened
from ocr_service.geometry.deskew import Skew, deskew
from ocr_service.geometry.ink_pieces import LabelledInk
from ocr_service.tesseract.character_fields import Field, character_fields, without_fields
from ocr_service.tesseract.prepare.filled_areas import filled_areas, on_white
from ocr_service.tesseract.prepare.filled_shapes import on_white_shapes
from ocr_service.tesseract.prepare.leader_dots import leader_dots, without_leader_dots
from ocr_service.tesseract.prepare.preprocess import dark_on_light, with_even_illumination, without_paper_grain
from ocr_service.tesseract.prepare.ruling_lines import RulingLines, binarise, find_ruling_lines, without_ruling_lines
from ocr_service.tesseract.prepare.specks import speck_mask


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every step of reading looks at; all boxes of ``tesseract/`` are in its pixels.

    ``gray``: the level page that Tesseract reads, without ruling lines, leaders, specks and paper grain. ``ink``: 255
    where letters (or pictures) are, ruling lines and specks left out. ``dpi`` is that of the sheet. ``skew`` maps boxes
    from and to the page as delivered. ``filled``: areas that one colour filled, which are white in ``gray``.
    ``fields``: boxes for a character each, which neither ``gray`` nor ``ink`` has. ``level``: the level page with its
    ruling lines, where it was kept.
    """

    gray: Gray
    ink: Gray
    ruling_lines: RulingLines
    dpi: int
    skew: Skew
    filled: tuple[Box, ...] = ()
    fields: tuple[Field, ...] = ()
    level: Gray | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.gray.shape
        return width, height


def prepare_sheet(page: Gray, dpi: int) -> Sheet:
    """The sheet of a page as delivered."""
    level, skew = deskew(with_even_illumination(dark_on_light(page), dpi))
    shifts = bend_of(level)
    if shifts is not None:
        level, skew = straightened(level, shifts), replace(skew, shifts=shifts)
    filled = filled_areas(level, dpi)
    level = on_white_shapes(on_white(level, filled), dpi, [area.box for area in filled])
    ink = binarise(level)
    found = character_fields(level, ink, dpi)
    level, ink = without_fields(level, found, int(np.percentile(level[::8, ::8], 80))), without_fields(ink, found, 0)
    ruling_lines = find_ruling_lines(ink, dpi)
    ink = np.where(ruling_lines.mask > 0, 0, ink).astype(np.uint8)
    pieces = LabelledInk.of(ink)
    dots, specks = leader_dots(pieces.stats, ink, dpi), speck_mask(pieces, dpi)
    gray = without_leader_dots(without_ruling_lines(level, ruling_lines), dots)
    if specks is not None:
        gray = np.where(specks > 0, np.percentile(gray[::8, ::8], 80), gray).astype(np.uint8)
        ink = np.where(specks > 0, 0, ink).astype(np.uint8)
    return Sheet(
        gray=without_paper_grain(gray),
        ink=ink,
        ruling_lines=ruling_lines,
        dpi=dpi,
        skew=skew,
        filled=tuple(area.box for area in filled),
        fields=tuple(found),
        level=level,
    )
