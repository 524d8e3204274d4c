"""A page's own text objects, and what of each is seen, for a copy of the page that says what it shows."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.render.pdfium import load_form, page_with_size
from ocr_service.render.scale import fitting_dpi
from ocr_service.render.substitutes import reset_substitutes
from ocr_service.text_layer.page.annotations import flattened
from ocr_service.text_layer.page.glyphs import FIRST_SHAPED, Flags, Floats, Ints, TooManyGlyphs, rotated_boxes
from ocr_service.text_layer.page.objects import other_text, page_objects
from ocr_service.text_layer.page.read_glyphs import read_glyphs
from ocr_service.text_layer.page.space import ToPixels
from ocr_service.text_layer.visibility import draw, look

_NO_SIDE = 0.05  # points: text of which a side is shorter is a line at most, and PDFium tells no character of it
_PLACE, _FARTHEST = 2.0, 1e6  # points, and steps of as many
_STEERING = re.compile(
    "[\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_OF_SHAPED_TEXT = "\u200b\u200c\u200d"  # breaks and joins words of scripts that need it


@dataclass(frozen=True, slots=True)
class OwnText:
    """The text objects of the page's content in their order, then those of its fields and notes.

    ``content``: how many are the content's. By object: ``hidden`` and ``shown`` characters; ``repeated``: it is drawn
    again at the place of unseen text; ``font``: its name. ``boxes``: of the characters that are seen, in pixels of the
    upright page, and ``owner``: the object of each.
    """

    content: int
    hidden: Ints
    shown: Ints
    repeated: tuple[bool, ...]
    fonts: tuple[str, ...]
    boxes: Floats
    owner: Ints

    @property
    def unseen(self) -> Flags:
        """Objects of which nothing is seen."""
        unseen: Flags = np.array(self.repeated, bool) | ((self.hidden > 0) & (self.shown == 0))
        return unseen


def own_text(pdf: pdfium.PdfDocument, number: int, dpi: int, max_pixels: int, angle: int = 0) -> OwnText | None:
    """Of page ``number`` (from 1); None where it has more text than can be looked at.

    ``pdf``: just opened. ``angle``: clockwise degrees that make the page upright. In memory its fields and notes become
    part of its content.

    Raises PageTooLarge, and pdfium.PdfiumError where PDFium cannot draw the page.
    """
    reset_substitutes()
    load_form(pdf)  # PDFium draws fields from their values
    with page_with_size(pdf, number - 1) as loaded:
        try:
            content = len(text_objects(loaded))
            page = flattened(pdf, loaded, number)  # what an annotation covers is hidden too
            try:
                width_pt, height_pt = page.get_size()
                page_dpi, _warnings = fitting_dpi(width_pt, height_pt, dpi, max_pixels)
                handles = text_objects(page)
                picture = draw(page, page_dpi)
                glyphs = read_glyphs(page, ToPixels.of(page, picture.shape[1], picture.shape[0]))
                seen = look(page, picture, handles, glyphs, page_dpi)
                places = [_place(handle) for handle in handles]
            finally:
                if page is not loaded:
                    page.close()
        except TooManyGlyphs:
            return None
    at = {_address(handle): index for index, handle in enumerate(handles)}
    objects = np.array([at[_address(item.handle)] for item in glyphs.objects] or [0], np.int64)
    owner = objects[glyphs.object]
    hidden = np.bincount(owner[~seen.visible], minlength=len(handles))
    shown = np.bincount(owner[seen.visible], minlength=len(handles))
    names = {int(objects[index]): glyphs.fonts[item.font].name for index, item in enumerate(glyphs.objects)}
    # Of text that is drawn again at its place PDFium tells no character.
    unseen = {place for place, gone in zip(places, (hidden > 0) & (shown == 0), strict=True) if gone}
    beside = {(font, x + dx, y + dy) for font, x, y in unseen for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    height, width = picture.shape[:2]
    return OwnText(
        content,
        hidden,
        shown,
        tuple(place in beside and index not in names for index, place in enumerate(places)),
        tuple(names.get(index, "") for index in range(len(handles))),
        rotated_boxes(glyphs.ink[seen.visible], -angle // 90, width, height),
        owner[seen.visible],
    )


def untold_objects(page: pdfium.PdfPage) -> list[bool]:
    """Of each text object, whether it may hold text of which PDFium tells nothing, as type without width or height.

    Spaces have neither; they count where they stand side by side. Raises TooManyGlyphs.
    """
    return [_is_a_line(handle) for handle in text_objects(page)]


def steering_objects(page: pdfium.PdfPage, least: int) -> list[bool]:
    """Of each text object, whether it has ``least`` characters that steer how others are shown: as many are a message.

    Raises TooManyGlyphs.
    """
    handles = text_objects(page)
    text = page.get_textpage()
    try:
        steering = set(_STEERING.findall(told := text.get_text_range()))
        if any(ord(sign) >= FIRST_SHAPED and unicodedata.category(sign) == "Lo" for sign in set(told)):
            steering -= set(_OF_SHAPED_TEXT)
        if sum(map(told.count, steering)) < least:
            return [False] * len(handles)
        units = {unit for sign in steering for unit in memoryview(sign.encode("utf-16-le")).cast("H")}
        count: Counter[int] = Counter()
        for index in range(pdfium_c.FPDFText_CountChars(text.raw)):
            if pdfium_c.FPDFText_GetUnicode(text.raw, index) in units:
                count[_address(pdfium_c.FPDFText_GetTextObject(text.raw, index))] += 1
        return [count[_address(handle)] >= least for handle in handles]
    finally:
        text.close()


def renamed_objects(page: pdfium.PdfPage) -> list[str]:
    """Of each text object the other text that marked content has for it, or nothing. Raises TooManyGlyphs."""
    return [other_text(handle) for handle in text_objects(page)]


def text_objects(page: pdfium.PdfPage) -> Sequence[Any]:
    return [handle for handle, kind in page_objects(page) if kind == pdfium_c.FPDF_PAGEOBJ_TEXT]


def _is_a_line(handle: Any) -> bool:
    left, bottom, right, top = _bounds(handle)
    width, height = right - left, top - bottom
    size = ctypes.c_float()
    pdfium_c.FPDFTextObj_GetFontSize(handle, size)
    return abs(size.value) < _NO_SIDE or (min(width, height) < _NO_SIDE and max(width, height) > 0)


def _place(handle: Any) -> tuple[int, int, int]:
    """A text object's font and the middle of it, in steps of _PLACE points."""
    left, bottom, right, top = _bounds(handle)
    x, y = (left + right) / 2 / _PLACE, (bottom + top) / 2 / _PLACE
    sound = abs(x) < _FARTHEST and abs(y) < _FARTHEST
    return _address(pdfium_c.FPDFTextObj_GetFont(handle)), round(x) if sound else 0, round(y) if sound else 0


def _bounds(handle: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium_c.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def _address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0
