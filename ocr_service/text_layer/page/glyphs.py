"""The characters of a page, in pixels of its picture: what the other modules of the room work on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ocr_service.text_layer.page.fonts import Font

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_GLYPHS = 60_000  # of a page; a page of a telephone book has 15,000
FIRST_SHAPED = 0x590  # from here on are scripts of which a character has several glyphs, or no overhang
# Letters, digits and the marks whose place and size tell them (``proof.punctuation``).
_CODED = [*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!$%'()*+,-./:;=?"]
_ALPHABETS = (0x1E00, 0x2000)  # Latin (Vietnamese) and Greek letters among them


class TooManyGlyphs(Exception):
    """The page has more characters or objects than can be read within PAGE_TIMEOUT_S."""


@dataclass(frozen=True, slots=True)
class TextObject:
    """What one ``Tj`` shows. ``size`` in pixels; ``angle`` clockwise in degrees; ``mode`` is its render mode.

    ``optional``: of a layer that can be switched off. ``artifact``: marked as no part of the document's text.
    ``stretch``: its width by its usual width. ``slant``: how far the matrix shifts the top of an em to the right, em.
    """

    handle: Any
    font: int
    size: float
    angle: float
    mode: int
    colour: tuple[int, int, int, int]
    optional: bool
    artifact: bool = False
    stretch: float = 1.0
    slant: float = 0.0


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One row a character, in the file's order. ``ink``: the glyph's box, ``cell``: its advance by its line's height.

    Boxes are x0, y0, x1, y1 in pixels of the page as rendered; ``object`` indexes ``objects``, whose ``font`` indexes
    ``fonts``. ``spaced``: a space of the file's own stands before it. ``unmapped``: the font has no Unicode for it.
    ``plate``: which picture shows it alone, ``cut``: how much of a side of it is hidden (see ``visibility``). ``size``
    (pixels), ``angle``, ``font``: its object's. ``level``: by less than a degree off.
    """

    codes: Ints
    ink: Floats
    cell: Floats
    origin: Floats
    object: Ints
    spaced: Flags
    unmapped: Flags
    plate: Ints
    cut: Floats
    objects: tuple[TextObject, ...]
    fonts: tuple[Font, ...]
    size: Floats = field(init=False)
    angle: Floats = field(init=False)
    level: Flags = field(init=False)
    font: Ints = field(init=False)

    def __post_init__(self) -> None:
        objects = self.objects or (TextObject(None, 0, 0.0, 0.0, 0, (0, 0, 0, 0), False),)
        object.__setattr__(self, "size", np.array([o.size for o in objects])[self.object])
        object.__setattr__(self, "angle", np.array([o.angle for o in objects])[self.object])
        object.__setattr__(self, "level", np.minimum(self.angle, 360 - self.angle) < 1)
        object.__setattr__(self, "font", np.array([o.font for o in objects], np.int64)[self.object])

    def __len__(self) -> int:
        return len(self.codes)

    def kept(self, keep: Flags) -> Glyphs:
        """Those of ``keep``."""
        return replace(
            self,
            codes=self.codes[keep],
            ink=self.ink[keep],
            cell=self.cell[keep],
            origin=self.origin[keep],
            object=self.object[keep],
            spaced=self.spaced[keep],
            unmapped=self.unmapped[keep],
            plate=self.plate[keep],
            cut=self.cut[keep],
        )

    def rotated(self, quarters: int, width: int, height: int) -> Glyphs:
        """After ``quarters`` quarter rotations anticlockwise of a page ``width`` x ``height``."""
        return replace(
            self,
            ink=rotated_boxes(self.ink, quarters, width, height),
            cell=rotated_boxes(self.cell, quarters, width, height),
            origin=rotated_points(self.origin, quarters, width, height),
            objects=tuple(replace(o, angle=(o.angle - 90 * quarters) % 360) for o in self.objects),
        )

    @property
    def shaped(self) -> Flags:
        """Which are of scripts of which a character has several glyphs, or no overhang."""
        first, end = _ALPHABETS
        shaped: Flags = (self.codes >= FIRST_SHAPED) & ((self.codes < first) | (self.codes >= end))
        return shaped

    @property
    def coded(self) -> Flags:
        """Which have no Unicode, in a font without a program, but the code of a sign of ASCII, which they may be.

        Programs for charts and old ones for TeX make such fonts, of drawings or pictures (Type 3). Those of TeX have
        other signs than ASCII's at the codes of some.
        """
        program = np.array([font.program for font in self.fonts] or [True])[self.font]
        found: Flags = self.unmapped & ~program & np.isin(self.codes, _CODED)
        return found

    @property
    def of_one_glyph(self) -> Flags:
        """Characters that are one glyph together, as those of a ligature."""
        same = (self.object[1:] == self.object[:-1]) & (self.origin[1:] == self.origin[:-1]).all(axis=1)
        together: Flags = np.r_[False, same] | np.r_[same, False]
        return together

    @property
    def whole(self) -> Flags:
        """Whether no part of each glyph is hidden."""
        whole: Flags = self.cut == 0
        return whole

    @property
    def rise(self) -> Floats:
        """How far each level glyph reaches above its baseline, em."""
        return (self.origin[:, 1] - self.ink[:, 1]) / np.maximum(self.size, 1e-6)

    @property
    def drop(self) -> Floats:
        """How far each level glyph reaches below its baseline, em."""
        return (self.ink[:, 3] - self.origin[:, 1]) / np.maximum(self.size, 1e-6)


def rotated_points(xy: Floats, quarters: int, width: float, height: float) -> Floats:
    """Points of a picture ``width`` x ``height`` after ``quarters`` quarter rotations anticlockwise."""
    x, y = xy[:, 0], xy[:, 1]
    pairs = {0: (x, y), 1: (y, width - x), 2: (width - x, height - y), 3: (height - y, x)}
    return np.stack(pairs[quarters % 4], axis=1)


def rotated_boxes(boxes: Floats, quarters: int, width: float, height: float) -> Floats:
    """Boxes of a picture ``width`` x ``height`` after ``quarters`` quarter rotations anticlockwise."""
    a = rotated_points(boxes[:, :2], quarters, width, height)
    b = rotated_points(boxes[:, 2:], quarters, width, height)
    return np.concatenate([np.minimum(a, b), np.maximum(a, b)], axis=1)
