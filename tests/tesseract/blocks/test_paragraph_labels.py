"""The labels of paragraphs, by their type and place."""

from __future__ import annotations

from ocr_service.tesseract.blocks.compose import compose
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import blank_sheet, text_line


def test_a_line_that_runs_along_the_margin_is_no_title() -> None:
    stamp = make_line([Word("2103.15348v2", (50, 600, 97, 900), 90.0), Word("2021", (50, 910, 97, 1010), 90.0)])
    prose = [text_line(300, 200 + 40 * row, "каждое", "слово", "здесь", "важно") for row in range(6)]
    regions = compose([stamp, *prose], [], [], blank_sheet(), first_page=True).regions
    assert sorted(region.label for region in regions) == ["aside_text", "text"]
