"""Words and lines, their sizes and baselines."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.words import Word, make_line, split_by_box
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
