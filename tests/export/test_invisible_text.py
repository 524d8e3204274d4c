"""An old OCR layer is taken out, and nothing else."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium

from ocr_service.export.invisible_text import remove_invisible_text
from tests.support.text_layer_layouts import scan_samples
from tests.support.text_layer_pdfs import hidden_samples


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
        remove_invisible_text(document, document.pages[0])
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()


def test_what_a_scan_s_old_ocr_said_is_gone_and_its_picture_stays() -> None:
    sample = next(sample for sample in scan_samples() if sample.name == "ocr_layer_bad")
    assert "Zorblatt" in _text(sample.pdf)
    cleaned = _cleaned(sample.pdf)
    assert _text(cleaned).strip() == ""
    with pdfium.PdfDocument(sample.pdf) as before, pdfium.PdfDocument(cleaned) as after:
        assert before[0].render(scale=0.5).to_pil().tobytes() == after[0].render(scale=0.5).to_pil().tobytes()


def test_visible_text_stays() -> None:
    sample = next(sample for sample in hidden_samples() if sample.name == "hidden_render_mode")
    text = _text(_cleaned(sample.pdf))
    assert "Zorblatt" not in text
    assert "The committee met on 14 March 1987" in text
