"""Entries of a table of contents, with the dots that lead to their numbers."""

from __future__ import annotations

from ocr_service.tesseract.lines.leaders import with_leaders
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DrawnPage, text_line

Y = 100


def page_with_dots(first: int = 330, last: int = 900) -> DrawnPage:
    page = DrawnPage(1100, 300)
    for x in range(first, last, 14):
        page.draw.rectangle((x, Y + 18, x + 3, Y + 21), fill="black")
    return page


def entry() -> Line:
    return text_line(100, Y, "Общие", "положения.")


def test_an_entry_and_its_number_at_the_end_of_the_dots_are_one_line() -> None:
    lines = with_leaders([entry(), text_line(950, Y, "12")], page_with_dots().sheet())
    assert [line.text for line in lines] == ["Общие положения … 12"]


def test_dots_that_were_read_as_letters_become_a_leader_and_the_number_digits() -> None:
    dots = Word("ccceee.....", (330, Y + 10, 900, Y + 24), 20.0)
    line = make_line([*entry().words, dots, *text_line(950, Y, "З").words])
    assert [found.text for found in with_leaders([line], page_with_dots().sheet())] == ["Общие положения … 3"]


def test_a_number_beside_text_without_dots_and_dots_without_a_number_stay_apart() -> None:
    lines = [entry(), text_line(950, Y, "12")]
    assert with_leaders(lines, DrawnPage(1100, 300).sheet()) == lines
    signature = with_leaders([entry()], page_with_dots().sheet())
    assert [line.text for line in signature] == ["Общие положения."]


def test_dots_that_were_read_as_many_short_words_are_left_out_before_any_amount() -> None:
    garbage = [Word("e", (x, Y + 17, x + 18, Y + 22), 20.0) for x in range(330, 890, 28)]
    line = make_line([*entry().words, *garbage, *text_line(950, Y, "(30,757)").words])
    assert [found.text for found in with_leaders([line], page_with_dots().sheet())] == ["Общие положения. (30,757)"]


def test_dots_read_as_letters_do_not_hide_behind_the_small_size_that_they_give_their_line() -> None:
    garbage = [Word("eee", (x, Y + 18, x + 32, Y + 22), 60.0) for x in range(330, 860, 42)]
    line = make_line([*text_line(100, Y, "Итого").words, *garbage, *text_line(950, Y, "(30,757)").words])
    others = [text_line(100, Y + 60, "Общие", "положения"), text_line(100, Y + 110, "Предмет")]
    assert line.em < 15
    found = with_leaders([line, *others], page_with_dots().sheet())
    assert found[0].text == "Итого (30,757)"


def test_a_small_word_that_hangs_together_below_the_feet_of_another_line_is_no_leader() -> None:
    """Of small print Tesseract gives boxes of two lines' height, and so a type size that makes letters' feet dots."""
    page = DrawnPage(500, 200)
    page.draw.rectangle((100, 112, 154, 122), fill="black")
    for x in range(101, 154, 7):
        page.draw.rectangle((x, 96, x + 2, 98), fill="black")
    line = make_line([Word("Josephine", (10, 94, 90, 128), 97.0), Word("Hollow.", (99, 94, 156, 128), 94.0)])
    assert [found.text for found in with_leaders([line], page.sheet())] == ["Josephine Hollow."]


def test_crumbs_of_an_upright_ruling_line_are_no_leader() -> None:
    page = DrawnPage(1100, 300)
    for y in range(Y, Y + 24, 5):
        page.draw.rectangle((640, y, 642, y + 2), fill="black")
    lines = [text_line(100, Y, "Widget", "C"), text_line(950, Y, "220")]
    assert with_leaders(lines, page.sheet()) == lines
