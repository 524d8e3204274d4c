"""What stands in columns and is no table."""

from __future__ import annotations

from ocr_service.tesseract.table_lookalikes import is_code, is_contents, is_index, is_list, is_lookalike


def test_entries_with_rising_page_numbers_are_contents_and_amounts_are_not() -> None:
    assert is_contents([["1", "Общие положения", "3"], ["2", "Предмет", "3"], ["3", "Сроки", "17"]])
    assert not is_contents([["Запасы", "12"], ["Насосы", "9"], ["Итого", "21"]])
    assert not is_contents([["Год", "План", "Факт"], ["2023", "12", "14"], ["2024", "15", "19"], ["2025", "20", "31"]])


def test_columns_of_an_index_are_no_table() -> None:
    assert is_index([["насос, 12", "клапан, 5, 7-9"], ["труба, 101", "шланг, 3"]])
    assert not is_index([["насос", "12,5"], ["труба", "101"]])


def test_items_behind_marks_and_values_behind_labels_are_lists() -> None:
    assert is_list([["•", "насос"], ["•", "труба"]])
    assert is_list([["Имя:", "Анна"], ["Город:", "Тула"]])
    assert not is_list([["Насос", "12"], ["Труба", "5"]])


def test_assignments_are_code() -> None:
    assert is_code([["x", "= 1"], ["y", "= 3"]])
    assert not is_code([["Товар", "Цена"], ["Насос", "12"]])


def test_a_table_is_none_of_these() -> None:
    assert not is_lookalike([["Товар", "Штук", "Цена"], ["Насос", "12", "9.37"], ["Труба", "5", "0.36"]])
