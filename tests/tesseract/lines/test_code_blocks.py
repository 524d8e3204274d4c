"""Listings keep their indentation; receipts and typewritten letters are none."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.tesseract.lines.code_blocks import code_blocks
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import text_line

PITCH = 17
CODE = ["def total(rows):", "    result = {}", "    for row in rows:", "        result[row] = 1", "    return result"]
LETTER = ["Dear Madam and Sir,", "   this letter was", "   written on the old", "   machine at home.", "Yours"]


def typed(rows: Sequence[str], pitch: float = PITCH) -> list[Line]:
    lines = []
    for number, row in enumerate(rows):
        words, at = [], 0
        for text in row.split():
            at = row.index(text, at)
            left = round(100 + pitch * at)
            right, top = round(left + pitch * len(text)), 100 + 40 * number
            words.append(Word(text, (left + 1, top, right - 2, top + 25), 95.0))
            at += len(text)
        lines.append(make_line(words))
    return lines


def test_a_listing_keeps_its_lines_and_their_indentation() -> None:
    prose = text_line(100, 500, "Это", "обычный", "текст")
    (block,), rest = code_blocks([*typed(CODE), prose])
    assert block.text == "\n".join(CODE)
    assert block.box[1] == 100
    assert rest == [prose]


def test_a_letter_written_by_a_machine_is_no_listing() -> None:
    lines = typed(LETTER)
    assert code_blocks(lines) == ([], lines)


def test_lines_of_proportional_type_are_none_though_they_have_the_signs() -> None:
    lines = [line for number, row in enumerate(CODE) for line in typed([row], PITCH * (0.8 + 0.15 * (number % 3)))]
    assert code_blocks(lines)[0] == []


def test_a_word_that_was_cut_is_whole() -> None:
    lines = typed(CODE)
    first = lines[0].words
    halves = [first[0], Word("tot", (169, 100, 218, 125), 95.0), Word("al(rows):", (222, 100, 369, 125), 95.0)]
    (block,), _ = code_blocks([make_line(halves), *lines[1:]])
    assert block.text.startswith("def total(rows):")
