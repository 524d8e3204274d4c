"""Roman numerals that were read as letters of as many stems."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.repair.roman_numerals import with_roman_numerals
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DrawnPage


def mended(printed: str, read: str) -> str:
    page = DrawnPage(700, 200)
    page.text(100, 80, printed)
    word = Word(read, page.ink_box(), 90.0)
    page.text(300, 80, "вариант")
    after = Word("вариант", (302, 88, 400, 112), 95.0)
    return with_roman_numerals(make_line([word, after]), page.sheet().ink).words[0].text


@pytest.mark.parametrize(
    ("printed", "read"),
    [("I", "|"), ("II", "П"), ("II", "Il"), ("III", "Ш"), ("III,", "Ill,"), ("Ш", "Ш"), ("П", "П"), ("П,", "П,")],
)
def test_stems_that_stand_apart_are_a_numeral(printed: str, read: str) -> None:
    assert mended(printed, read) == printed


def test_a_ruling_line_is_no_numeral() -> None:
    page = DrawnPage(700, 200)
    page.draw.rectangle((100, 60, 102, 130), fill="black")
    page.text(130, 80, "вариант")
    rule, after = Word("|", (100, 86, 103, 112), 60.0), Word("вариант", (132, 88, 230, 112), 95.0)
    assert with_roman_numerals(make_line([rule, after]), page.sheet().ink).words[0].text == "|"
