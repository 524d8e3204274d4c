"""Words and lines, their sizes and baselines."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.words import Word, make_line, reading_score, split_by_box, sure_share
from tests.support.sheets import text_line


def test_a_words_font_size_is_that_of_its_letters() -> None:
    assert Word("сосна", (0, 0, 60, 16), 90.0).em == pytest.approx(16 / 0.53)
    assert Word("Сосна", (0, 0, 60, 22), 90.0).em == pytest.approx(22 / 0.73)
    assert Word("—", (0, 0, 20, 2), 90.0).em is None


def test_a_line_is_ordered_and_its_baseline_is_that_of_standing_words() -> None:
    line = make_line([Word("руку", (50, 6, 90, 28), 80.0), Word("На", (0, 0, 30, 22), 90.0)])
    assert line.text == "На руку"
    assert line.box == (0, 0, 90, 28)
    assert line.baseline == 22
    assert line.confidence == pytest.approx((2 * 90 + 4 * 80) / 6)


def test_a_line_is_split_at_a_box() -> None:
    line = text_line(100, 50, "слева", "справа", step=400)
    inner, outer = split_by_box([line], (0, 0, 300, 100))
    assert [part.text for part in inner] == ["слева"]
    assert [part.text for part in outer] == ["справа"]


def test_sure_words_score_by_their_letters_and_garbage_does_not() -> None:
    good = make_line([Word("Договор", (0, 0, 105, 22), 100.0), Word("от", (115, 6, 145, 22), 75.0)])
    garbage = make_line([Word("eEuo", (0, 0, 60, 22), 30.0), Word("x", (70, 0, 80, 22), 95.0)])
    assert reading_score([good]) == pytest.approx(7 + 2 * 0.5)
    assert reading_score([garbage]) == 0.0
    assert sure_share([good, garbage]) == pytest.approx(9 / 14)
    assert sure_share([]) == 0.0


def test_a_word_on_its_side_is_not_sure() -> None:
    assert reading_score([make_line([Word("Договор", (0, 0, 22, 105), 95.0)])]) == 0.0


def test_what_was_read_into_a_leader_tells_no_size_of_type() -> None:
    name, dots = Word("Подпись:", (100, 100, 200, 128), 40.0), Word("......ccccccc", (210, 118, 600, 124), 0.0)
    assert make_line([name, dots]).em == make_line([name]).em
    assert make_line([dots]).em > 0


def test_words_that_run_up_the_page_stay_in_their_order_and_have_their_size_across() -> None:
    words = [
        Word("cases", (52, 300, 72, 380), 90.0),
        Word("per", (50, 240, 72, 290), 90.0),
        Word("1", (52, 220, 68, 230), 90.0),
    ]
    line = make_line(words)
    assert line.is_sideways
    assert line.text == "cases per 1"
    assert line.em == pytest.approx(20 / 0.53)
    assert not make_line([Word("Total", (0, 0, 90, 22), 90.0), Word("II", (100, 0, 108, 22), 90.0)]).is_sideways


def test_a_word_in_an_empty_box_has_a_size_that_can_be_divided_by() -> None:
    assert make_line([Word("eqs(p,", (686, 620, 686, 644), 99.0)]).em >= 1.0
