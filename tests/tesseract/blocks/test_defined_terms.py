"""Terms over their definitions."""

from __future__ import annotations

from ocr_service.tesseract.blocks.defined_terms import defined_terms
from ocr_service.tesseract.blocks.headings import Body
from ocr_service.tesseract.blocks.paragraphs import Paragraph
from tests.support.sheets import EM, text_line

BODY = Body(EM, 4.0)
STEP = 40


def lines(y: int, left: int, count: int, *, bold: bool = False, first: int = 0) -> Paragraph:
    texts = [
        text_line(left + (first if not n else 0), y + STEP * n, "слово", "и", "дело", weight=5.0 if bold else 4.0)
        for n in range(count)
    ]
    return Paragraph(tuple(texts))


def test_bold_lines_over_indented_paragraphs_are_terms() -> None:
    page = [
        lines(100, 100, 1, bold=True),
        lines(140, 160, 3),
        lines(300, 100, 1, bold=True),
        lines(340, 160, 1),
        lines(420, 100, 4),
    ]
    assert defined_terms(page, BODY) == {0, 2}


def test_a_heading_over_text_with_an_indented_first_line_is_none() -> None:
    page = [
        lines(100, 100, 1, bold=True),
        lines(140, 100, 3, first=60),
        lines(300, 100, 1, bold=True),
        lines(340, 160, 1),
        lines(420, 160, 1, bold=False),
        lines(460, 220, 3),
    ]
    assert defined_terms(page, BODY) == frozenset()
