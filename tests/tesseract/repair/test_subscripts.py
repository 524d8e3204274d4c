"""Lowered digits in words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.subscripts import with_subscripts
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DrawnPage

TOP, SIZE, SMALL, LOWERED = 80, 12, 7, 18  # of text, and its subscripts: points, and pixels lower


@pytest.fixture(scope="module")
def engine() -> TesseractEngine:
    return TesseractEngine("eng")


def mended(engine: TesseractEngine, printed: Sequence[tuple[str, bool]], read: str) -> str:
    """``read`` where pieces are ``printed``, each lowered or not; text on the line stands before it."""
    page = DrawnPage(900, 200)
    page.text(100, TOP, "строка", SIZE)
    before = page.ink_box()
    start = x = before[2] + 12
    for piece, lowered in printed:
        page.text(x, TOP + LOWERED if lowered else TOP, piece, SMALL if lowered else SIZE)
        x = page.ink_box(start)[2] + 2
    line = make_line([Word("строка", before, 95.0), Word(read, page.ink_box(start), 80.0)])
    (whole,) = with_subscripts([line], page.sheet(), engine, Budget(9))
    return whole.words[1].text


@pytest.mark.parametrize(
    ("printed", "read", "written"),
    [
        ([("H", False), ("2", True), ("O", False)], "Н,О", "H₂O"),
        ([("V", False), ("4", True)], "V,", "V₄"),
        ([("C", False), ("12", True), ("H", False)], "С12Н", "C₁₂H"),
    ],
)
def test_a_lowered_digit_becomes_a_subscript(
    engine: TesseractEngine, printed: Sequence[tuple[str, bool]], read: str, written: str
) -> None:
    assert mended(engine, printed, read) == written


@pytest.mark.parametrize("text", ["Н,О", "V,", "С12Н", "р;", "Ц3", "А,"])
def test_marks_and_digits_on_the_line_stay(engine: TesseractEngine, text: str) -> None:
    assert mended(engine, [(text, False)], text) == text


def test_a_lowered_letter_is_no_digit(engine: TesseractEngine) -> None:
    assert mended(engine, [("V", False), ("n", True)], "Vn") == "Vn"


@pytest.mark.parametrize("text", ["min,", "C83,"])
def test_a_comma_as_large_as_a_lowered_digit_stays_behind_a_word(engine: TesseractEngine, text: str) -> None:
    assert mended(engine, [(text[:-1], False), ("7", True)], text) == text
