"""Which characters can be seen: the page is drawn with and without its text, and what differs is what a person sees.

So whatever hides text (an invisible render mode, the ground's own colour, something painted over it, a clip, a layer
switched off, a place off the page) is found in one way, also where nobody has thought of it yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.document import Gray, Pixels
from ocr_service.render.scale import POINTS_PER_INCH
from ocr_service.text_layer.glyphs import Flags, Floats, Glyphs, Ints

HiddenReason = Literal["invisible", "outside_page", "tiny", "layer_off", "transparent", "same_colour", "covered"]

_CONTRAST = 28  # of 255, in the channel that differs most: fainter text is not seen on paper or screen (WCAG 1.2:1)
_LEAST_PT = 2.5  # type of a size that nobody reads; the smallest print of leaflets has 4
_LEAST_INK = 0.03  # of a glyph's box; the thinnest letters of display type fill 0.08
INVISIBLE_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
_OVERLAP = 0.35  # of the smaller of two glyphs' boxes: overprinted
_MOST_LAYERS = 4  # drawings made to tell overprinted text apart


@dataclass(frozen=True, slots=True)
class Seen:
    """``ground``: the page without its text; ``plates``: what text adds to it, 0 (nothing) to 255.

    The first plate holds all text, each further one some of what is overprinted, alone; ``plate`` says for each glyph
    which one shows it. ``visible`` and ``reasons`` (None for what is seen) belong to the glyphs in their order.
    """

    ground: Pixels
    plates: tuple[Gray, ...]
    plate: Ints
    visible: Flags
    reasons: tuple[HiddenReason | None, ...]


def look(page: pdfium.PdfPage, picture: Pixels, handles: Sequence[Any], glyphs: Glyphs, dpi: int) -> Seen:
    """``picture``: the page as drawn; ``handles``: all of its text objects."""
    ground = draw_without(page, handles, dpi)
    ink = difference(picture, ground)
    share = ink_share(ink, glyphs.ink)
    plates, plate = [ink], np.zeros(len(glyphs), np.int64)
    for objects in _overprinted(glyphs, ink.shape):
        alone = difference(picture, draw_without(page, [glyphs.objects[i].handle for i in objects], dpi))
        here = np.isin(glyphs.object, list(objects))
        share[here] = ink_share(alone, glyphs.ink[here])
        plate[here] = len(plates)
        plates.append(alone)
    large = glyphs.size * 72 / dpi >= _LEAST_PT
    visible = (share >= _LEAST_INK) & large
    reasons = tuple(None if visible[i] else _reason(glyphs, i, bool(large[i]), ground) for i in range(len(glyphs)))
    return Seen(ground, tuple(plates), plate, visible, reasons)


def draw_without(page: pdfium.PdfPage, handles: Iterable[Any], dpi: int) -> Pixels:
    """The page as it looks without these objects; they are there again afterwards."""
    hidden = list(handles)
    for handle in hidden:
        pdfium_c.FPDFPageObj_SetIsActive(handle, False)
    try:
        return draw(page, dpi)
    finally:
        for handle in hidden:
            pdfium_c.FPDFPageObj_SetIsActive(handle, True)


def draw(page: pdfium.PdfPage, dpi: int) -> Pixels:
    """The page as ``render.pdfium`` draws it."""
    pixels: Pixels = page.render(scale=dpi / POINTS_PER_INCH, rev_byteorder=True).to_numpy()
    return pixels[:, :, :3]


def difference(picture: Pixels, other: Pixels) -> Gray:
    """How much two pictures differ in the channel that differs most, 0 to 255; faint differences are none."""
    red, green, blue = cv2.split(cv2.absdiff(picture, other))
    most = cv2.max(cv2.max(red, green), blue)
    return cv2.threshold(most, _CONTRAST - 1, 255, cv2.THRESH_TOZERO)[1].astype(np.uint8)


def ink_share(ink: Gray, boxes: Floats) -> Floats:
    """The inked part of each box, 0 to 1; 0 for what lies off the picture, even in part."""
    height, width = ink.shape
    counts = cv2.integral((ink > 0).astype(np.uint8))
    x0, y0 = np.floor(boxes[:, 0]), np.floor(boxes[:, 1])
    x1, y1 = np.maximum(np.ceil(boxes[:, 2]), x0 + 1), np.maximum(np.ceil(boxes[:, 3]), y0 + 1)
    inside = (x0 >= -1) & (y0 >= -1) & (x1 <= width + 1) & (y1 <= height + 1)
    a, b = (np.clip(v, 0, width).astype(int) for v in (x0, x1))
    c, d = (np.clip(v, 0, height).astype(int) for v in (y0, y1))
    total = counts[d, b] - counts[c, b] - counts[d, a] + counts[c, a]
    return np.where(inside, total / ((x1 - x0) * (y1 - y0)), 0.0)


def _overprinted(glyphs: Glyphs, shape: tuple[int, ...]) -> list[list[int]]:
    """Groups of objects that stand on others' places: no two of a group on one another's."""
    conflicts = _conflicts(glyphs, shape)
    groups: list[list[int]] = []
    for item in sorted(conflicts):
        for group in groups:
            if not conflicts[item].intersection(group):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups[:_MOST_LAYERS]


def _conflicts(glyphs: Glyphs, shape: tuple[int, ...]) -> dict[int, set[int]]:
    """For each text object those whose glyphs overlap its own."""
    cell = 8  # pixels: every glyph's middle is entered into the cells that it covers
    conflicts: dict[int, set[int]] = {}
    taken: dict[tuple[int, int], list[int]] = {}
    boxes = glyphs.ink
    for index in range(len(glyphs)):
        x0, y0, x1, y1 = boxes[index]
        if x1 < 0 or y1 < 0 or x0 > shape[1] or y0 > shape[0] or (x1 - x0) * (y1 - y0) > 0.1 * shape[0] * shape[1]:
            continue
        place = int((x0 + x1) / 2) // cell, int((y0 + y1) / 2) // cell
        mine = int(glyphs.object[index])
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for other in taken.get((place[0] + dx, place[1] + dy), ()):
                    theirs = int(glyphs.object[other])
                    if theirs != mine and _overlap(boxes[index], boxes[other]) > _OVERLAP:
                        conflicts.setdefault(mine, set()).add(theirs)
                        conflicts.setdefault(theirs, set()).add(mine)
        places = taken.setdefault(place, [])
        if len(places) < 8:
            places.append(index)
    return conflicts


def _overlap(a: Floats, b: Floats) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return float(width * height / max(smaller, 1e-6))


def _reason(glyphs: Glyphs, index: int, large: bool, ground: Pixels) -> HiddenReason:
    """The first thing that hides a character; what no rule names was painted over or clipped."""
    text = glyphs.objects[glyphs.object[index]]
    height, width = ground.shape[:2]
    x0, y0, x1, y1 = glyphs.ink[index]
    if text.mode in INVISIBLE_MODES:
        return "invisible"
    if x0 < -1 or y0 < -1 or x1 > width + 1 or y1 > height + 1:
        return "outside_page"
    if not large:
        return "tiny"
    if text.optional:
        return "layer_off"
    if text.colour[3] == 0:
        return "transparent"
    x, y = min(width - 1, max(0, int((x0 + x1) / 2))), min(height - 1, max(0, int((y0 + y1) / 2)))
    if all(abs(int(a) - b) < _CONTRAST for a, b in zip(ground[y, x], text.colour[:3], strict=True)):
        return "same_colour"
    return "covered"
