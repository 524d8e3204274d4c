"""Letters of two cells of a table whose text reaches to their sides."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.support.text_layer_pdfs import Sheet
from tests.support.text_layer_set import lines_of


def _lines(tmp_path: Path, rows: list[list[str]], *, drawn: bool) -> list[str]:
    """The lines of a table without padding: each cell begins where the longest text before it ends."""
    sheet, size = Sheet(), 11
    widths = [max(stringWidth(text, "Serif", size) for text in column) for column in zip(*rows, strict=True)]
    for down, row in enumerate(rows):
        x, y = 60.0, 700.0 - 14 * down
        for text, width in zip(row, widths, strict=True):
            sheet.canvas.setFont("Serif", size)
            sheet.canvas.drawString(x + 0.8, y, text)
            if drawn:
                sheet.canvas.setLineWidth(0.6)
                sheet.canvas.rect(x, y - 3, width + 1.0, 14)
            x += width + 1.0
    return lines_of(tmp_path, sheet)


_ROWS = [["4 512", "1 870", "unchanged"], ["3 977", "2 064", "increased"], ["4 108", "1 935", "decreased"]]


def test_text_that_reaches_to_the_sides_of_its_cell_is_not_joined_with_the_next(tmp_path: Path) -> None:
    assert sorted(_lines(tmp_path, _ROWS, drawn=True)) == sorted(text for row in _ROWS for text in row)


def test_the_same_text_without_rules_is_one_line(tmp_path: Path) -> None:
    assert len(_lines(tmp_path, _ROWS, drawn=False)) == len(_ROWS)


def test_boxes_for_a_letter_each_hold_one_word(tmp_path: Path) -> None:
    assert _lines(tmp_path, [[*"OKTOBER"]], drawn=True) == ["OKTOBER"]


@pytest.mark.parametrize("radius", [50, 100])
def test_a_ring_drawn_through_a_line_does_not_part_it(tmp_path: Path, radius: int) -> None:
    sheet = Sheet()
    sheet.canvas.setLineWidth(0.5)
    sheet.canvas.circle(200 - radius, 704, radius)
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.drawString(199.7 - stringWidth("signat", "Serif", 11), 700, "signat")
    sheet.canvas.drawString(200.3, 700, "ure")
    assert lines_of(tmp_path, sheet) == ["signature"]
