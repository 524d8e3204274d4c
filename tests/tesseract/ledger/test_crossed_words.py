"""Words through which a line runs are doubtful where Tesseract is not quite sure of them."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.document import Box
from ocr_service.tesseract.ledger.crossed_words import crossed_words
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DrawnPage, sheet_of

TEXT = "storage window"


def drawn() -> tuple[DrawnPage, Line]:
    page = DrawnPage(800, 300)
    page.text(100, 100, TEXT)
    words = [Word("storage", (100, 106, 214, 140), 80.0), Word("window", (226, 103, 345, 133), 80.0)]
    return page, make_line(words)


def told(page: DrawnPage, line: Line, *ruled: Box) -> list[str]:
    return [word.text for word in crossed_words([line], sheet_of(page.gray(), ruled))]


def test_words_on_a_ruling_line_that_cuts_their_feet_off_are_doubtful() -> None:
    page, line = drawn()
    assert told(page, line, (50, 134, 700, 138)) == ["storage", "window"]
    assert told(page, line, (50, 145, 700, 149)) == []  # it underlines them
    assert told(page, line, (50, 134, 210, 138)) == ["storage"]
    sure = make_line([replace(word, confidence=95.0) for word in line.words])
    assert told(page, sure, (50, 134, 700, 138)) == []


def test_a_word_that_is_struck_out_is_doubtful() -> None:
    page, line = drawn()
    assert told(page, line) == []
    page.draw.line((96, 123, 218, 121), fill="black", width=3)
    assert told(page, line) == ["storage"]


def test_a_word_that_runs_up_the_page_is_struck_by_none_of_its_letters() -> None:
    page, _ = drawn()
    page.draw.rectangle((500, 100, 520, 104), fill="black")
    upright = make_line([Word("Il", (500, 60, 520, 140), 80.0)])
    assert told(page, upright) == []


def test_round_letters_of_small_type_are_not_struck() -> None:
    page = DrawnPage(800, 300)
    page.text(100, 100, "good gogo", 5)
    small = make_line([Word("good", (100, 103, 135, 117), 80.0), Word("gogo", (140, 105, 177, 117), 80.0)])
    assert told(page, small) == []
