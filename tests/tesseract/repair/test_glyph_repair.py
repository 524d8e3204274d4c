"""Glyphs repaired by their ink, which is drawn here as blocks."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.tesseract.repair.glyph_repair import repair_glyphs, with_bullet, without_inkless_marks
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import EM, DrawnPage, sheet_of_ink, text_line

BASELINE = 72


def ink_with_text() -> Gray:
    """Two letters of 22 pixels at x = 200, standing on the baseline."""
    ink = np.zeros((120, 400), np.uint8)
    ink[50:BASELINE, 200:214] = 255
    ink[50:BASELINE, 220:234] = 255
    return ink


def test_a_disc_before_its_text_is_a_bullet_whatever_it_was_read_as() -> None:
    ink = ink_with_text()
    ink[56:67, 170:181] = 255
    line = make_line([Word("e", (170, 56, 181, 67), 60.0), Word("ИН", (200, 50, 234, BASELINE), 90.0)])
    assert with_bullet(line, sheet_of_ink(ink)).text == "• ИН"


def test_a_letter_of_the_line_in_the_column_before_is_no_bullet() -> None:
    ink = ink_with_text()
    ink[56:67, 170:181] = 255
    line = make_line([Word("ИН", (200, 50, 234, BASELINE), 90.0)])
    column = make_line([Word("после", (110, 56, 182, 67), 90.0)])
    assert with_bullet(line, sheet_of_ink(ink)).text == "• ИН"
    assert with_bullet(line, sheet_of_ink(ink), [column]) is line


def test_text_without_a_blob_before_it_stays() -> None:
    line = make_line([Word("ИН", (200, 50, 234, BASELINE), 90.0)])
    assert with_bullet(line, sheet_of_ink(ink_with_text())).text == "ИН"


def test_a_dash_without_ink_is_dropped_and_one_with_ink_stays() -> None:
    ink = ink_with_text()
    ink[60:63, 300:320] = 255
    text = Word("ИН", (200, 50, 234, BASELINE), 90.0)
    here, nowhere = Word("—", (300, 55, 320, 66), 60.0), Word("—", (350, 55, 370, 66), 60.0)
    kept = without_inkless_marks(make_line([text, here, nowhere]), sheet_of_ink(ink))
    assert kept is not None
    assert kept.text == "ИН —"
    assert without_inkless_marks(make_line([nowhere]), sheet_of_ink(ink)) is None


@pytest.mark.parametrize(("length", "written"), [(0.26, "-"), (0.5, "–"), (0.8, "—"), (0.6, "-")])
def test_a_lone_dash_is_of_the_kind_that_its_length_says(length: float, written: str) -> None:
    ink = np.zeros((120, 400), np.uint8)
    ink[63:66, 300 : 300 + round(length * EM)] = 255
    word = Word("-", (298, 55, 330, 70), 90.0)
    (repaired,) = repair_glyphs([word], EM, sheet_of_ink(ink), float(BASELINE))
    assert repaired.text == written


@pytest.mark.parametrize(("drawn", "read"), [("m²", "m?"), ("м³", "мз"), ("м²", "м2")])
def test_a_superscript_is_told_by_its_ink(drawn: str, read: str) -> None:
    page = DrawnPage(300, 120)
    page.text(60, 40, drawn, 12)
    sheet = page.sheet()
    box = page.ink_box()
    (repaired,) = repair_glyphs([Word(read, box, 80.0)], 12 * 200 / 72, sheet, float(box[3]))
    assert repaired.text[-1] == drawn[-1]


def test_a_times_sign_between_digits_is_told_from_a_letter() -> None:
    page = DrawnPage(400, 120)
    page.text(60, 40, "3×4", 12)
    sheet = page.sheet()
    box = page.ink_box()
    (repaired,) = repair_glyphs([Word("3x4", box, 80.0)], 12 * 200 / 72, sheet, float(box[3]))
    assert repaired.text == "3×4"


def test_a_line_without_marks_is_left_as_it_was_read() -> None:
    words = text_line(100, 50, "Обычный", "текст").words
    assert repair_glyphs(words, EM, sheet_of_ink(np.zeros((120, 400), np.uint8)), 72.0) == list(words)


def test_a_minus_sign_in_a_cell_is_none_the_less_one_beside_a_comma_that_hangs() -> None:
    page = DrawnPage(600, 200)
    page.text(100, 80, "−8760,78")
    ink = page.sheet().ink
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    (word,) = repair_glyphs([Word("—8760,78", box, 90.0)], EM, page.sheet())
    assert word.text == "−8760,78"


@pytest.mark.parametrize("read", ["=—", "_", "=", "_—"])
def test_one_level_bar_is_a_dash_whatever_it_was_read_as(read: str) -> None:
    ink = np.zeros((120, 400), np.uint8)
    ink[BASELINE - 10 : BASELINE - 7, 100:128] = 255
    word = Word(read, (100, BASELINE - 22, 128, BASELINE), 60.0)
    assert repair_glyphs([word], EM, sheet_of_ink(ink), float(BASELINE))[0].text == "—"


def test_two_bars_and_a_bar_under_the_line_stay_what_they_are() -> None:
    ink = np.zeros((120, 400), np.uint8)
    ink[BASELINE - 14 : BASELINE - 11, 100:120] = ink[BASELINE - 7 : BASELINE - 4, 100:120] = 255
    ink[BASELINE + 2 : BASELINE + 4, 200:220] = 255
    words = [Word("=", (100, BASELINE - 14, 120, BASELINE - 4), 60.0)]
    words.append(Word("_", (200, BASELINE + 2, 220, BASELINE + 4), 60.0))
    assert [w.text for w in repair_glyphs(words, EM, sheet_of_ink(ink), float(BASELINE))] == ["=", "_"]
