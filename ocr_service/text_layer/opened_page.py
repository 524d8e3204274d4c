"""What PDFium says of one page: its picture, glyphs, links, form boxes and rules, rotated upright.

Nothing is judged here; what the page's text is worth is decided in page_layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.document import PageImage
from ocr_service.render.pdfium import attachments, load_form, page_with_size
from ocr_service.render.scale import fitting_dpi
from ocr_service.render.undrawn import UndrawnLetters, undrawn_letters
from ocr_service.text_layer.formulas.page_bars import thin_rules
from ocr_service.text_layer.lines.lines import main_angle
from ocr_service.text_layer.page.annotations import CheckBox, check_boxes, flattened, links
from ocr_service.text_layer.page.glyphs import Floats, Glyphs, rotated_boxes
from ocr_service.text_layer.page.hidden_notes import hidden_notes
from ocr_service.text_layer.page.objects import page_objects
from ocr_service.text_layer.page.outline import outline_of_page
from ocr_service.text_layer.page.read_glyphs import read_glyphs
from ocr_service.text_layer.page.space import ToPixels
from ocr_service.text_layer.proof.letter_pairs import PAIRS
from ocr_service.text_layer.proof.letter_shapes import known_signs
from ocr_service.text_layer.small_type import LargerPiece, larger_pieces
from ocr_service.text_layer.visibility import Seen, draw, look


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """What PDFium returned for a page, in pixels of ``picture``, whichever way it is rotated.

    ``hidden_notes``: characters of notes and fields that are not shown, by reason; none of them is in ``glyphs``.
    ``larger``: small type drawn again.
    """

    picture: PageImage
    glyphs: Glyphs
    seen: Seen
    links: tuple[tuple[str, Floats], ...]
    boxes: tuple[tuple[CheckBox, Floats], ...]
    rules: Floats
    outline: Mapping[str, int]
    hidden_notes: Mapping[str, int]
    larger: tuple[LargerPiece, ...]


def open_page(pdf: pdfium.PdfDocument, number: int, dpi: int, max_pixels: int) -> OpenedPage | None:
    """Page ``number`` (from 1) as it was drawn; None where it has no text of its own, nor any that is hidden.

    Raises TooManyGlyphs, UndrawnLetters, DamagedFile, PageTooLarge, and pdfium.PdfiumError where PDFium cannot draw it.
    """
    warnings = load_form(pdf)
    with page_with_size(pdf, number - 1) as loaded:
        if undrawn_letters(loaded):
            raise UndrawnLetters
        boxes = check_boxes(pdf, loaded)
        found = links(loaded, pdf)
        unseen = hidden_notes(pdf, loaded, number)
        page = flattened(pdf, loaded, number)
        try:
            width_pt, height_pt = page.get_size()
            page_dpi, size_warnings = fitting_dpi(width_pt, height_pt, dpi, max_pixels)
            handles = [handle for handle, kind in page_objects(page) if kind == pdfium_c.FPDF_PAGEOBJ_TEXT]
            if not handles and not boxes and not unseen:
                return None
            picture = draw(page, page_dpi)
            to_pixels = ToPixels.of(page, picture.shape[1], picture.shape[0])
            glyphs = read_glyphs(page, to_pixels, handles)
            if not len(glyphs) and not boxes and not unseen:
                return None
            seen = look(page, picture, handles, glyphs, page_dpi)
            rules = thin_rules(page, to_pixels)
            larger = larger_pieces(page, handles, glyphs, seen, page_dpi, _compared())
        finally:
            if page is not loaded:
                page.close()
    return OpenedPage(
        PageImage(number, picture, page_dpi, warnings=(*warnings, *size_warnings, *attachments(pdf, number))),
        glyphs,
        seen,
        tuple((link.url, to_pixels.boxes(np.array(link.boxes, float))) for link in found),
        tuple((box, to_pixels.boxes(np.array([box.box], float))) for box in boxes),
        rules,
        outline_of_page(pdf, number),
        unseen,
        larger,
    )


@lru_cache(maxsize=1)
def _compared() -> frozenset[str]:
    """What drawings tell apart, but for plain letters and digits, which are read."""
    plain = {sign for sign in known_signs() if sign.isascii() and sign.isalnum()}
    return (known_signs() - plain) | frozenset("".join(PAIRS))


def upright(opened: OpenedPage) -> OpenedPage:
    """The page rotated so that most of its visible text is level."""
    angle = main_angle(opened.glyphs.kept(opened.seen.visible))
    if not angle:
        return opened
    quarters, (height, width) = angle // 90, opened.picture.pixels.shape[:2]

    def rotate(boxes: Floats) -> Floats:
        return rotated_boxes(boxes, quarters, width, height)

    return replace(
        opened,
        picture=replace(
            opened.picture, pixels=np.ascontiguousarray(np.rot90(opened.picture.pixels, quarters)), angle=360 - angle
        ),
        glyphs=opened.glyphs.rotated(quarters, width, height),
        seen=replace(
            opened.seen,
            ground=np.ascontiguousarray(np.rot90(opened.seen.ground, quarters)),
            plates=tuple(np.ascontiguousarray(np.rot90(plate, quarters)) for plate in opened.seen.plates),
        ),
        links=tuple((url, rotate(boxes)) for url, boxes in opened.links),
        boxes=tuple((box, rotate(boxes)) for box, boxes in opened.boxes),
        rules=rotate(opened.rules),
        larger=tuple(piece.rotated(quarters, width, height) for piece in opened.larger),
    )
