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


def test_a_caption_of_many_lines_is_one_where_no_sentence_begins_so() -> None:
    def label(*words: str) -> str:
        prose = [text_line(100, 200 + 40 * row, *["слово"] * 9) for row in range(6)]
        lines = [text_line(100, 600, *words, *["more"] * 5)]
        lines += [text_line(100, 600 + 40 * row, *["more"] * 8) for row in range(1, 5)]
        regions = compose([*prose, *lines], [], [], blank_sheet(), first_page=False).regions
        return next(region.label for region in regions if words[0] in region.content)

    assert label("Table", "4:", "In-domain") == "table_title"
    assert label("Fig.", "3", "Comparison") == "figure_title"
    assert label("Table", "3", "shows") == label("Figure", "2", "(right)") == "text"
