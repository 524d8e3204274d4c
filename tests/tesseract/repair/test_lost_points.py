"""Full stops and commas that the ink has and Tesseract has lost."""

from __future__ import annotations

import pytest

from ocr_service.document import Box
from ocr_service.geometry.ink_pieces import ink_stats
from ocr_service.tesseract.repair.lost_points import with_lost_points
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.cell_lines import with_mended_lines
from ocr_service.tesseract.tables.cells import Cell
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DrawnPage


def drawn(*texts: str) -> tuple[Sheet, list[Box]]:
    """Words beside one another, and the box of each word's ink."""
    page = DrawnPage(900, 200)
    boxes = page.words(texts, gap=12)
    return page.sheet(), boxes


def mended(printed: str, read: str) -> str:
    sheet, boxes = drawn(*printed.split())
    words = [Word(text, box, 90.0) for text, box in zip(read.split(), boxes, strict=True)]
    (line,) = with_lost_points([make_line(words)], ink_stats(sheet.ink), sheet.ink)
    return line.text


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("доб. 888", "доб 888"),
        ("48-36, доб. 73", "48-36 доб 73"),
        ("info@mail.ru", "info@mailru"),
        ("m.hand@mail.ru", "mhand@mailru"),
        ("п.3 или", "п3 или"),
    ],
)
def test_a_mark_that_was_lost_is_there_again(printed: str, read: str) -> None:
    assert mended(printed, read) == printed


@pytest.mark.parametrize("text", ["да! нет? ой: ай; 5", "в т. ч. 7", "1,5 и 2.5", "«оно» — (это)", "б/у ёж й"])
def test_what_was_read_whole_stays(text: str) -> None:
    assert mended(text, text) == text


def test_a_speck_inside_a_word_is_no_point() -> None:
    assert mended("git.hub", "github") == "github"


def test_a_row_of_points_is_no_full_stop() -> None:
    assert mended("Глава ....... 7", "Глава … 7") == "Глава … 7"


def test_specks_on_a_page_are_no_marks() -> None:
    sheet, boxes = drawn("aаaа.", "oоoо.", "eееe.", "cссc.", "xххx.", "sзsз")
    texts = ["aаaа", "oоoо", "eееe", "cссc", "xххx", "sзsз"]
    line = make_line([Word(text, box, 90.0) for text, box in zip(texts, boxes, strict=True)])
    assert with_lost_points([line], ink_stats(sheet.ink), sheet.ink) == [line]


def test_a_cell_of_two_lines_has_its_points_again() -> None:
    page = DrawnPage(500, 300)
    page.text(100, 80, "доб. 888")
    page.text(100, 130, "каб. 7")
    places = [("доб", (102, 86, 158, 112)), ("888", (178, 86, 236, 110)), ("каб", (102, 136, 154, 160))]
    sheet = page.sheet()
    words = tuple(Word(text, box, 90.0) for text, box in places)
    cell = Cell((90, 70, 300, 200), words)
    stats = ink_stats(sheet.ink)
    ((whole,),) = with_mended_lines([[cell]], lambda lines: with_lost_points(lines, stats, sheet.ink))
    assert [word.text for word in whole.words] == ["доб.", "888", "каб."]
