"""Which characters can be seen: the page is drawn with and without its text, and what differs is what a person sees.

So whatever hides text (an invisible render mode, the ground's own colour, something painted over it, a clip, a layer
switched off, a place off the page) is found in one way, also where nobody has thought of it yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.document import Gray, Pixels
from ocr_service.render.scale import POINTS_PER_INCH
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs, Ints

HiddenReason = Literal["invisible", "outside_page", "tiny", "layer_off", "transparent", "same_colour", "covered"]

_CONTRAST = 28  # of 255, in the channel that differs most: fainter text is not seen on paper or screen (WCAG 1.2:1)
_LEAST_PT = 2.5  # type of a size that nobody reads; the smallest print of leaflets has 4
_LEAST_INK = 0.03  # of a glyph's box; the thinnest letters of display type fill 0.08
INVISIBLE_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
DESCENDER, HALF, MOST = 0.2, 0.4, 0.7  # of a glyph's box on one side
CUT = (DESCENDER, HALF, MOST)
_LEAST_CUT = 6.0  # pixels: of lower glyphs it is not told
_LOOSE_BOXES = 0.5  # of a font's characters that look cut
_OVERLAP = 0.35  # of the smaller of two glyphs' boxes: overprinted
_SAME_SIZE, _SAME_PLACE = 0.05, 0.2  # em: the same sign again
_MOST_LAYERS = 4  # drawings made to tell overprinted text apart


@dataclass(frozen=True, slots=True)
class Seen:
    """``ground``: the page without its text; ``plates``: what text adds to it, 0 (nothing) to 255.

    The first plate holds all text, each further one some of what is overprinted, alone; ``plate`` says for each glyph
    which one shows it. ``cut``: the share of a glyph that is cut or covered on one side, one of CUT, 0 for less; HALF
    also where too much is overprinted to tell.
    ``visible``, ``cut`` and ``reasons`` (None for what is seen) belong to the glyphs in their order.
    """

    ground: Pixels
    plates: tuple[Gray, ...]
    plate: Ints
    visible: Flags
    cut: Floats
    reasons: tuple[HiddenReason | None, ...]


def look(page: pdfium.PdfPage, picture: Pixels, handles: Sequence[Any], glyphs: Glyphs, dpi: int) -> Seen:
    """``picture``: the page as drawn; ``handles``: all of its text objects."""
    ground = draw_without(page, handles, dpi)
    ink = difference(picture, ground)
    seen = _Plates(glyphs, ink)
    conflicts, repeats = _overlapping(glyphs, ink.shape)

    def alone(objects: Iterable[int]) -> Gray:
        together = {*objects, *(other for item in objects for other in repeats.get(item, ()))}
        return difference(picture, draw_without(page, [glyphs.objects[i].handle for i in sorted(together)], dpi))

    groups = _overprinted(conflicts)
    for group in groups[:_MOST_LAYERS]:
        seen.add(alone(group), group)
    if doubtful := _doubtful(glyphs, seen.share, ground):
        seen.measure(alone(doubtful), doubtful)
    share, cut = seen.share, seen.cut
    cut[np.abs((glyphs.angle + 45) % 90 - 45) > 1] = 0  # a box around a slanted glyph is larger than its ink
    cut[glyphs.shaped] = 0  # and that of an ideograph may be
    large = glyphs.size * 72 / dpi >= _LEAST_PT
    visible = (share >= _LEAST_INK) & large
    cut[_has_loose_boxes(glyphs, visible & (cut > 0))] = 0
    visible &= cut < MOST
    cut[np.isin(glyphs.object, [item for group in groups[_MOST_LAYERS:] for item in group])] = HALF
    reasons = tuple(None if visible[i] else _reason(glyphs, i, bool(large[i]), ground) for i in range(len(glyphs)))
    return Seen(ground, tuple(seen.plates), seen.plate, visible, cut, reasons)


class _Plates:
    """The plates so far, and what they show of each glyph: how much of its box is ink, and how much of it is cut."""

    def __init__(self, glyphs: Glyphs, ink: Gray) -> None:
        self._glyphs = glyphs
        self.plates: list[Gray] = []
        self.plate = np.zeros(len(glyphs), np.int64)
        self.share, self.cut = np.zeros(len(glyphs)), np.zeros(len(glyphs))
        self.add(ink, range(len(glyphs.objects)))

    def add(self, plate: Gray, objects: Iterable[int]) -> None:
        """A plate that shows the glyphs of these objects."""
        self.plate[self.measure(plate, objects)] = len(self.plates)
        self.plates.append(plate)

    def measure(self, plate: Gray, objects: Iterable[int]) -> Flags:
        """What is seen there of these objects' glyphs; which these are."""
        here: Flags = np.isin(self._glyphs.object, list(objects))
        coverage = Coverage(plate)
        self.share[here] = coverage.share(self._glyphs.ink[here])
        self.cut[here] = coverage.cut(self._glyphs.ink[here])
        return here


