"""Ink that no word accounts for, found and counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ocr_service.geometry.ink_areas import InkArea
from ocr_service.tesseract.ledger.ink_ledger import (
    coverage,
    covered,
    delivered,
    doubtful_words,
    legible_lines,
    letter_pieces,
    lost_in_line,
    not_read_again,
    outside,
    rows_in,
    stands_out,
    unread_areas,
    whole_words,
)
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DrawnPage, text_line

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


def test_a_line_of_garbage_accounts_for_nothing_and_doubtful_words_lower_the_coverage() -> None:
    garbage = make_line([Word("ее", (n, 95, n + 30, 145), 20.0) for n in (100, 200, 300)])
    short = make_line([Word("smaller.", (100, 95, 200, 145), 0.0)])
    assert legible_lines([garbage, short]) == [short]
    mixed = make_line([Word("LEST", (95, 95, 300, 145), 40.0), Word("PEST", (300, 95, 480, 145), 30.0)])
    sure = make_line([Word("слово", UPPER, 90.0), Word("LEST", (500, 95, 600, 145), 42.0)])
    assert doubtful_words([mixed, sure]) == list(mixed.words)
    unsure = make_line([Word("слово", UPPER, 90.0), Word("LEST", (500, 95, 600, 145), 30.0)])
    assert doubtful_words([unsure]) == [unsure.words[1]]
    again = Word("LAST", (505, 95, 600, 145), 90.0)
    assert not_read_again([unsure.words[1]], [again], SHAPE) == []
    assert not_read_again([unsure.words[1]], [unsure.words[0]], SHAPE) == [unsure.words[1]]
    pieces = letter_pieces(drawn(), read(UPPER, LOWER))
    words = [word for line in read(UPPER, LOWER) for word in line.words]
    seen, certain = covered(pieces, words, SHAPE), covered(pieces, words[:1], SHAPE)
    assert 0.5 < coverage(pieces, seen, [], ~certain) < 0.8


def test_rows_of_letters_are_told_from_what_is_drawn() -> None:
    page = DrawnPage(1000, 400)
    page.text(100, 100, "Выручка по кварталам")
    for x in range(100, 900, 60):
        page.draw.ellipse((x, 200 + x % 90, x + 20, 225 + x % 90), outline="black", width=3)
    pieces = letter_pieces(page.sheet(), [])
    (row,) = rows_in(pieces, np.ones(len(pieces.boxes), bool), [(0, 0, 1000, 400)], [], SHAPE)
    assert 90 < row.box[0] < row.box[2] < 600
    assert 95 < row.box[1] < row.box[3] < 145
    assert rows_in(pieces, np.ones(len(pieces.boxes), bool), [(0, 180, 1000, 400)], [], SHAPE) == []


def test_a_short_row_is_a_label_in_a_figure_that_has_others() -> None:
    page = DrawnPage(1000, 400)
    page.text(100, 100, "труб")
    page.text(100, 300, "АГ")  # two letters are no row
    pieces = letter_pieces(page.sheet(), [])
    all_of_it, figure = np.ones(len(pieces.boxes), bool), [(0, 0, 1000, 400)]
    labels = [Word("труба", (600, 40 * row, 700, 40 * row + 20), 90.0) for row in range(8)]
    assert rows_in(pieces, all_of_it, figure, labels[:7], SHAPE) == []
    (row,) = rows_in(pieces, all_of_it, figure, labels, SHAPE)
    assert row.box[1] < 150


def test_a_lone_letter_is_lost_where_it_stands_in_a_line_or_in_a_table() -> None:
    line = text_line(100, 100, "Цена")
    digit = InkArea((300, 101, 315, 122), 1, 90, 21.0, False)
    assert lost_in_line(replace(digit, box=(185, 101, 200, 122)), [line], [], 30.0)
    assert not lost_in_line(replace(digit, box=(220, 101, 235, 122)), [line], [], 30.0)
    word = replace(digit, box=(220, 101, 252, 122), pieces=2)  # after the wide space of a justified line
    assert lost_in_line(word, [line], [], 30.0)
    assert not lost_in_line(replace(word, box=(300, 101, 332, 122)), [line], [], 30.0)
    assert not lost_in_line(replace(digit, box=(185, 130, 200, 151)), [line], [], 30.0)
    assert not lost_in_line(replace(digit, box=(185, 110, 200, 116)), [line], [], 30.0)  # a hyphen, or a speck
    assert lost_in_line(digit, [], [(0, 0, 900, 300)], 30.0)
    assert not lost_in_line(replace(digit, box=(300, 101, 304, 135)), [], [(0, 0, 900, 300)], 30.0)  # a ruling line


def test_a_border_of_ornaments_is_no_text_and_a_column_of_digits_is() -> None:
    page = DrawnPage(1000, 400)
    for x in range(40, 960, 40):
        page.draw.ellipse((x, 40, x + 14, 54), fill="black")
        page.draw.arc((x, 60, x + 24, 84), 0, 300, fill="black", width=3)
    page.text(100, 200, "20 417 5 936 1 280 74 059")
    pieces = letter_pieces(page.sheet(), [])
    areas = unread_areas(pieces, covered(pieces, [], SHAPE), SHAPE)
    assert [area.regular for area in areas if area.box[1] < 150] == [False]
    assert any(area.regular and area.box[1] > 150 for area in areas)


def test_a_broken_line_down_the_page_is_no_text() -> None:
    page = DrawnPage(1000, 400)
    for y in range(40, 360, 24):
        page.draw.line((500, y, 500, y + 12), fill="black", width=3)
    pieces = letter_pieces(page.sheet(), [])
    areas = unread_areas(pieces, covered(pieces, [], SHAPE), SHAPE)
    assert areas and not any(area.regular for area in areas)


def test_digits_of_seven_bars_are_no_pattern() -> None:
    page = DrawnPage(1000, 400)
    for digit in range(5):
        for x, y in ((0, 0), (34, 0), (0, 44), (34, 44))[: 2 + digit % 2]:
            page.draw.rectangle((200 + 80 * digit + x, 100 + y, 208 + 80 * digit + x, 130 + y), fill="black")
    areas = unread_areas(pieces := letter_pieces(page.sheet(), []), covered(pieces, [], SHAPE), SHAPE)
    assert any(area.regular for area in areas)


def test_words_of_a_line_that_was_read_badly_are_doubtful() -> None:
    poor = make_line([Word("9 13", UPPER, 58.0), Word("a", (480, 95, 500, 145), 50.0), Word("lett", LOWER, 60.0)])
    assert sorted(word.text for word in doubtful_words([poor])) == ["9 13", "lett"]
    fair = make_line([Word("слово", UPPER, 90.0), Word("lett", LOWER, 60.0)])
    assert doubtful_words([fair]) == []


def test_the_corner_of_a_pale_area_does_not_stand_out_and_a_pale_letter_does() -> None:
    page = DrawnPage(1000, 400)
    page.draw.rectangle((100, 100, 600, 160), fill="#d9e1f2")
    page.text(700, 110, "Д", 11, fill="#cccccc")
    sheet = page.sheet()
    assert not stands_out(InkArea((575, 100, 601, 125), 1, 300, 25.0, False), sheet)
    assert stands_out(InkArea((698, 108, 728, 146), 1, 300, 30.0, False), sheet)


def test_an_unsure_word_under_a_stamp_is_doubtful_in_a_sure_line() -> None:
    line = make_line([Word("срок", (100, 100, 160, 130), 95.0), Word("3ата", (300, 100, 360, 130), 50.0)])
    assert doubtful_words([line]) == []
    assert doubtful_words([line], [(250, 50, 400, 200)]) == [line.words[1]]
    assert doubtful_words([line], [(50, 50, 200, 200)]) == []


def test_a_word_that_the_text_does_not_have_accounts_for_nothing() -> None:
    given, lost, mark = (
        Word(text, (x, 100, x + 60, 130), 95.0) for text, x in (("срок", 100), ("дата", 300), ("—", 500))
    )
    assert delivered([given, lost, mark], [(98, 101, 161, 131)], SHAPE) == [given, mark]


def test_fine_print_beside_ordinary_type_has_pieces_and_a_row_of_dots_has_none() -> None:
    page = DrawnPage(1240, 400)
    page.text(100, 60, "within ten days", 14)
    page.text(700, 60, "conditions apply as agreed", 5)
    for x in range(100, 160, 8):
        page.draw.rectangle((x, 300, x + 4, 304), fill="black")
    sheet = page.sheet()
    boxes = letter_pieces(sheet, [text_line(100, 60, "within", "ten", "days", em=39.0)]).boxes
    assert sum(x0 >= 700 for x0, *_ in boxes.tolist()) >= 20
    assert not [box for box in boxes.tolist() if box[1] >= 290]


def test_rows_of_type_of_three_points_are_told_apart() -> None:
    page = DrawnPage(1240, 400)
    rows = [100 + 11 * row for row in range(8)]
    for y in rows:
        page.text(100, y, "within ten days conditions apply as agreed between parties", 3.2)
    sheet = page.sheet()
    pieces = letter_pieces(sheet, [])
    areas = unread_areas(pieces, np.zeros(len(pieces.boxes), bool), sheet.gray.shape)
    assert {y for y in rows if any(y <= (box[1] + box[3]) / 2 <= y + 11 for box in pieces.boxes.tolist())} == set(rows)
    assert areas and all(area.regular for area in areas)
