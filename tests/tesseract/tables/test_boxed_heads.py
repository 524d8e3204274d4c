"""Rows below a grid that is only a table's head."""

from __future__ import annotations

from ocr_service.tesseract.tables.boxed_heads import with_open_body
from ocr_service.tesseract.tables.cells import Cell, Table
from ocr_service.tesseract.words import Line
from tests.support.sheets import text_line

BOX = (100, 100, 1000, 160)
HEAD: Table = [
    [
        Cell((x, 100, x + 300, 160), text_line(x + 20, 115, name).words)
        for x, name in ((100, "Solid"), (400, "Likely"), (700, "Lean"))
    ]
]


def body(*rows: tuple[str, str, str]) -> list[Line]:
    cells = [
        (x, 190 + 45 * n, text) for n, row in enumerate(rows) for x, text in zip((120, 420, 720), row, strict=True)
    ]
    return [text_line(x, y, text) for x, y, text in cells if text]


def test_rows_in_the_columns_of_a_drawn_head_are_its_tables() -> None:
    after = text_line(100, 600, "Source:", "the", "report")
    _, table, rest = with_open_body(BOX, HEAD, [*body(("DE", "MT", ""), ("OR", "VT", "MO"), ("", "WA", "")), after])
    assert [[cell.text for cell in row] for row in table] == [
        ["Solid", "Likely", "Lean"],
        ["DE", "MT", ""],
        ["OR", "VT", "MO"],
        ["", "WA", ""],
    ]
    assert rest == [after]


def test_text_below_that_goes_over_the_columns_is_none_of_theirs() -> None:
    below = [text_line(120, 190 + 45 * n, *["text"] * 9) for n in range(3)]
    assert with_open_body(BOX, HEAD, below) == (BOX, HEAD, below)
    assert with_open_body(BOX, HEAD, body(("DE", "", ""), ("OR", "", ""))) == (
        BOX,
        HEAD,
        body(("DE", "", ""), ("OR", "", "")),
    )
