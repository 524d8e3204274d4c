"""Letters that PDFium cannot draw: their font is not in the file, and the one it takes instead does not have them.

Such are the Cyrillic, Polish or Chinese letters of fonts that a file only names. Other viewers take the system's fonts.
"""

from __future__ import annotations

import ctypes
from itertools import islice

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_MOST_OBJECTS = 50_000
_UNSEEN_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
_SCAN = 0.5  # of the page's area: a picture as large is what is read


class UndrawnLetters(Exception):
    """The page has such letters."""


def undrawn_letters(page: pdfium.PdfPage) -> frozenset[str]:
    """Those of the page's content that are to be seen; none where it is a picture: they are an old OCR's."""
    if not _names_fonts(page) or _is_a_scan(page):
        return frozenset()
    text = page.get_textpage()
    try:
        found, known = set(), {}
        for index in range(max(0, pdfium_c.FPDFText_CountChars(text.raw))):
            letter = chr(pdfium_c.FPDFText_GetUnicode(text.raw, index))
            if not letter.isalpha():
                continue
            handle = pdfium_c.FPDFText_GetTextObject(text.raw, index)
            font = pdfium_c.FPDFTextObj_GetFont(handle)
            place = ctypes.cast(font, ctypes.c_void_p).value, letter
            if place not in known:
                known[place] = _is_undrawn(font, letter)
            if known[place] and pdfium_c.FPDFTextObj_GetTextRenderMode(handle) not in _UNSEEN_MODES:
                found.add(letter)
        return frozenset(found)
    finally:
        text.close()


def _names_fonts(page: pdfium.PdfPage) -> bool:
    """Whether there is text in a font that is not in the file."""
    texts = page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT])
    fonts = (pdfium_c.FPDFTextObj_GetFont(item.raw) for item in islice(texts, _MOST_OBJECTS))
    return any(not pdfium_c.FPDFFont_GetIsEmbedded(font) for font in fonts if font)


def _is_a_scan(page: pdfium.PdfPage) -> bool:
    width, height = page.get_size()
    pictures = page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE])
    boxes = (item.get_bounds() for item in islice(pictures, _MOST_OBJECTS))
    return any((x1 - x0) * (y1 - y0) >= _SCAN * width * height for x0, y0, x1, y1 in boxes)


def _is_undrawn(font: object, letter: str) -> bool:
    return not pdfium_c.FPDFFont_GetIsEmbedded(font) and not pdfium_c.FPDFFont_GetGlyphPath(font, ord(letter), 1.0)
