"""Small type drawn again, larger: a font's glyph does not depend on its size, and in small type a ( looks like a [.

Only pieces of lines are drawn, in which each character stands that the page has in no larger type.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.document import FloatBox, Gray
from ocr_service.render.scale import POINTS_PER_INCH
from ocr_service.text_layer.page.glyphs import Flags, Glyphs, Ints, rotated_boxes
from ocr_service.text_layer.visibility import Seen, difference

LEAST_PX = 20.0  # an em: of smaller type letters that look alike are not told apart
_EM = 40.0  # pixels of the type as it is drawn here
_BEFORE, _AFTER, _ABOVE, _BELOW = 2.0, 10.0, 1.2, 0.5  # em around a character's origin, along and across its line
_MOST = 30  # pieces of a page
_SAME_SIDE = 0.005  # em; boxes are those of outlines


@dataclass(frozen=True, slots=True)
class LargerPiece:
    """``box``: in pixels of the page's picture; ``plate``: what text adds to it, larger."""

    box: FloatBox
    plate: Gray

    def rotated(self, quarters: int, width: int, height: int) -> LargerPiece:
        """After ``quarters`` quarter rotations anticlockwise of a page ``width`` x ``height``."""
        x0, y0, x1, y1 = rotated_boxes(np.array([self.box]), quarters, width, height)[0].tolist()
        return LargerPiece((x0, y0, x1, y1), np.ascontiguousarray(np.rot90(self.plate, quarters)))


def larger_pieces(
    page: pdfium.PdfPage, handles: Sequence[Any], glyphs: Glyphs, seen: Seen, dpi: int, wanted: Container[str]
) -> tuple[LargerPiece, ...]:
    """Pieces in which those characters of ``wanted`` are that a font has in small type alone.

    ``handles``: all text objects of the page; ``glyphs`` and ``seen`` are of its picture at ``dpi``.
    """
    boxes = _boxes(glyphs, seen, wanted)
    if not boxes:
        return ()
    height, width = seen.ground.shape[:2]
    pieces = [_Piece.of(page, box, scale, dpi, width, height) for box, scale in boxes]
    pictures = [piece.draw(page) for piece in pieces]
    for handle in handles:
        pdfium_c.FPDFPageObj_SetIsActive(handle, False)
    try:
        grounds = [piece.draw(page) for piece in pieces]
    finally:
        for handle in handles:
            pdfium_c.FPDFPageObj_SetIsActive(handle, True)
    return tuple(
        LargerPiece(piece.box, difference(picture, ground))
        for piece, picture, ground in zip(pieces, pictures, grounds, strict=True)
    )


def _boxes(glyphs: Glyphs, seen: Seen, wanted: Container[str]) -> list[tuple[FloatBox, float]]:
    """The places of the pieces, pixels, and how much larger each is to be drawn."""
    asked = seen.visible & (seen.plate == 0) & (seen.cut == 0) & (np.abs((glyphs.angle + 45) % 90 - 45) < 1)
    small = asked & (glyphs.size < LEAST_PX)
    if not small.any():
        return []
    name = _names(glyphs)
    here = np.flatnonzero(small & ~np.isin(name, name[asked & ~small]))
    here = here[[chr(code) in wanted for code in glyphs.codes[here].tolist()]]
    names, first = np.unique(name[here], return_index=True)
    missing = set(names.tolist())
    chosen: list[tuple[FloatBox, float]] = []
    for index in here[np.sort(first)].tolist():
        if int(name[index]) in missing and len(chosen) < _MOST:
            box = _around(glyphs, index, seen.ground.shape[1], seen.ground.shape[0])
            chosen.append((box, _EM / float(glyphs.size[index])))
            missing -= set(name[here[_inside(glyphs, box)[here]]].tolist())
    return chosen


def _names(glyphs: Glyphs) -> Ints:
    """A number for each character of a font in each size of its box: a map may have an i for an l, too."""
    sides = (glyphs.ink[:, 2:] - glyphs.ink[:, :2]) / np.maximum(glyphs.size, 1e-6)[:, None]
    steps = np.clip(np.rint(sides / _SAME_SIDE), 0, 255).astype(np.int64)
    names: Ints = glyphs.font << 40 | glyphs.codes << 16 | steps[:, 0] << 8 | steps[:, 1]
    return names


