"""Areas that the first pass left out, read by themselves."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.geometry.ink_areas import InkArea
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.ink_ledger import covered, letter_pieces, unread_areas
from ocr_service.tesseract.ledger.missed_text import are_scattered, read_missed, scale_of, surest, with_found
from ocr_service.tesseract.words import Word, make_line, without_overlaps
from tests.support.sheets import DrawnPage, text_line


def test_a_line_and_a_lone_digit_that_were_missed_are_read_at_their_places() -> None:
    page = DrawnPage(1000, 400)
    page.text(100, 100, "The supplier shall deliver")
    page.text(100, 200, "within ten days")
    page.text(800, 200, "7")
    sheet = page.sheet()
    first = Word("The supplier shall deliver", (100, 103, 700, 134), 95.0)
    pieces = letter_pieces(sheet, [make_line([first])])
    areas = unread_areas(pieces, covered(pieces, [first], (400, 1000)), (400, 1000))
    found = read_missed(areas, pieces, [first], sheet, TesseractEngine("eng"))
    assert sorted(line.text for line in found) == ["7", "within ten days"]
    digit = next(line for line in found if line.text == "7")
    assert abs(digit.box[0] - 800) < 8
    assert 195 < digit.box[1] < 240


def test_a_long_column_of_labels_is_read_at_once() -> None:
    page = DrawnPage(1000, 2000)
    words = []
    for number in range(40):
        page.text(60, 40 + 48 * number, f"[{number + 11}]", 10)
        page.text(160, 40 + 48 * number, "An entry of the list", 10)
        words.append(Word("An entry of the list", (158, 42 + 48 * number, 470, 74 + 48 * number), 95.0))
    sheet = page.sheet()
    pieces = letter_pieces(sheet, [make_line([word]) for word in words])
    areas = unread_areas(pieces, covered(pieces, words, (2000, 1000)), (2000, 1000))
    found = read_missed(areas, pieces, words, sheet, TesseractEngine("eng"))
    read = {line.text for line in found}
    assert len(read & {f"[{number + 11}]" for number in range(40)}) > 36


def test_a_column_of_numbers_in_areas_of_several_lines_is_read_once() -> None:
    page = DrawnPage(400, 2000)
    for number in range(24):
        page.text(60, 40 + 80 * number, f"{number + 211}", 8)
    sheet = page.sheet()
    pieces = letter_pieces(sheet, [text_line(0, 0, "word")])
    areas = [InkArea((60, 40 + 480 * part, 110, 470 + 480 * part), 18, 3000, 18.0, regular=True) for part in range(4)]
    found = read_missed(areas, pieces, [], sheet, TesseractEngine("eng"))
    read = [word.text for line in found for word in line.words]
    assert len(read) == len(set(read)) > 20


def test_numbers_over_a_bar_and_in_a_ring_are_read_without_these() -> None:
    page = DrawnPage(1000, 400)
    page.text(100, 100, "39", 8)
    page.draw.rectangle((90, 126, 170, 300), fill="#777777")
    page.draw.ellipse((400, 80, 475, 155), outline="black", width=4)
    page.text(420, 102, "80", 10, bold=True)
    sheet = page.sheet()
    pieces = letter_pieces(sheet, [text_line(0, 0, "word")])
    areas = unread_areas(pieces, covered(pieces, [], (400, 1000)), (400, 1000))
    found = read_missed(areas, pieces, [], sheet, TesseractEngine("eng"))
    assert sorted(line.text for line in found) == ["39", "80"]


def test_nothing_is_read_where_nothing_was_missed() -> None:
    sheet = DrawnPage(600, 200).sheet()
    assert read_missed([], letter_pieces(sheet, []), [], sheet, TesseractEngine("eng")) == []


def test_doubtful_words_give_way_to_what_was_read_in_their_place() -> None:
    line = text_line(100, 100, "слово", "garbage", "конец")
    first, doubtful, last = line.words
    found = [make_line([Word("мусор", doubtful.box, 90.0)])]
    read = make_line([first, replace(doubtful, confidence=40.0), last])
    assert [part.text for part in with_found([read], [first, last], found)] == ["слово мусор конец"]
    assert with_found([line], [first, last], []) == [line]


def test_a_word_stays_where_only_a_part_of_it_was_found() -> None:
    line = text_line(100, 100, "Intelligence", "Project--RLE", "and")
    first, whole, last = line.words
    x0, y0, _, y1 = whole.box
    part = make_line([Word("Pro", (x0, y0, x0 + 50, y1), 68.0)])
    assert with_found([line], [first, last], [part]) == [line]
    longer = make_line([Word("Project--RLE-MIT", (x0 - 4, y0, whole.box[2], y1), 90.0)])
    assert [part.text for part in with_found([line], [first, last], [longer])] == ["Intelligence Project--RLE-MIT and"]


def test_a_word_whose_box_reaches_into_the_line_above_stays() -> None:
    above, below = text_line(100, 100, "saved", "will", "place"), text_line(100, 140, "decrement", "is", "a")
    first, lost, last = above.words
    before, tall, after = below.words
    tall = replace(tall, box=(lost.box[0], lost.box[3] - 3, lost.box[2], tall.box[3]))
    read = [make_line([first, last]), make_line([before, tall, after])]
    joined = with_found(read, [first, last, before, after], [make_line([lost])])
    assert [part.text for part in joined] == ["saved will place", make_line([before, tall, after]).text]


def test_words_whose_boxes_reach_into_the_next_stand_in_one_line() -> None:
    line = text_line(100, 100, "matrix", "of", "C", "is")
    first, of, letter, last = line.words
    read = make_line([replace(of, box=(*of.box[:2], letter.box[2] - 2, of.box[3])), letter])
    assert [part.text for part in with_found([line], [first, last], [without_overlaps(read)])] == ["matrix of C is"]


def test_a_found_word_joins_the_line_it_stands_on_and_no_other() -> None:
    line = text_line(300, 100, "instrument", "must")
    x0, y0, x1, y1 = line.box
    before = Word("The", (x0 - 80, y0, x0 - 12, y1), 95.0)
    column = Word("Total", (x1 + round(4 * line.em), y0, x1 + round(7 * line.em), y1), 95.0)
    below = Word("below", (x0, y1 + 30, x0 + 90, y1 + 60), 95.0)
    joined = with_found([line], line.words, [make_line([before]), make_line([column]), make_line([below])])
    assert [part.text for part in joined] == ["The instrument must", "Total", "below"]


def test_a_found_word_joins_no_line_that_only_a_tall_box_makes_reach_it() -> None:
    above, line = text_line(100, 100, "noticed", "that", "my"), text_line(100, 136, "the", "night", "watchman")
    *first, tall = above.words
    long = make_line([*first, replace(tall, box=(700, *tall.box[1:2], 760, line.box[3]))])
    *read, lost = line.words
    joined = with_found([long, make_line(read)], [*long.words, *read], [make_line([lost])])
    assert [part.text for part in joined] == ["noticed that my", "the night watchman"]


def test_labels_all_over_a_drawing_are_read_between_its_lines() -> None:
    page = DrawnPage(1600, 1200)
    names = ["pump", "valve", "motor", "filter", "panel", "sensor", "hinge", "crane"]
    for line in range(9):
        page.draw.line((60 + 170 * line, 30, 1540 - 160 * line, 1170), fill="black", width=3)
    placed = [(60 + 400 * column, 60 + 140 * row) for row in range(8) for column in range(4)]
    for place, (x, y) in enumerate(placed):
        name = f"{names[place % 8]} {place + 10}"
        page.draw.rectangle((x - 12, y - 8, x + 170, y + 38), fill="white")
        page.text(x, y, name, 8)
    sheet = page.sheet()
    pieces = letter_pieces(sheet, [])
    areas = unread_areas(pieces, covered(pieces, [], (1200, 1600)), (1200, 1600))
    assert are_scattered(areas, [])
    words = [word.text for line in read_missed(areas, pieces, [], sheet, TesseractEngine("eng")) for word in line.words]
    assert sum(str(place + 10) in words for place in range(32)) >= 30
    assert sum(word in names for word in words) >= 30
    assert len(words) <= 70  # none twice


def test_words_that_many_lines_lost_are_no_labels() -> None:
    areas = [InkArea((300, 60 * line, 380, 60 * line + 30), 5, 900, 30.0, True) for line in range(20)]
    beside = [Word("page", (200, 60 * line, 290, 60 * line + 30), 95.0) for line in range(20)]
    assert are_scattered(areas, []) and not are_scattered(areas, beside)
    assert are_scattered(areas, beside[:4]) and not are_scattered(areas[:12], [])


def test_small_letters_are_enlarged_as_far_as_their_area_is_not_too_large() -> None:
    assert scale_of((0, 0, 300, 40), 12) == 2.0 and scale_of((0, 0, 300, 40), 60) == 1.0
    assert 1.0 < scale_of((0, 0, 2000, 2300), 10) < 2.0
    assert scale_of((0, 0, 5000, 5000), 10) == 1.0


def test_only_the_surest_words_among_labels_are_not_read_again() -> None:
    sure, likely = Word("pump", (0, 0, 40, 20), 92.0), Word("Blass", (0, 0, 40, 20), 60.0)
    assert surest([sure, likely]) == [sure]
