"""Type of one pitch: a space is as wide as a letter, and parts no columns."""

from __future__ import annotations

from ocr_service.tesseract.lines.fixed_pitch import with_pitch
from ocr_service.tesseract.tables.columns import runs_of
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import text_line

PITCH, EM = 22, 36.0


def typed(y: int, text: str) -> Line:
    """A line of type of one pitch: each letter in a cell of its own, spaces too."""
    words, x = [], 100
    for part in text.split(" "):
        if part:
            words.append(Word(part, (x + 2, y, x + PITCH * len(part) - 2, y + 26), 95.0))
        x += PITCH * (len(part) + 1)
    return make_line(words, 3.0)


TEXTS = [
    "LG FLATSCREEN 65      $899.99",
    "SONY NOTEBOOK 69      $689.99",
    "HDMI CABLE BLACK      $19.99",
    "SUBTOTAL TOTAL PAYMENT",
    "SERVICE TERMINAL CHANGE ITEMS",
]
RECEIPT = [typed(40 * row, text) for row, text in enumerate(TEXTS)]


def test_one_space_parts_no_cells_and_two_do() -> None:
    rows = [[[w.text for w in run] for run in runs_of(line.words, EM)] for line in with_pitch(RECEIPT)]
    assert rows[0] == [["LG", "FLATSCREEN", "65"], ["$899.99"]]
    assert len(rows[3]) == 1
    apart = with_pitch([*RECEIPT, typed(300, "NAME  PRICE")])[-1]
    assert len(runs_of(apart.words, EM)) == 2


def test_numbers_one_space_apart_are_cells() -> None:
    line = with_pitch([*RECEIPT, typed(300, "TOTAL 1234 5678")])[-1]
    assert [[w.text for w in run] for run in runs_of(line.words, EM)] == [["TOTAL", "1234"], ["5678"]]


def test_type_with_wide_and_narrow_letters_has_no_pitch() -> None:
    narrow = {"i", "l", "t"}
    lines = []
    for row in range(6):
        words, x = [], 100
        for text in ("little", "wooden", "mammal", "filling"):
            width = sum(9 if letter in narrow else 20 for letter in text)
            words.append(Word(text, (x, 40 * row, x + width, 40 * row + 26), 95.0))
            x += width + 10
        lines.append(make_line(words, 3.0))
    assert with_pitch(lines) == lines
    assert with_pitch([text_line(100, 100, "word")])[0].words[0].pitch is None  # too few to tell
