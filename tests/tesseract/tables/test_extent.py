"""A detector's box of a table, corrected by the rows there."""

from __future__ import annotations

from ocr_service.tesseract.tables.extent import table_extent
from ocr_service.tesseract.words import Line
from tests.support.sheets import EM, text_line

CELLS = ("Кабель", "14", "51618")
RIGHT, HEIGHT = 775, 22  # of a row's last word, of a word


def rows(*tops: int) -> list[Line]:
    return [text_line(100, y, *CELLS, step=300) for y in tops]


def test_rows_that_a_box_cuts_or_misses_are_taken_in() -> None:
    lines = rows(200, 250, 300, 350)
    assert table_extent((90, 240, 790, 310), lines) == (90, 200, 790, 350 + HEIGHT)


def test_a_page_number_far_below_is_left_out() -> None:
    lines = [*rows(200, 250, 300), text_line(400, 900, "17")]
    assert table_extent((90, 190, 790, 950), lines)[3] == 300 + HEIGHT


def test_a_caption_and_a_line_of_prose_stay_outside() -> None:
    lines = [text_line(100, 150, "Таблица", "2"), *rows(200, 250), text_line(100, 290, *["слово"] * 7)]
    assert table_extent((90, 140, 790, 275), lines)[1:] == (200, 790, 250 + HEIGHT)


def test_a_row_that_sticks_out_at_the_side_stays_outside() -> None:
    wide = text_line(100, 300, "Кабель", "14", "51618", "ещё", step=300)
    assert table_extent((90, 190, 790, 280), [*rows(200, 250), wide])[3] < 300


def test_a_heading_above_stays_outside_though_its_words_leave_the_gutters_open() -> None:
    heading = text_line(100, 150, "Раздел", "7", "Цены", step=300, em=EM * 1.4)
    assert table_extent((90, 190, 790, 280), [heading, *rows(200, 250)])[1] == 200


def test_the_further_line_of_the_last_key_is_taken_in_and_a_note_is_not() -> None:
    long = text_line(100, 300, "Кабель", "медный")
    numbers = [text_line(x, 300, text) for x, text in ((400, "14"), (700, "51618"))]
    lines = [*rows(200, 250), long, *numbers]
    further = text_line(100, 332, "гибкий")
    assert table_extent((90, 190, 790, 330), [*lines, further])[3] == 332 + HEIGHT
    assert table_extent((90, 190, 790, 330), [*rows(200, 250, 300), text_line(100, 332, "без", "НДС")])[3] < 332
    assert table_extent((90, 190, 790, 330), [*lines, text_line(100, 350, "гибкий")])[3] < 350


def test_the_further_line_of_the_last_key_in_loose_type_stands_as_far_as_in_other_cells() -> None:
    step = round(1.45 * EM)
    numbers = [text_line(x, 300 + 3 * step, text) for x, text in ((400, "14"), (700, "51618"))]
    lines = [*rows(200, 300), text_line(100, 300 + step, "гибкий"), text_line(100, 300 + 3 * step, "Кабель", "медный")]
    further = text_line(100, 300 + 4 * step, "гибкий")
    box = (90, 190, 790, 300 + 3 * step + 30)
    assert table_extent(box, [*lines, *numbers, further])[3] == 300 + 4 * step + HEIGHT
