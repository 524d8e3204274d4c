"""Units of Russian texts that were read as Latin letters or capitals."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.repair.units import russian_unit
from ocr_service.tesseract.words import Word

EM, DIGIT, SMALL = 30.0, 22, 16  # pixels: the font size, and heights of its digits and small letters


def read_unit(before: str, read: str, *, small: bool = True, in_cell: bool = False) -> str:
    """What ``read`` is after ``before``, or ``in_cell`` of its own; ``small``: as low as small letters are."""
    number = Word(before, (0, 0, 40, DIGIT), 95.0)
    unit = Word(read, (50, DIGIT - SMALL if small else 0, 90, DIGIT), 60.0)
    words = [unit] if in_cell else [number, unit]
    return russian_unit(words, len(words) - 1, EM, [number, unit] if in_cell else ()).text


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("Hr/Mn", "нг/мл"),
        ("r/n", "г/л"),
        ("MKME/mn", "мкМЕ/мл"),
        ("mm/u", "мм/ч"),
        ("Ед/n", "Ед/л"),
        ("×10⁹/n", "×10⁹/л"),
    ],
)
def test_a_unit_by_another_is_russian_after_a_number_and_in_a_cell(read: str, written: str) -> None:
    assert read_unit("4,5", read) == read_unit("4,5", read, in_cell=True) == written


@pytest.mark.parametrize(("read", "written"), [("КГ", "кг"), ("КОМПЛ.", "компл."), ("МГ,", "мг,"), ("Т", "т")])
def test_a_unit_read_in_capitals_is_small_where_it_is_lower_than_the_number(read: str, written: str) -> None:
    assert read_unit("12", read) == read_unit("12", read, in_cell=True) == written
    assert read_unit("12", read, small=False) == read


@pytest.mark.parametrize("read", ["ком.", "Me", "mm", "nm", "kW", "kg", "4/4", "м/с", "TO", "л/л"])
def test_what_is_no_russian_unit_in_latin_letters_stays(read: str) -> None:
    assert read_unit("12", read) == read


def test_what_numbers_a_tables_rows_is_no_unit() -> None:
    assert read_unit("№", "n/n") == "п/п"


def test_a_square_in_a_cell_of_a_russian_table_is_russian() -> None:
    assert read_unit("12", "cm²", in_cell=True) == "см²"
    assert read_unit("12", "cm²") == "cm²"
