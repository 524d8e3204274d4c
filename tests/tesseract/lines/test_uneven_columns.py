"""Columns of short lines whose heights have nothing to do with those beside them."""

from __future__ import annotations

from ocr_service.tesseract.blocks.compose import compose
from ocr_service.tesseract.lines.uneven_columns import uneven_columns
from ocr_service.tesseract.words import Line
from tests.support.sheets import blank_sheet, text_line


def column(x: int, step: int, count: int, name: str, words: int) -> list[Line]:
    return [text_line(x, 300 + step * n, *[f"{name}{n}"] * words) for n in range(count)]


def test_lines_of_two_leadings_are_columns() -> None:
    left, right = column(100, 37, 24, "skill", 2), column(700, 44, 20, "work", 4)
    ((x, top, bottom),) = uneven_columns([*left, *right, text_line(100, 100, *["name"] * 10)])
    assert max(line.box[2] for line in left) < x < 700
    assert (top, bottom > 1100) == (300, True)


def test_rows_are_none() -> None:
    assert not list(uneven_columns([*column(100, 40, 24, "label", 2), *column(700, 40, 24, "value", 3)]))
    labels = [text_line(100, 320 + 80 * n, "label") for n in range(12)]
    assert not list(uneven_columns([*labels, *column(700, 40, 24, "value", 3)]))


def test_they_are_read_one_after_the_other() -> None:
    left, right = column(100, 37, 24, "skill", 2), column(700, 44, 20, "work", 4)
    title = text_line(100, 100, *["name"] * 10)
    text = " ".join(r.content for r in compose([*left, *right, title], [], [], blank_sheet(), first_page=False).regions)
    assert (
        text.index("name") < text.index("skill0") < text.index("skill23") < text.index("work0") < text.index("work19")
    )
