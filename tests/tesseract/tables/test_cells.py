"""What the cells of a table hold."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.tables.cells import Cell, cell_text, font_size, is_data, without_empty
from ocr_service.tesseract.words import Word
from tests.support.sheets import text_line


def test_empty_rows_and_columns_are_left_out() -> None:
    full, empty = Cell((0, 0, 9, 9), text_line(0, 0, "x").words), Cell((0, 0, 9, 9))
    assert without_empty([[full, empty], [empty, empty]]) == [[full]]
    assert without_empty([[empty]]) == []


def test_a_cells_text_and_size() -> None:
    upper, lower = text_line(0, 0, "оборудо-").words, text_line(0, 40, "вание").words
    assert cell_text([*lower, *upper]) == "оборудование"
    assert font_size([[Cell((0, 0, 9, 9), (Word("Кабель", (0, 0, 90, 22), 90.0),))]]) is not None
    assert font_size([[Cell((0, 0, 9, 9))]]) is None


def test_a_check_box_between_two_lines_does_not_mix_their_words() -> None:
    upper = [Word("Did", (0, 86, 26, 100), 90.0), Word("you", (32, 90, 60, 104), 90.0)]
    lower = [Word("live", (0, 106, 30, 120), 90.0), Word("there?", (36, 106, 80, 120), 90.0)]
    box, dash = Word("☐", (100, 94, 124, 118), 90.0), Word("–", (0, 133, 10, 135), 90.0)
    assert cell_text([*lower, box, dash, *upper]) == "Did you live there? ☐ –"


@pytest.mark.parametrize("text", ["12", "(901)", "$ 31.50", "12 мая", "03.05.2024", "10–20", "0.7 ± 1.5", "—"])
def test_numbers_dates_and_what_says_that_there_is_none_are_data(text: str) -> None:
    assert is_data(text)


@pytest.mark.parametrize("text", ["насос", "as, 239", "Q1", "5 High Street, Leeds", "Perth 1018", ""])
def test_names_are_no_data(text: str) -> None:
    assert not is_data(text)
