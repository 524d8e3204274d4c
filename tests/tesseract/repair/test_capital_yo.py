"""The dots of Ё in capitals."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.tesseract.repair.capital_yo import with_capital_yo
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DrawnPage


def read(printed: str, as_read: str, size: float = 11, *, bold: bool = False) -> str:
    """What a line with one word becomes that is printed so and was read otherwise."""
    page = DrawnPage(900, 200)
    page.text(60, 60, printed, size, bold)
    rows, columns = np.nonzero(page.gray() < 128)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    return with_capital_yo(make_line([Word(as_read, box, 90.0)]), page.sheet()).text


@pytest.mark.parametrize("size", [9, 16])
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("printed", ["ОТЧЁТ", "Ёлкин", "Ё.", "СЕМЁНОВ", "ПРИЁМЫ", "ЧЁРНЫЙ", "ЕЁ"])
def test_two_dots_make_it_yo(printed: str, size: float, *, bold: bool) -> None:
    assert read(printed, printed.replace("Ё", "Е"), size, bold=bold) == printed


@pytest.mark.parametrize("size", [9, 16])
@pytest.mark.parametrize("printed", ["ОТВЕТСТВЕННЫЙ", "ДЕЙСТВИЕ", "Ещё", "Е.", "НЕМЕЦКИЙ", "ТЕНЬ", "ЕДИНЫЙ", "ПЕРЕНОС"])
def test_without_dots_it_stays(printed: str, size: float) -> None:
    assert read(printed, printed, size) == printed
