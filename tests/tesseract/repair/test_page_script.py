"""Pages of a few drawn words, misread on purpose, and the alphabet that is found for them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ppocr import Glyph, PpOcr
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.repair.page_script import ReadGlyphs, languages_by_script, page_script
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DrawnPage, sheet_of


@pytest.fixture(scope="module")
def engines() -> dict[Script, TesseractEngine]:
    return {"cyrillic": TesseractEngine("rus"), "latin": TesseractEngine("eng")}


@pytest.fixture(scope="module")
def ppocr() -> PpOcr:
    return PpOcr()


def test_languages_are_parted_by_their_alphabets() -> None:
    assert languages_by_script("rus+eng+ukr") == {"cyrillic": "rus+ukr", "latin": "eng"}
    assert languages_by_script("deu+eng") == {"latin": "deu+eng"}


def read(*texts: str, confidence: float = 95.0) -> list[Line]:
    return [make_line([Word(text, (100 * n, 0, 100 * n + 80, 20), confidence) for n, text in enumerate(texts)])]


def test_words_of_homoglyphs_say_nothing_of_a_page_s_script() -> None:
    assert page_script(read("Coffee", "Теа", "Coca", "Cola", "Теа", "ТМ", "Wafers", "Kinds"), {})[0] == "latin"
    assert page_script(read("Кофе", "HOT", "чай", "CAXAP", "булочки", "изюм", "жаркое"), {})[0] == "cyrillic"
    assert page_script(read("ХХХ", "ХХХ", "ХХХ", "ТМ", "АВС", "ТОР", "СОРЕ", "ТАХ"), {})[0] is None


def test_a_page_of_few_words_has_the_script_of_those_that_only_one_alphabet_has() -> None:
    assert page_script(read("Fontsize:", "ХХХ"), {})[0] == "latin"
    assert page_script(read("Шрифт:", "XXX", "кегль"), {})[0] == "cyrillic"
    assert page_script(read("Fontsize:", "ХХХ", confidence=70.0), {})[0] is None


def test_few_words_in_both_alphabets_say_nothing() -> None:
    assert page_script(read("Fontsize:", "шрифт"), {})[0] is None


def drawn(
    engines: dict[Script, TesseractEngine],
    ppocr: ReadGlyphs,
    *texts: str,
    misread: Sequence[str] | None = None,
    lean: float = 0.0,
) -> tuple[Script | None, str]:
    """The script of a page with these words and no others, each ``misread``, and what becomes of them.

    ``lean``: pixels across for each down, by which the letters lean.
    """
    page = DrawnPage(1000, 400)
    for place, text in enumerate(texts):
        page.text(100, 50 + 80 * place, text, 11)
    shear = np.array([[1, -lean, 60 * lean], [0, 1, 0]])
    sheet = sheet_of(cv2.warpAffine(page.gray(), shear, (1000, 400), borderValue=(255,)).astype(np.uint8))
    lines = [
        make_line([Word(text, (95, 45 + 80 * place, 600, 100 + 80 * place), 80.0)])
        for place, text in enumerate(misread or ["xxxx"] * len(texts))
    ]
    script, mended = page_script(lines, {name: CropReader(e, sheet) for name, e in engines.items()}, ppocr)
    return script, " ".join(line.text for line in mended)


def test_a_page_of_few_words_is_in_the_alphabet_that_reads_them_better(
    engines: dict[Script, TesseractEngine], ppocr: PpOcr
) -> None:
    assert drawn(engines, ppocr, "paper", "apex")[0] == "latin"
    assert drawn(engines, ppocr, "He made one")[0] == "latin"
    assert drawn(engines, ppocr, "Нет", "Сумма")[0] == "cyrillic"


@pytest.mark.parametrize("word", ["Номер", "Опера", "Адрес"])
def test_a_word_that_only_the_russian_dictionary_has_is_russian(
    engines: dict[Script, TesseractEngine], ppocr: PpOcr, word: str
) -> None:
    assert drawn(engines, ppocr, word)[0] == "cyrillic"


@pytest.mark.parametrize(("word", "as_russian"), [("Page", "Раде"), ("Name", "Мате"), ("Home", "Ноте")])
def test_a_word_that_both_dictionaries_have_is_what_its_letters_show(
    engines: dict[Script, TesseractEngine], ppocr: PpOcr, word: str, as_russian: str
) -> None:
    assert drawn(engines, ppocr, word, misread=[as_russian])[0] == "latin"
    assert drawn(engines, ppocr, as_russian)[0] == "cyrillic"


def test_few_words_that_fit_both_leave_it_open(engines: dict[Script, TesseractEngine], ppocr: PpOcr) -> None:
    assert drawn(engines, ppocr, "TOP")[0] is None
    assert drawn(engines, ppocr)[0] is None


def test_few_words_in_both_alphabets_are_each_read_in_their_own(
    engines: dict[Script, TesseractEngine], ppocr: PpOcr
) -> None:
    assert drawn(engines, ppocr, "Page", "Страница", misread=["Раде", "Страница"]) == (None, "Page Страница")
    assert drawn(engines, ppocr, "Имя", "Name", misread=["Имя", "Мате"]) == (None, "Имя Name")


def test_slanted_letters_are_not_told_by_pp_ocr(engines: dict[Script, TesseractEngine]) -> None:
    pictures: list[Gray] = []

    def ppocr(picture: Gray) -> list[Glyph]:
        pictures.append(picture)
        return []

    drawn(engines, ppocr, "Page", lean=0.2)
    assert not pictures
    drawn(engines, ppocr, "Page")
    assert len(pictures) == 1


@pytest.mark.parametrize("seed", [9, 11])
def test_signs_that_no_language_reads_make_no_page_mixed(
    engines: dict[Script, TesseractEngine], ppocr: PpOcr, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    page = DrawnPage(1000, 400)
    page.text(100, 50, "Linux", 11)
    for x in (100, 134, 168):
        for _ in range(9):
            left, top = (int(side) for side in rng.integers(0, 26, 2))
            level, end = rng.random() < 0.5, int(rng.integers(8, 24))
            right, bottom = (min(28, left + end), top) if level else (left, min(28, top + end))
            page.draw.line((x + left, 130 + top, x + right, 130 + bottom), fill="black", width=3)
    sheet = page.sheet()
    lines = [make_line([Word("Linux", (95, 45, 300, 100), 95.0)]), make_line([Word("ПЗУ", (95, 125, 210, 165), 10.0)])]
    crops = {name: CropReader(engine, sheet) for name, engine in engines.items()}
    assert page_script(lines, crops, ppocr)[0] == "latin"
