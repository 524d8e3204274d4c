"""How a page of a searchable PDF loses text that nobody sees, or that is not what the page shows.

Operators of hidden text go where the page then looks the same; else, and where its own text is mostly wrong, a picture
takes the place of its content.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.document import PageResult, Pixels
from ocr_service.export.text_operators import remove_shown
from ocr_service.render.pdfium import open_pdf
from ocr_service.render.scale import POINTS_PER_INCH, fitting_dpi
from ocr_service.text_layer.page.glyphs import TooManyGlyphs
from ocr_service.text_layer.page.objects import is_renamed, page_objects
from ocr_service.text_layer.unseen_text import unseen_text
from ocr_service.text_layer.visibility import difference

_DPI, _MAX_PIXELS = 200, 40_000_000
_COMPARED_DPI = 72
_PROVEN = 0.5  # of the letters of a page's words: with less of them proven the rest is no exception
_LEFT = 8  # characters: fewer hidden ones in an object that is seen in part, as where letters touch, are no message


@dataclass(frozen=True, slots=True)
class Removal:
    """``objects``: which text objects go; ``invisible``: all that have that render mode; ``picture``: what the page
    becomes where none of the two is enough.
    """

    objects: tuple[bool, ...] = ()
    invisible: bool = False
    picture: Pixels | None = None
    dpi: int = _DPI


NOTHING = Removal()


def text_removal(pdf: pdfium.PdfDocument, source: Path, password: str, page: PageResult) -> Removal:
    """NOTHING where all may stay. Raises pdfium.PdfiumError and ServiceError where the page cannot be drawn."""
    if _has_bad_layer(page) and (_holds_most(pdf, page) or _is_mostly_renamed(pdf, page.number)):
        return _picture(pdf, page.number)
    if page.text_layer is None or page.hidden_text is None:
        return NOTHING
    only_invisible = page.hidden_text.reasons.keys() == {"invisible"}
    if only_invisible and not page.text_layer.used:
        return Removal(invisible=True)  # another program's reading of a scan
    with open_pdf(source, password) as looked_at:
        unseen = unseen_text(looked_at, page.number, page.dpi or _DPI, _MAX_PIXELS)
    if unseen is not None and unseen.left < _LEFT:
        if not any(unseen.objects):
            return NOTHING
        if _leaves_the_picture(pdf, source, password, page.number, unseen.objects):
            return Removal(unseen.objects)
    return Removal(invisible=True) if only_invisible else _picture(pdf, page.number)


def _has_bad_layer(page: PageResult) -> bool:
    """Whether most of what was read stands in the PDF as something else."""
    if page.text_layer is None or not page.text_layer.rejected_fonts:
        return False
    if not page.text_layer.used:
        return True
    words = [word for region in page.regions for word in region.words]
    proven = sum(len(word.text) for word in words if word.in_pdf)
    return bool(words) and proven < _PROVEN * sum(len(word.text) for word in words)


def _holds_most(pdf: pdfium.PdfDocument, page: PageResult) -> bool:
    """Whether the PDF has about as many characters as were read: a line of its own on a scan is worth no picture."""
    read = sum(len("".join(region.content.split())) for region in page.regions if region.format != "image")
    loaded = pdf[page.number - 1]
    text = loaded.get_textpage()
    try:
        return len("".join(text.get_text_range().split())) >= _PROVEN * read
    finally:
        text.close()
        loaded.close()


def _is_mostly_renamed(pdf: pdfium.PdfDocument, number: int) -> bool:
    """Whether marked content has other text for most of the page's, so that the PDF does not say what it shows."""
    loaded = pdf[number - 1]
    try:
        texts = [handle for handle, kind in page_objects(loaded) if kind == pdfium_c.FPDF_PAGEOBJ_TEXT]
        return sum(map(is_renamed, texts)) > _PROVEN * len(texts)
    except TooManyGlyphs:
        return False
    finally:
        loaded.close()


def _picture(pdf: pdfium.PdfDocument, number: int) -> Removal:
    page = pdf[number - 1]
    try:
        width_pt, height_pt = page.get_size()
        dpi, _warnings = fitting_dpi(width_pt, height_pt, _DPI, _MAX_PIXELS)
        return Removal(picture=_drawn(page, dpi), dpi=dpi)
    finally:
        page.close()


def _leaves_the_picture(
    pdf: pdfium.PdfDocument, source: Path, password: str, number: int, objects: tuple[bool, ...]
) -> bool:
    """Whether the page looks the same without these objects: text that goes on where one of them ended would move."""
    copy = io.BytesIO()
    try:
        with pikepdf.open(source, password=password) as whole, pikepdf.new() as alone:
            page = whole.pages[number - 1]
            remove_shown(whole, page, objects, {})
            alone.pages.append(page)
            if "/OCProperties" in whole.Root:
                alone.Root.OCProperties = alone.copy_foreign(whole.make_indirect(whole.Root.OCProperties))
            alone.save(copy)
        with pdfium.PdfDocument(copy.getvalue()) as after:
            before, left = pdf[number - 1], after[0]
            try:
                pictures = _drawn(before, _COMPARED_DPI), _drawn(left, _COMPARED_DPI)
            finally:
                before.close()
                left.close()
    except (pikepdf.PdfError, pikepdf.DataDecodingError, pdfium.PdfiumError, ValueError, TypeError, IndexError):
        return False
    return pictures[0].shape == pictures[1].shape and not difference(*pictures).any()


def _drawn(page: pdfium.PdfPage, dpi: int) -> Pixels:
    """Without fields and notes: these stay on the page."""
    scale = dpi / POINTS_PER_INCH
    bitmap = page.render(scale=scale, rev_byteorder=True, draw_annots=False, may_draw_forms=False)
    pixels: Pixels = bitmap.to_numpy()[:, :, :3].copy()
    return pixels
