"""Where formulas are looked for, and which ink belongs to them."""

from __future__ import annotations

import numpy as np

from ocr_service.document import Region
from ocr_service.reading.ink_formulas.pieces import Piece
from ocr_service.reading.ink_formulas.zones import MOST_PIECES, formula_boxes, zone_pieces
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import text_line

_PROSE = text_line(100, 100, "This", "sentence", "fills", "whole", "lines", "without", "formulas", step=160)


def row(count: int, y: int) -> list[Piece]:
    """Signs of ten pixels, ten apart."""
    return [
        Piece((20 * n, y, 20 * n + 10, y + 10), np.ones((10, 10), np.uint8), y * MOST_PIECES + n) for n in range(count)
    ]


def test_ink_goes_on_from_sign_to_sign() -> None:
    assert len(zone_pieces([*row(40, 0), *row(40, 100)], [(0, 0, 15, 12)], [], em=20.0)) == 40


def test_a_stop_may_have_white_before_it() -> None:
    pieces = [*row(2, 0), Piece((50, 7, 53, 10), np.ones((3, 3), np.uint8), -1)]
    assert zone_pieces(pieces, [(0, 0, 15, 12)], [], em=20.0) == pieces
    assert len(zone_pieces([*row(2, 0), *row(6, 0)[5:]], [(0, 0, 15, 12)], [], em=20.0)) == 2


def test_a_number_has_its_formula_beside_it_where_nothing_was_read() -> None:
    prose = make_line([Word("sentence", (100 + 150 * n, 100, 240 + 150 * n, 128), 95.0) for n in range(7)])
    seen = [Region("formula", (300, 600, 700, 660), 0, 0.9)]
    number = make_line([Word("(12)", (1080, 400, 1140, 428), 95.0)])
    beside = (100, 400, 1080, 428)
    assert beside in formula_boxes(seen, [prose, number])
    read = make_line([Word("as", (200, 400, 240, 428), 95.0)])
    assert beside not in formula_boxes(seen, [prose, number, read])
    assert beside not in formula_boxes([Region("formula", (300, 380, 700, 440), 0, 0.9)], [prose, number])


def test_words_of_prose_end_a_formula() -> None:
    prose = make_line([Word("where", (100, 0, 200, 10), 95.0)], 1.0)
    assert len(zone_pieces(row(40, 0), [(0, 0, 15, 12)], [prose], em=20.0)) == 5


def test_a_page_of_signs_without_end_is_not_followed() -> None:
    found = zone_pieces(row(3 * MOST_PIECES, 0), [(0, 0, 40 * MOST_PIECES, 12)], [], em=20.0)
    assert MOST_PIECES < len(found) < 3 * MOST_PIECES


def test_a_page_of_prose_is_not_looked_at() -> None:
    assert formula_boxes([], [_PROSE, text_line(400, 160, "Total")]) == []


def test_an_indented_line_that_relates_something_is_looked_at() -> None:
    line = text_line(500, 160, "21", "+", "22", "=", "21")
    assert formula_boxes([], [_PROSE, line]) == [line.box]
    assert formula_boxes([], [_PROSE, text_line(100, 160, "21", "=", "22")]) == []


def test_what_the_model_sees_is_looked_at_with_the_lines_beside() -> None:
    seen = Region("formula", (400, 200, 700, 260), 0, 0.8)
    line = text_line(500, 300, "n=1")
    assert formula_boxes([seen], [_PROSE, line]) == [seen.bbox, line.box]
    unsure = Region("formula", (400, 200, 700, 260), 0, 0.2)
    assert formula_boxes([unsure], [_PROSE]) == []


def test_a_line_of_prose_inside_what_the_model_sees_is_no_part_of_a_formula() -> None:
    whole = text_line(0, 100, "This", "sentence", "fills", "whole", "lines")
    short = text_line(0, 60, "Therefore,", "with", "E")
    pieces = [*row(7, 5), *row(7, 65), *row(7, 105), *row(7, 165)]
    found = zone_pieces(pieces, [(0, 0, 800, 180)], [whole, short], em=20.0)
    assert sorted({piece.box[1] for piece in found}) == [5, 165]


def test_words_of_a_formula_s_own_line_beside_its_box_are_a_part_of_it() -> None:
    line = make_line([Word("=", (0, 0, 10, 10), 90.0), Word("sin", (20, 0, 110, 10), 95.0)], 1.0)
    assert len(zone_pieces(row(6, 0), [(0, 0, 15, 12)], [line], em=20.0)) == 6


def test_ink_goes_on_over_white_as_wide_as_beside_a_relation() -> None:
    wide = Piece((24, 0, 50, 10), np.ones((10, 26), np.uint8), 7)
    assert wide in zone_pieces([*row(1, 0), wide], [(0, 0, 15, 12)], [], em=20.0)
