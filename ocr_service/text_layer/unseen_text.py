"""Which text objects of a page nobody sees, for a copy of the page without them."""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.render.pdfium import page_with_size
from ocr_service.render.scale import fitting_dpi
from ocr_service.text_layer.page.annotations import flattened
from ocr_service.text_layer.page.glyphs import TooManyGlyphs
from ocr_service.text_layer.page.objects import page_objects
from ocr_service.text_layer.page.read_glyphs import read_glyphs
from ocr_service.text_layer.page.space import ToPixels
from ocr_service.text_layer.visibility import draw, look


@dataclass(frozen=True, slots=True)
class UnseenText:
    """``objects``: for each text object of the page's content, in its order, whether none of its glyphs is seen.

    ``left``: how many characters are hidden in one object that is seen in part, at most; or in all objects of which
    more is hidden than seen.
    """

    objects: tuple[bool, ...]
    left: int


def unseen_text(pdf: pdfium.PdfDocument, number: int, dpi: int, max_pixels: int) -> UnseenText | None:
    """Of page ``number`` (from 1); None where it has more text than can be looked at.

    In memory the page's fields and notes become part of its content.

    Raises PageTooLarge, and pdfium.PdfiumError where PDFium cannot draw the page.
    """
    with page_with_size(pdf, number - 1) as loaded:
        try:
            own = len(_text_objects(loaded))
            page = flattened(pdf, loaded, number)  # what an annotation covers is hidden too
            try:
                width_pt, height_pt = page.get_size()
                page_dpi, _warnings = fitting_dpi(width_pt, height_pt, dpi, max_pixels)
                handles = _text_objects(page)
                picture = draw(page, page_dpi)
                glyphs = read_glyphs(page, ToPixels.of(page, picture.shape[1], picture.shape[0]))
                seen = look(page, picture, handles, glyphs, page_dpi)
                measures = [_measures(handle) for handle in handles[:own]]
            finally:
                if page is not loaded:
                    page.close()
        except TooManyGlyphs:
            return None
    owners = [_address(glyphs.objects[index].handle) for index in glyphs.object]
    shown = Counter(owner for owner, visible in zip(owners, seen.visible, strict=True) if visible)
    hidden = Counter(owner for owner, visible in zip(owners, seen.visible, strict=True) if not visible)
    addresses = [_address(handle) for handle in handles[:own]]
    unseen = [address in hidden and address not in shown for address in addresses]
    # Of text that is drawn again at its place PDFium tells no character.
    gone = {of for of, is_unseen in zip(measures, unseen, strict=True) if is_unseen}
    known = {*owners}
    repeats = [of in gone and address not in known for of, address in zip(measures, addresses, strict=True)]
    return UnseenText(
        tuple(a or b for a, b in zip(unseen, repeats, strict=True)),
        max(
            max((count for owner, count in hidden.items() if owner in shown), default=0),
            sum(count for owner, count in hidden.items() if 0 < shown[owner] < count),
        ),
    )


def _measures(handle: Any) -> tuple[int, float, float]:
    """A text object's font, width and height: the same for the same text."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium_c.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
    font = _address(pdfium_c.FPDFTextObj_GetFont(handle))
    return font, round(right.value - left.value, 1), round(top.value - bottom.value, 1)


def _text_objects(page: pdfium.PdfPage) -> list[Any]:
    return [handle for handle, kind in page_objects(page) if kind == pdfium_c.FPDF_PAGEOBJ_TEXT]


def _address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0
