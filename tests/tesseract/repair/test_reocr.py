"""Words drawn here and misread on purpose, read again by themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Box
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.acronyms import latin_acronym
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.repair.reocr import reocr_foreign_words
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


@pytest.mark.parametrize(("read", "in_english", "latin"), [("АЛТ", "AJIT", None), ("НТМЕ", "HTML", "HTML")])
def test_a_cyrillic_letter_that_english_reads_as_two_is_no_acronym(
    engines: dict[Script, TesseractEngine], read: str, in_english: str, latin: str | None
) -> None:
    class English(CropReader):
        def read(self, area: Box, em: float, lines: int = 1) -> list[Word]:
            return [Word(in_english, area, 97.0, listed=True)]

    sheet, word = DrawnPage(300, 100).sheet(), Word(read, (10, 10, 90, 40), 93.0)
    russian, english = CropReader(engines["cyrillic"], sheet), English(engines["latin"], sheet)
    assert latin_acronym(word, russian, english, 30.0) == latin


@pytest.mark.parametrize("word", ["НАТО", "АТС", "СССР", "ГЭС", "МКАД", "УМЗ-417", "НЕТ"])
def test_a_russian_word_in_capitals_stays(engines: dict[Script, TesseractEngine], word: str) -> None:
    assert looked_at(engines, word, word, 93.0, "cyrillic") == word


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
