"""What becomes of a page's own text in a searchable PDF, so that it says what the page shows, and nothing more.

Text that nobody sees goes where the page then looks the same. Text that is not what was read stays drawn, without its
Unicode, and so does what cannot go. Where neither can be done, a picture takes the place of the page's content.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pikepdf
import pypdfium2 as pdfium

from ocr_service.document import Box, PageResult, Pixels
from ocr_service.export.change_text import Fate, change_shown
from ocr_service.render.pdfium import open_pdf
from ocr_service.render.rasterise import render_page
from ocr_service.render.scale import POINTS_PER_INCH, fitting_dpi
from ocr_service.render.undrawn import undrawn_letters
from ocr_service.text_layer.own_text import (
    OwnText,
    own_text,
    renamed_objects,
    steering_objects,
    untold_objects,
)
from ocr_service.text_layer.page.glyphs import TooManyGlyphs
from ocr_service.text_layer.visibility import difference

_DPI, _MAX_PIXELS = 200, 40_000_000
_COMPARED_DPI = 72
_PROVEN = 0.5  # of the letters of a page's words: where less of them stays, all are replaced
_LEFT = 8  # characters: fewer hidden ones in an object that is seen in part, as where letters touch, are no message
_LEAST_LOST = 0.2  # of a word's box: letters that lose their Unicode stand in it

Area = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OwnTextChanges:
    """``fates`` by the text objects of the page's content, none where all stay; ``invisible``: all that have that
    render mode go. ``appearances``: of the text in the looks of fields and notes. ``picture``: what the page
    becomes where that cannot be done. ``lost``: where seen text loses its Unicode, in pixels of the upright page.
    """

    fates: tuple[Fate, ...] = ()
    invisible: bool = False
    appearances: Fate = "kept"
    picture: Pixels | None = None
    dpi: int = _DPI
    lost: Area | None = None

    def loses(self, box: Box) -> bool:
        """Whether a word loses its Unicode."""
        if self.lost is None:
            return False
        x0, y0, x1, y1 = box
        part = self.lost[max(0, y0) : y1, max(0, x0) : x1]
        return bool(part.size) and float(part.mean()) >= _LEAST_LOST


NOTHING = OwnTextChanges()


def own_text_changes(pdf: pdfium.PdfDocument, source: Path, password: str, page: PageResult) -> OwnTextChanges:
    """NOTHING where all may stay. Raises pdfium.PdfiumError and ServiceError where the page cannot be drawn."""
    loaded = pdf[page.number - 1]
    undrawn = undrawn_letters(loaded)
    loaded.close()
    if undrawn:  # some viewers choose the glyphs of such letters by their Unicode
        drawn = render_page(source, "pdf", page.number, dpi=_DPI, max_pixels=_MAX_PIXELS, password=password)
        return OwnTextChanges(picture=drawn.pixels, dpi=drawn.dpi)
    if page.text_layer is None:
        return _silenced(pdf, source, password, page)
    is_hidden = page.hidden_text is not None
    only_invisible = page.hidden_text is not None and page.hidden_text.reasons.keys() == {"invisible"}
    if only_invisible and not page.text_layer.used:
        return OwnTextChanges(invisible=True)  # another program's reading of a scan
    try:
        untrue = _untrue_objects(pdf, page)
    except TooManyGlyphs:
        return _picture(pdf, page.number)
    otherwise = _read_otherwise(page)
    if not (is_hidden or any(untrue) or otherwise.any() or page.text_layer.rejected_fonts):
        return NOTHING
    with open_pdf(source, password) as looked_at:
        own = own_text(looked_at, page.number, page.dpi or _DPI, _MAX_PIXELS, page.angle)
    if own is None:
        return _silenced(pdf, source, password, page)
    hidden = own.unseen
    silent = _untrue(own, page, otherwise) | _mostly_hidden(own)
    if is_hidden:
        silent |= (own.hidden == 0) & (own.shown == 0)  # PDFium tells no character that others stand on
    silent[: own.content] |= np.array(untrue, bool)
    hides = int(own.hidden[own.content :].sum()) >= _LEFT
    silent[own.content :] = hides
    appearances: Fate = "kept" if not hides else "silent" if own.shown[own.content :].any() else "removed"
    wanted = OwnTextChanges(appearances=appearances, lost=_area(own, silent, page))
    if silent.any() and _left_of(page, wanted) < _PROVEN:
        silent[: own.content] = True  # with all of it in one text, its order is that of the page
        wanted = replace(wanted, lost=_area(own, silent, page))
    for gone, quiet in ((hidden, silent & ~hidden), (np.zeros_like(hidden), silent | hidden)):
        fates = _fates(gone[: own.content], quiet[: own.content])
        if not fates or _leaves_the_picture(pdf, source, password, page.number, fates):
            return replace(wanted, fates=fates) if fates or hides else NOTHING
    return OwnTextChanges(invisible=True) if only_invisible else _picture(pdf, page.number)


def _silenced(pdf: pdfium.PdfDocument, source: Path, password: str, page: PageResult) -> OwnTextChanges:
    """Of a page that failed, or whose text was not looked at, nothing is known: none of it stays to be found."""
    try:
        silent = np.ones(len(_untrue_objects(pdf, page)), bool)
    except TooManyGlyphs:
        return _picture(pdf, page.number)
    fates = _fates(~silent, silent)
    if fates and not _leaves_the_picture(pdf, source, password, page.number, fates):
        return _picture(pdf, page.number)
    return OwnTextChanges(fates=fates, appearances="silent")


def _left_of(page: PageResult, changes: OwnTextChanges) -> float:
    """The share of the page's letters that its own text has, and keeps."""
    words = [word for region in page.regions for word in region.words]
    left = sum(len(word.text) for word in words if word.in_pdf and not changes.loses(word.bbox))
    return left / max(1, sum(len(word.text) for word in words))


