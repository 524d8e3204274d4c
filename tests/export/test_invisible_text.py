"""An old OCR layer is taken out, and nothing else."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Dictionary, Name

from ocr_service.export.invisible_text import remove_invisible_text
from tests.support.text_layer_set import sample_of


def _text(pdf: bytes) -> str:
    with pdfium.PdfDocument(pdf) as document:
        page = document[0]
        text = page.get_textpage()
        found: str = text.get_text_range()
        text.close()
        page.close()
        return found


def _cleaned(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        remove_invisible_text(document, document.pages[0], {})
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()


@pytest.mark.slow
def test_what_a_scan_s_old_ocr_said_is_gone_and_its_picture_stays() -> None:
    sample = sample_of("ocr_layer_bad")
    assert "Zorblatt" in _text(sample.pdf)
    cleaned = _cleaned(sample.pdf)
    assert _text(cleaned).strip() == ""
    with pdfium.PdfDocument(sample.pdf) as before, pdfium.PdfDocument(cleaned) as after:
        assert before[0].render(scale=0.5).to_pil().tobytes() == after[0].render(scale=0.5).to_pil().tobytes()


def test_visible_text_stays() -> None:
    sample = sample_of("hidden_render_mode")
    text = _text(_cleaned(sample.pdf))
    assert "Zorblatt" not in text
    assert "The committee met on 14 March 1987" in text


def test_the_ocr_layers_of_other_pages_stay() -> None:
    with pikepdf.new() as document:
        layers = [f"BT 3 Tr (page {number}) Tj ET".encode() for number in range(2)]
        forms = [
            document.make_stream(layer, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9]) for layer in layers
        ]
        shared = document.make_indirect(Dictionary(XObject=Dictionary(First=forms[0], Second=forms[1])))
        for draws in (b"/First Do", b"/Second Do"):
            page = document.add_blank_page()
            page.obj.Resources, page.obj.Contents = shared, document.make_stream(draws)
        remove_invisible_text(document, document.pages[0], {})
        first, second = (page.obj.Resources.XObject for page in document.pages)
        assert b"Tj" not in first.First.read_bytes()
        assert second.Second.read_bytes() == layers[1]