def _around(glyphs: Glyphs, index: int, width: int, height: int) -> FloatBox:
    size, angle = float(glyphs.size[index]), math.radians(float(glyphs.angle[index]))
    along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
    origin = glyphs.origin[index]
    corners = [origin + size * (a * along + b * across) for a, b in ((-_BEFORE, -_ABOVE), (_AFTER, _BELOW))]
    x, y = (sorted((float(corners[0][axis]), float(corners[1][axis]))) for axis in (0, 1))
    return max(0.0, x[0]), max(0.0, y[0]), min(float(width), x[1]), min(float(height), y[1])


def _inside(glyphs: Glyphs, box: FloatBox) -> Flags:
    """Which glyphs are in a box with all of their ink."""
    ink = glyphs.ink
    inside: Flags = (
        (ink[:, 0] >= box[0] + 1) & (ink[:, 1] >= box[1] + 1) & (ink[:, 2] <= box[2] - 1) & (ink[:, 3] <= box[3] - 1)
    )
    return inside


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the page as it is drawn at ``scale`` pixels by point; ``crop``: left, bottom, right, top of it."""

    box: FloatBox
    scale: float
    crop: tuple[int, int, int, int]

    @classmethod
    def of(cls, page: pdfium.PdfPage, box: FloatBox, larger: float, dpi: int, width: int, height: int) -> _Piece:
        scale = larger * dpi / POINTS_PER_INCH
        across, down = math.ceil(page.get_width() * scale), math.ceil(page.get_height() * scale)
        left, right = math.floor(box[0] * across / width), math.ceil(box[2] * across / width)
        top, bottom = math.floor(box[1] * down / height), math.ceil(box[3] * down / height)
        exact = left * width / across, top * height / down, right * width / across, bottom * height / down
        return cls(exact, scale, (left, down - bottom, across - right, top))

    def draw(self, page: pdfium.PdfPage) -> Any:
        crop = [max(0.0, (side - 0.5) / self.scale) for side in self.crop]  # of which pypdfium2 rounds up the pixels
        return page.render(scale=self.scale, crop=crop, rev_byteorder=True).to_numpy()[:, :, :3]


def enlarged(glyphs: Glyphs, plates: Sequence[Gray], pieces: Sequence[LargerPiece]) -> tuple[Glyphs, tuple[Gray, ...]]:
    """The glyphs with those of the ``pieces`` as these show them, under the page on the first of the plates."""
    if not pieces:
        return glyphs, tuple(plates)
    height, width = plates[0].shape
    picture = np.zeros(
        (height + sum(piece.plate.shape[0] for piece in pieces), max(width, *(p.plate.shape[1] for p in pieces))),
        np.uint8,
    )
    picture[:height, :width] = plates[0]
    ink, cell, origin = glyphs.ink.copy(), glyphs.cell.copy(), glyphs.origin.copy()
    owner, objects = glyphs.object.copy(), list(glyphs.objects)
    left = glyphs.level & (glyphs.plate == 0) & (glyphs.size < LEAST_PX)
    top = height
    for piece in pieces:
        rows, columns = piece.plate.shape
        picture[top : top + rows, :columns] = piece.plate
        x0, y0, x1, _ = piece.box
        scale, corner, place = columns / (x1 - x0), np.array([x0, y0]), np.array([0, top])
        here = left & _inside(glyphs, piece.box)
        left &= ~here
        origin[here] = (origin[here] - corner) * scale + place
        for boxes in (ink, cell):
            boxes[here] = (boxes[here] - np.tile(corner, 2)) * scale + np.tile(place, 2)
        for number in np.unique(owner[here]).tolist():
            owner[here & (owner == number)] = len(objects)
            objects.append(replace(objects[number], size=objects[number].size * scale))
        top += rows
    return replace(glyphs, ink=ink, cell=cell, origin=origin, object=owner, objects=tuple(objects)), (
        picture,
        *plates[1:],
    )
