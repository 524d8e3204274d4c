"""Footnotes find their marks."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.reader import TesseractReader
from tests.support.sheets import DrawnPage, reader_of

SENTENCE = "The supplier shall deliver the goods within ten days of an order"


def page_with(*marks: tuple[str, int], notes: tuple[str, ...]) -> DrawnPage:
    """Lines of text, small raised ``marks`` after a line each, and ``notes`` at the foot of the page."""
    page = DrawnPage(1654, 1200)
    for row in range(8):
        page.text(100, 100 + 90 * row, SENTENCE)
    for mark, row in marks:
        end = 100 + round(page.draw.textlength(SENTENCE, font_size=1))
        columns = [x for x in range(1654) if page.gray()[100 + 90 * row : 130 + 90 * row, x].min() < 128]
        page.text(max(columns, default=end) + 3, 96 + 90 * row, mark, 6.5)
    for number, note in enumerate(notes):
        page.text(100, 1050 + 40 * number, note, 8)
    return page


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    return reader_of("eng")


@pytest.mark.slow
def test_a_mark_and_its_note_are_those_of_markdown(reader: TesseractReader) -> None:
    page = page_with(("1", 2), ("2", 5), notes=("1 Letter of 14 March 1903.", "2 See the second report."))
    texts = [region.content for region in reader.read(page.page(), []).regions]
    assert [text for text in texts if "[^" in text] == [
        f"{SENTENCE}[^1]",
        f"{SENTENCE}[^2]",
        "[^1]: Letter of 14 March 1903.",
        "[^2]: See the second report.",
    ]


def test_a_note_without_a_mark_stays_as_it_is_printed(reader: TesseractReader) -> None:
    page = page_with(notes=("1 Letter of 14 March 1903.",))
    texts = [region.content for region in reader.read(page.page(), []).regions]
    assert texts[-1] == "1 Letter of 14 March 1903."
    assert not any("[^" in text for text in texts)
