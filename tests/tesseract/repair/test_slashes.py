"""Slashes between digits that were read as a 1."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.repair.slashes import with_slashes
from ocr_service.tesseract.words import Word
from tests.support.sheets import DrawnPage


@pytest.mark.parametrize(
    ("printed", "read"),
    [("5426/65", "5426165"), ("12/11/20", "12111120"), ("5426165", "5426165"), ("7/1", "7l1")],
)
@pytest.mark.parametrize("size", [8, 12])
def test_a_slash_is_told_from_a_one_by_its_ink(printed: str, read: str, size: float) -> None:
    page = DrawnPage(500, 200)
    page.text(100, 80, printed, size)
    word = Word(read, page.ink_box(), 90.0)
    assert with_slashes(word, size * 200 / 72, page.sheet().ink).text == printed
