"""Columns of numbers side by side that were taken for one."""

from __future__ import annotations

from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.tables.narrow_columns import with_narrow_columns
from ocr_service.tesseract.words import Word


def table(*rows: str, at: tuple[int, ...] = (200, 270, 340)) -> Table:
    """A table of two columns: in the second each row's words from the second on stand ``at`` these places."""
    cells: Table = []
    for number, row in enumerate(rows):
        y = 100 + 40 * number
        name, *words = row.split()
        placed = tuple(Word(word, (x, y, x + 12 * len(word), y + 20), 95.0) for word, x in zip(words, at, strict=False))
        cells.append([Cell((100, y, 190, y + 40), (Word(name, (100, y, 160, y + 20), 95.0),))])
        cells[-1].append(Cell((190, y, 420, y + 40), placed))
    return cells


def texts(cells: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in cells]


def test_numbers_in_columns_of_their_own_below_as_many_heads_are_parted() -> None:
    found = with_narrow_columns(
        table("Way ACC ROC MAP", "one 15.2 5.89 68.4", "two 64.9 1.97 11.9", "six 25.7 96.3 54.6")
    )
    assert texts(found)[0] == ["Way", "ACC", "ROC", "MAP"]
    assert texts(found)[3] == ["six", "25.7", "96.3", "54.6"]
    assert found[1][1].box[2] == found[1][2].box[0]


def test_thousands_words_and_other_counts_stay_together() -> None:
    for rows in (
        ("Year Net sum", "one 12 500", "two 14 125", "six 17 380"),
        ("Way two words", "one 15 May", "two 16 June", "six 17 July"),
        ("Way ACC", "one 15.2 5.89", "two 64.9 1.97", "six 25.7 96.3"),
        ("Way ACC ROC", "one 15.2 5.89", "two 64.9", "six 25.7 96.3"),
    ):
        assert len(with_narrow_columns(table(*rows))[0]) == 2


def test_words_that_reach_over_each_other_are_no_columns() -> None:
    rows = table("Way ACC ROC", "one 15.2 5.89", "two 64.9 1.97", "six 25.7 96.3")
    rows[2:3] = table("two 64.9 1.97", at=(275, 345, 400))
    assert len(with_narrow_columns(rows)[0]) == 2