def _untrue_objects(pdf: pdfium.PdfDocument, page: PageResult) -> list[bool]:
    """Text objects that say what the page does not show, as the file alone tells. Raises TooManyGlyphs."""
    loaded = pdf[page.number - 1]
    try:
        untold, steering = untold_objects(loaded), steering_objects(loaded, _LEFT)
        renamed = renamed_objects(loaded)
    finally:
        loaded.close()
    read = {*_words(" ".join(region.content for region in page.regions))} if any(renamed) else set()
    other = [not read.issuperset(_words(text)) for text in renamed]
    return [any(signs) for signs in zip(untold, steering, other, strict=True)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w++", text.casefold())


def _read_otherwise(page: PageResult) -> Area:
    """Where words stand that the PDF's own text does not have, in pixels of the upright page."""
    area = np.zeros((page.height, page.width), bool)
    for region in page.regions:
        if "content" in region.edited:
            _fill(area, region.bbox)
        for word in region.words:
            if not word.in_pdf:
                _fill(area, word.bbox)
    return area


def _fill(area: Area, box: Box) -> None:
    x0, y0, x1, y1 = box
    area[max(0, y0) : y1, max(0, x0) : x1] = True


def _untrue(own: OwnText, page: PageResult, otherwise: Area) -> Area:
    """Objects in fonts that are not believed, or in whose place something else was read."""
    assert page.text_layer is not None
    rejected = set(page.text_layer.rejected_fonts) - set(page.text_layer.trusted_fonts)
    untrue = np.array([name in rejected for name in own.fonts], bool)
    if len(own.boxes) and otherwise.any():
        middle = (own.boxes[:, :2] + own.boxes[:, 2:]) / 2
        x = np.clip(middle[:, 0].astype(int), 0, page.width - 1)
        y = np.clip(middle[:, 1].astype(int), 0, page.height - 1)
        untrue[own.owner[otherwise[y, x]]] = True
    return untrue


def _mostly_hidden(own: OwnText) -> Area:
    """Objects that are seen in part, and hide what may be a message: each by itself, or all of them together."""
    partly = (own.hidden > 0) & (own.shown > 0)
    found: Area = partly & (own.hidden >= _LEFT)
    mostly = partly & (own.hidden > own.shown)
    return found | mostly if int(own.hidden[mostly].sum()) >= _LEFT else found


def _area(own: OwnText, silent: Area, page: PageResult) -> Area:
    area = np.zeros((page.height, page.width), bool)
    for x0, y0, x1, y1 in own.boxes[silent[own.owner]].tolist():
        _fill(area, (int(x0), int(y0), int(x1) + 1, int(y1) + 1))
    return area


def _fates(removed: Area, silent: Area) -> tuple[Fate, ...]:
    """None where all stay."""
    if not (removed.any() or silent.any()):
        return ()
    return tuple(
        "removed" if gone else "silent" if quiet else "kept" for gone, quiet in zip(removed, silent, strict=True)
    )


def _picture(pdf: pdfium.PdfDocument, number: int) -> OwnTextChanges:
    page = pdf[number - 1]
    try:
        width_pt, height_pt = page.get_size()
        dpi, _warnings = fitting_dpi(width_pt, height_pt, _DPI, _MAX_PIXELS)
        return OwnTextChanges(picture=_drawn(page, dpi), dpi=dpi)
    finally:
        page.close()


def _leaves_the_picture(
    pdf: pdfium.PdfDocument, source: Path, password: str, number: int, fates: Sequence[Fate]
) -> bool:
    """Whether the page looks the same after these changes: text that goes on where one of them ended would move."""
    copy = io.BytesIO()
    try:
        with pikepdf.open(source, password=password) as whole, pikepdf.new() as alone:
            page = whole.pages[number - 1]
            change_shown(whole, page, fates, {})
            if "/Annots" in page:
                del page.Annots  # these are not drawn
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