def _doubtful(glyphs: Glyphs, share: Floats, ground: Pixels) -> list[int]:
    """Objects that are hidden in part, or by what they are, and have a glyph in whose box something is seen.

    That may be other text: hidden text may lie between and across the lines.
    """
    seen = share >= _LEAST_INK
    hidden = ~seen
    for index in np.flatnonzero(seen).tolist():
        hidden[index] = _reason(glyphs, index, True, ground) != "covered"
    return sorted({*glyphs.object[seen].tolist()} & {*glyphs.object[hidden].tolist()})


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


class Coverage:
    """How much ink there is in boxes of a plate."""

    def __init__(self, ink: Gray) -> None:
        self._counts = cv2.integral((ink > 0).astype(np.uint8))

    def share(self, boxes: Floats) -> Floats:
        """The inked part of each box, 0 to 1; 0 for what lies off the picture, even in part."""
        height, width = self._counts.shape[0] - 1, self._counts.shape[1] - 1
        x0, y0 = np.floor(boxes[:, 0]), np.floor(boxes[:, 1])
        x1, y1 = np.maximum(np.ceil(boxes[:, 2]), x0 + 1), np.maximum(np.ceil(boxes[:, 3]), y0 + 1)
        inside = (x0 >= -1) & (y0 >= -1) & (x1 <= width + 1) & (y1 <= height + 1)
        a, b = (np.clip(v, 0, width).astype(int) for v in (x0, x1))
        c, d = (np.clip(v, 0, height).astype(int) for v in (y0, y1))
        counts = self._counts
        total = counts[d, b] - counts[c, b] - counts[d, a] + counts[c, a]
        return np.where(inside, total / ((x1 - x0) * (y1 - y0)), 0.0)

    def cut(self, boxes: Floats) -> Floats:
        """The largest of CUT for which each glyph's box has a side without ink: an outline has it at all sides."""
        result = np.zeros(len(boxes))
        width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
        for least in CUT:
            across, down = np.maximum(2.0, least * width), np.maximum(2.0, least * height)
            for side, depth in ((0, across), (1, down), (2, -across), (3, -down)):
                strip = boxes.copy()
                strip[:, (side + 2) % 4] = boxes[:, side] + depth
                result[(self.share(strip) == 0) & (height >= _LEAST_CUT)] = least
        return result


def _has_loose_boxes(glyphs: Glyphs, partial: Flags) -> Flags:
    """Whether a glyph's font has wrong boxes: most characters of it that look cut are never seen whole."""
    identity = glyphs.font << 32 | glyphs.codes
    cut = np.unique(identity[partial])
    never_whole = cut[~np.isin(cut, identity[~partial])]
    fonts = np.unique(cut >> 32)
    loose = [font for font in fonts if (never_whole >> 32 == font).sum() > _LOOSE_BOXES * (cut >> 32 == font).sum()]
    return np.isin(glyphs.font, loose)


def _overprinted(conflicts: Mapping[int, set[int]]) -> list[list[int]]:
    """Groups of objects that stand on others' places: no two of a group on one another's."""
    groups: list[list[int]] = []
    for item in sorted(conflicts):
        for group in groups:
            if not conflicts[item].intersection(group):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups


def _overlapping(glyphs: Glyphs, shape: tuple[int, ...]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """For each text object those on whose places its glyphs stand with other signs, and those that repeat its signs.

    Text is set twice to make it bold, as its own shadow, or in strips that are each clipped: each alone shows only what
    the others leave, so they are looked at together.
    """
    cell = 8  # pixels: every glyph's middle is entered into the cells that it covers
    conflicts: dict[int, set[int]] = {}
    repeats: dict[int, set[int]] = {}
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
                        found = repeats if _is_repeated(glyphs, index, other) else conflicts
                        found.setdefault(mine, set()).add(theirs)
                        found.setdefault(theirs, set()).add(mine)
        places = taken.setdefault(place, [])
        if len(places) < 8:
            places.append(index)
    return conflicts, {item: others - conflicts.get(item, set()) for item, others in repeats.items()}


def _is_repeated(glyphs: Glyphs, index: int, other: int) -> bool:
    size, apart = glyphs.size[index], np.abs(glyphs.origin[index] - glyphs.origin[other]).max()
    return bool(
        glyphs.codes[index] == glyphs.codes[other]
        and abs(size - glyphs.size[other]) < _SAME_SIZE * size
        and apart < _SAME_PLACE * size
    )


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
