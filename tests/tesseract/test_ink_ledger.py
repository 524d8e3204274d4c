"""Ink that no word accounts for, found and counted."""

from __future__ import annotations

from ocr_service.tesseract.ink_ledger import coverage, covered, letter_pieces, outside, unread_areas, whole_words
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DrawnPage

SHAPE = (400, 1000)


def drawn() -> Sheet:
    page = DrawnPage(1000, 400)
    page.text(100, 100, "Договор поставки", 11)
    page.text(100, 250, "подписан", 11)
    page.draw.line((100, 350, 105, 352), fill="black", width=1)
    page.draw.rectangle((600, 50, 900, 350), outline="black", width=2)
    return page.sheet()


def read(*boxes: tuple[int, int, int, int], confidence: float = 95.0) -> list[Line]:
    return [make_line([Word("слово", box, confidence)]) for box in boxes]


UPPER, LOWER = (95, 95, 480, 145), (95, 245, 300, 295)


def test_a_line_that_no_word_covers_is_an_area_and_lowers_the_coverage() -> None:
    sheet = drawn()
    lines = read(UPPER)
    pieces = letter_pieces(sheet, lines)
    seen = covered(pieces, [word for line in lines for word in line.words], SHAPE)
    areas = unread_areas(pieces, seen, SHAPE)
    assert len(areas) == 1
    assert areas[0].regular
    assert areas[0].pieces >= 7
    x0, y0, x1, y1 = areas[0].box
    assert 95 < x0 < 120
    assert 250 < y0 < y1 < 300
    assert x1 < 320
    assert 0.5 < coverage(pieces, seen, areas) < 0.8
    assert outside(areas, [(0, 200, 1000, 400)]) == []


def test_where_all_was_read_the_coverage_is_whole_and_specks_and_frames_are_no_text() -> None:
    sheet = drawn()
    lines = read(UPPER, LOWER)
    pieces = letter_pieces(sheet, lines)
    seen = covered(pieces, [word for line in lines for word in line.words], SHAPE)
    assert seen.all()
    assert unread_areas(pieces, seen, SHAPE) == []
    assert coverage(pieces, seen, []) == 1.0


def test_strokes_of_a_drawing_stacked_as_they_come_are_no_text() -> None:
    page = DrawnPage(1000, 400)
    for y in (60, 104, 148):
        page.draw.ellipse((500, y, 530, y + 40), outline="black", width=4)
    sheet = page.sheet()
    pieces = letter_pieces(sheet, [])
    (area,) = unread_areas(pieces, covered(pieces, [], SHAPE), SHAPE)
    assert area.pieces == 3
    assert not area.regular


def test_a_doubtful_word_accounts_for_nothing() -> None:
    sheet = drawn()
    lines = read(UPPER, LOWER, confidence=20.0)
    pieces = letter_pieces(sheet, lines)
    words = [word for line in lines for word in line.words]
    assert not covered(pieces, words, SHAPE).any()
    assert covered(pieces, words, SHAPE, least=0.0).all()


def test_a_word_beside_an_unread_letter_is_not_whole() -> None:
    sheet = drawn()
    cut, whole = Word("оговор", (135, 95, 290, 145), 95.0), Word("подписан", LOWER, 95.0)
    lines = [make_line([cut]), make_line([whole])]
    pieces = letter_pieces(sheet, lines)
    seen = covered(pieces, [cut, whole], SHAPE)
    assert whole_words(pieces, seen, [cut, whole], SHAPE) == [whole]


def test_a_column_of_digits_read_from_top_to_bottom_is_no_whole_word() -> None:
    sheet = drawn()
    column = Word("OO", (100, 100, 130, 295), 90.0)
    pieces = letter_pieces(sheet, read(UPPER))
    assert whole_words(pieces, covered(pieces, [column], SHAPE), [column], SHAPE) == []


def test_the_words_of_a_line_that_runs_sideways_are_whole() -> None:
    sheet = drawn()
    line = [Word("2103.15348", (700, 100, 730, 200), 90.0), Word("21", (700, 210, 730, 260), 90.0)]
    pieces = letter_pieces(sheet, read(UPPER))
    assert whole_words(pieces, covered(pieces, line, SHAPE), line, SHAPE) == line
