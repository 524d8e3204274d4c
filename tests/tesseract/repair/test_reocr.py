"""Words drawn here and misread on purpose, read again by themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Box
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.repair.reocr import reocr_cells, reocr_foreign_words
from ocr_service.tesseract.tables.cells import Cell
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DrawnPage


@pytest.fixture(scope="module")
def engines() -> dict[Script, TesseractEngine]:
    return {"cyrillic": TesseractEngine("rus"), "latin": TesseractEngine("eng")}


def looked_at(
    engines: dict[Script, TesseractEngine],
    drawn: str,
    read: str,
    confidence: float,
    script: Script,
    *,
    listed: bool = False,
) -> str:
    """What becomes of ``drawn``, which was ``read`` with ``confidence`` on a page in ``script``."""
    drawn_page = DrawnPage(600, 200)
    drawn_page.text(100, 80, drawn, 11)
    sheet = drawn_page.sheet()
    x, y, width, height = cv2.boundingRect((sheet.gray < 128).astype(np.uint8))
    line = make_line([Word(read, (x, y, x + width, y + height), confidence, listed=listed)])
    own = CropReader(engines[script], sheet)
    other = CropReader(engines["latin" if script == "cyrillic" else "cyrillic"], sheet)
    return reocr_foreign_words([line], script, own, other, Budget(60))[0].text


def test_a_surely_read_word_of_homoglyphs_is_read_again_on_a_russian_page(
    engines: dict[Script, TesseractEngine],
) -> None:
    assert looked_at(engines, "провод", "npoBog", 95.0, "cyrillic") == "провод"
    assert looked_at(engines, "ПВС", "nBC", 93.0, "cyrillic") == "ПВС"


def test_a_russian_word_that_the_dictionary_has_is_no_latin_one(engines: dict[Script, TesseractEngine]) -> None:
    assert looked_at(engines, "Рот", "Por", 97.0, "cyrillic") == "Рот"
    assert looked_at(engines, "Театр", "Tearp", 90.0, "cyrillic") == "Театр"
    assert looked_at(engines, "Опера", "Onepa", 96.0, "cyrillic") == "Опера"


def test_a_long_doubtful_word_gets_its_lost_letters(engines: dict[Script, TesseractEngine]) -> None:
    assert looked_at(engines, "обстоятельств", "обстоятельтв", 50.0, "cyrillic") == "обстоятельств"
    assert looked_at(engines, "обстоятельств", "обстоятельтв", 75.0, "cyrillic") == "обстоятельтв"


@pytest.mark.parametrize(
    "word", ["Brown", "CPU", "MAN", "Motor", "Excel", "PowerPoint", "PDF", "Microsoft", "info@example.com", "IV"]
)
@pytest.mark.parametrize("confidence", [60.0, 95.0])
def test_a_name_in_latin_stays_on_a_russian_page(
    engines: dict[Script, TesseractEngine], word: str, confidence: float
) -> None:
    assert looked_at(engines, word, word, confidence, "cyrillic") == word


def test_a_cyrillic_word_on_an_english_page_is_read_again(engines: dict[Script, TesseractEngine]) -> None:
    assert looked_at(engines, "page", "раде", 97.0, "latin") == "page"
    assert looked_at(engines, "GF(2)", "СЕ(2)", 84.0, "latin") == "GF(2)"
    assert looked_at(engines, "If this", "Ишв", 73.0, "latin") == "If this"


def test_what_is_no_russian_word_is_not_given_out_as_one_on_an_english_page(
    engines: dict[Script, TesseractEngine],
) -> None:
    assert looked_at(engines, "tränensäcken", "шапепзасКеп", 78.0, "latin").isascii()
    assert looked_at(engines, "Москва", "Москва", 96.0, "latin", listed=True) == "Москва"


def test_a_long_word_of_homoglyphs_that_no_dictionary_has_is_russian_on_a_russian_page(
    engines: dict[Script, TesseractEngine],
) -> None:
    assert looked_at(engines, "совковость", "COBKOBOCTb", 91.0, "cyrillic").lower() == "совковость"


def test_a_word_behind_a_ruling_line_is_in_the_page_s_alphabet(engines: dict[Script, TesseractEngine]) -> None:
    assert looked_at(engines, "|договор", "|qorosop", 70.0, "cyrillic") == "договор"


def test_a_doubtful_name_is_as_its_own_language_reads_it(engines: dict[Script, TesseractEngine]) -> None:
    assert looked_at(engines, "yaml", "yam!", 45.0, "cyrillic") == "yaml"


@pytest.mark.parametrize(("drawn", "read"), [("DNA", "ОМА"), ("API-90", "АР!-90"), ("HTTP", "НТТР"), ("HTTP", "HTTP")])
def test_an_acronym_is_latin_in_russian_text(engines: dict[Script, TesseractEngine], drawn: str, read: str) -> None:
    assert looked_at(engines, drawn, read, 93.0, "cyrillic") == drawn


@pytest.mark.parametrize("word", ["НАТО", "АТС", "СССР", "ГЭС", "МКАД", "УМЗ-417", "НЕТ"])
def test_a_russian_word_in_capitals_stays(engines: dict[Script, TesseractEngine], word: str) -> None:
    assert looked_at(engines, word, word, 93.0, "cyrillic") == word


def test_reading_a_cell_again_loses_no_word_that_was_read_surely() -> None:
    page = DrawnPage(1240, 400)
    page.text(100, 100, "payment", 11)
    page.text(600, 100, "681.20", 11)
    sheet = page.sheet()
    sure, doubtful = Word("payment", (100, 100, 240, 140), 96.0), Word("68l.2O", (600, 100, 710, 140), 20.0)

    class OnlyTheNumber(CropReader):
        def read(self, area: Box, em: float, lines: int = 1) -> list[Word]:
            return [Word("681.20", (600, 100, 710, 140), 95.0)]

    cell = Cell((80, 80, 900, 160), (sure, doubtful))
    crops = OnlyTheNumber(TesseractEngine("eng"), sheet)
    assert reocr_cells([[cell]], crops, Budget(40)) == [[cell]]
    alone = Cell((500, 80, 900, 160), (doubtful,))
    assert reocr_cells([[alone]], crops, Budget(40))[0][0].text == "681.20"


def test_a_cell_whose_word_came_in_two_parts_is_read_as_one_with_its_point(
    engines: dict[Script, TesseractEngine],
) -> None:
    page = DrawnPage(600, 200)
    page.text(100, 80, "No.", 14)
    sheet = page.sheet()
    x, y, _, height = cv2.boundingRect((sheet.gray < 128).astype(np.uint8))
    parts = Word("N", (x, y, x + 28, y + height), 92.0), Word("o", (x + 32, y + 8, x + 54, y + height), 86.0)
    cell = Cell((80, 60, 300, 140), parts)
    ((read,),) = reocr_cells([[cell]], CropReader(engines["latin"], sheet), Budget(4))
    assert read.text == "No."


def test_a_cell_of_two_close_lines_is_read_line_by_line_with_the_comma_of_the_first(
    engines: dict[Script, TesseractEngine],
) -> None:
    page = DrawnPage(600, 300)
    page.text(100, 80, "Таб.", 12, bold=True)
    page.text(112, 118, "№", 12, bold=True)
    page.text(300, 80, "724-56-80,", 12)
    page.text(300, 118, "доб. 141", 12)
    left, right = (80, 60, 260, 180), (280, 60, 580, 180)
    cells = [
        Cell(left, (Word("таб.", (100, 80, 170, 150), 63.0),)),
        Cell(right, (Word("мт", (300, 80, 400, 150), 32.0),)),
    ]
    page.text(100, 220, "122", 12)
    beside = Cell((80, 200, 260, 260), (Word("122", page.ink_box(0, 200), 95.0),) * 3)  # they tell the font size
    ((_, head, telephone),) = reocr_cells([[beside, *cells]], CropReader(engines["cyrillic"], page.sheet()), Budget(4))
    assert (head.text, telephone.text) == ("Таб. №", "724-56-80, доб. 141")


@pytest.mark.parametrize(
    ("drawn", "read"),
    [
        ("обозн.", "0603H."),
        ("руб.;", "py6.;"),
        ("F0634", "F0634"),
        ("А30", "А30"),
        ("F0B36", "F0B36"),
        ("30x40", "30x40"),
    ],
)
def test_small_russian_letters_that_were_read_as_digits_are_read_again(
    engines: dict[Script, TesseractEngine], drawn: str, read: str
) -> None:
    assert looked_at(engines, drawn, read, 91.0, "cyrillic") == drawn


@pytest.mark.parametrize(("drawn", "read"), [("Ед.", "Eq."), ("мм", "mm"), ("КПД", "Kng"), ("ПВО", "nBO")])
def test_a_russian_word_is_in_capitals_where_its_latin_reading_is(
    engines: dict[Script, TesseractEngine], drawn: str, read: str
) -> None:
    assert looked_at(engines, drawn, read, 79.0, "cyrillic", listed=True) == drawn
