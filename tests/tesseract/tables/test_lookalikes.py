"""What stands in columns and is no table."""

from __future__ import annotations

from ocr_service.tesseract.tables.lookalikes import is_code, is_contents, is_index, is_list, is_lookalike, is_prose


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
    assert not is_code([["Товар", "Место"], ["Насос", "#6"], ["Труба", "#16"]])


def test_a_table_is_none_of_these() -> None:
    assert not is_lookalike([["Товар", "Штук", "Цена"], ["Насос", "12", "9.37"], ["Труба", "5", "0.36"]])


def test_lines_of_two_columns_of_prose_are_no_rows() -> None:
    left = [
        "They climbed to the",
        "ridge before the sun",
        "was up. The valley lay",
        "below them in a thin",
        "mist that the wind",
        "could not drive off",
    ]
    right = [
        "a smell of wet leaves",
        "and smoke came from the",
        "farms. Dogs were bark-",
        "ing at the gate of the",
        "last house. A girl with",
        "a lantern opened it and",
    ]
    assert is_prose([list(row) for row in zip(left, right, strict=True)])
    assert not is_prose([[text, str(number)] for number, text in enumerate(left)])


def test_a_table_of_short_phrases_is_no_prose() -> None:
    parts = [
        "pump for clean water",
        "valve of cast brass",
        "seal of soft rubber",
        "pipe of plain steel",
        "hose with two ends",
        "gauge for low pressure",
    ]
    uses = [
        "water in all houses",
        "flow at the main inlet",
        "leaks under every lid",
        "lines along the wall",
        "water for the garden",
        "place beside the pump",
    ]
    rows = zip(parts, uses, strict=True)
    assert not is_prose([list(row) for row in rows])
