"""Words in the other alphabet, put right by what stands around them."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.repair.homoglyphs import (
    Script,
    resolve_homoglyphs,
    with_latin_shapes,
)
from ocr_service.tesseract.repair.look_alikes import looks_like, may_be_cyrillic
from ocr_service.tesseract.words import Line, Word, make_line

DIGIT, SMALL = 22, 16  # pixels: heights of the letters of a font of 30


def line(text: str) -> Line:
    """The words of ``text`` as digits and capitals stand; ``˅`` before a word makes it as low as a small letter."""
    words, x = [], 0
    for piece in text.split():
        top = DIGIT - SMALL if piece.startswith("˅") else 0
        words.append(Word(piece.removeprefix("˅"), (x, top, x + 15 * len(piece), DIGIT), 95.0))
        x += 15 * len(piece) + 10
    return make_line(words)


def resolved(text: str, page: Script | None = None) -> str:
    return resolve_homoglyphs(line(text), page).text


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("стоимость 250 py6. за мешок", "стоимость 250 руб. за мешок"),
        ("масса изделия 25 Kr, не более", "масса изделия 25 кг, не более"),
        ("на складе 40 wT. кирпича", "на складе 40 шт. кирпича"),
        ("мощность двигателя 5 kBT и более", "мощность двигателя 5 кВт и более"),
        ("достигла в 2023 r. предела", "достигла в 2023 г. предела"),
        ("каждые 500 u работы меняют", "каждые 500 ч работы меняют"),
    ],
)
def test_a_unit_after_a_number_of_a_russian_line_is_russian(read: str, written: str) -> None:
    assert resolved(read) == written


@pytest.mark.parametrize(
    "text", ["партия в 40 pcs. товара", "мощность 5 kW насоса", "длина 40 mm трубы", "масса 3 kg груза"]
)
def test_a_latin_unit_in_a_russian_line_stays(text: str) -> None:
    assert resolved(text) == text


def test_a_unit_of_an_english_line_stays() -> None:
    assert resolved("the rate was 25 Kr, not more") == "the rate was 25 Kr, not more"


def test_a_digit_as_low_as_a_small_letter_after_a_number_is_the_hour() -> None:
    assert resolved("каждые 500 ˅4 работы") == "каждые 500 ч работы"
    assert resolved("не позднее 13:15 ˅4. по местному времени") == "не позднее 13:15 ч. по местному времени"
    assert resolved("каждые 500 4 работы") == "каждые 500 4 работы"


def test_an_old_style_digit_that_hangs_below_the_line_stays_a_digit() -> None:
    words = list(line("строки 168 ˅4 и далее").words)
    x0, y0, x1, y1 = words[2].box
    words[2] = Word("4", (x0, y0, x1, y1 + 6), 95.0)
    assert resolve_homoglyphs(make_line(words)).text == "строки 168 4 и далее"


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("трубы из стали 12X18H10T.", "трубы из стали 12Х18Н10Т."),
        ("трансформатор TT-160 в шкафу", "трансформатор ТТ-160 в шкафу"),
        ("цемент M500, мешок", "цемент М500, мешок"),
        ("насос K20/30 с клапаном", "насос К20/30 с клапаном"),
        ("климатическое исполнение YXJ14", "климатическое исполнение УХЛ4"),
        ("болт M12x60 оцинкованный", "болт М12x60 оцинкованный"),
    ],
)
def test_a_mark_of_nothing_but_look_alikes_is_of_its_lines_alphabet(read: str, written: str) -> None:
    assert resolved(read) == written


@pytest.mark.parametrize(
    "text",
    [
        "степень защиты IP54 по паспорту",
        "контроллеры S7-1200 и порт RS-485 входят",
        "договор B2B между сторонами",
        "формула H2O известна всем",
        "в начале XX века построена",
        "кабель длиной 3x2,5 в бухте",
        "the steel 12X18H10T is used",
    ],
)
def test_a_name_or_mark_that_has_reason_to_be_latin_stays(text: str) -> None:
    assert resolved(text) == text


def test_a_word_with_no_neighbours_is_of_the_pages_alphabet() -> None:
    assert resolved("TT-160", page="cyrillic") == "ТТ-160"
    assert resolved("Kr", page="cyrillic") == "кг"
    assert resolved("= 0.89, р <", page="latin") == "= 0.89, p <"
    assert resolved("TT-160") == "TT-160"


def test_an_address_does_not_speak_for_the_words_beside_it() -> None:
    assert resolved("пришлите Ha info@example.com сегодня") == "пришлите на info@example.com сегодня"


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("деньги 3a товар", "деньги за товар"),
        ("Оплачено. 3а мешок цемента", "Оплачено. За мешок цемента"),
        ("живут в доме 3а по улице", "живут в доме 3а по улице"),
        ("согласно пункту 3а договора", "согласно пункту 3а договора"),
        ("на рис. 3а показано", "на рис. 3а показано"),
        ("see item 3a below", "see item 3a below"),
    ],
)
def test_a_three_before_a_small_letter_is_a_preposition_but_not_a_label(read: str, written: str) -> None:
    assert resolved(read) == written


def test_a_reading_looks_like_another_letter_by_letter() -> None:
    assert looks_like("Насос", "Hacoc")
    assert looks_like("упак.,", "ynak.,")
    assert looks_like("ПВС", "nBC")
    assert not looks_like("СРО", "CPU")
    assert not looks_like("Насос", "Haco")


def test_a_word_with_a_letter_that_has_no_homoglyph_is_latin() -> None:
    assert may_be_cyrillic("Hacoc")
    assert not may_be_cyrillic("PDF")
    assert not may_be_cyrillic("Насос")


def test_an_l_beside_the_same_letter_with_a_digit_is_a_one() -> None:
    assert resolved("Ql Q2 Q3 Q4") == "Q1 Q2 Q3 Q4"
    assert resolved("Al Pacino") == "Al Pacino"


def test_cyrillic_letters_become_the_latin_ones_of_their_shape_where_all_have_one() -> None:
    assert with_latin_shapes("рго-", hangs=True) == "pro-"
    assert with_latin_shapes("у.", hangs=False) == "v."
    assert with_latin_shapes("Шу", hangs=True) == "Шу"


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("в начале ХХ века и позже", "в начале XX века и позже"),
        ("в начале ХХ! века и позже", "в начале XXI века и позже"),
        ("том ХХ1, часть вторая", "том XXI, часть вторая"),
        ("глава ХIХ из книги", "глава ХIХ из книги"),  # one letter of tens could be a word's
        ("договор Ne 12 от мая", "договор № 12 от мая"),
        ("договор No 12 от мая", "договор № 12 от мая"),
        ("договор Ne от мая", "договор Ne от мая"),
        ("see No 12 of May", "see No 12 of May"),
        ("при { = −5 °C и выше", "при t = −5 °C и выше"),
        ("при {=25 °C и выше", "при t=25 °C и выше"),
        ("в скобках { и так далее", "в скобках { и так далее"),
        ("– 15ВМ 978-5-02-038 (пер.)", "– ISBN 978-5-02-038 (пер.)"),
        ("масса 15ВМ 978 (пер.)", "масса 15ВМ 978 (пер.)"),
    ],
)
def test_signs_that_the_neighbours_tell(read: str, written: str) -> None:
    assert resolved(read) == written


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("заседание 2-Й комиссии", "заседание 2-й комиссии"),
        ("города XVII В. и позже", "города XVII в. и позже"),
        ("Иванов В. и другие", "Иванов В. и другие"),
        ("насос 2-В исполнения", "насос 2-В исполнения"),
    ],
)
def test_the_ending_of_an_ordinal_and_the_century_behind_its_number_are_small(read: str, written: str) -> None:
    assert resolved(read) == written


def test_a_count_of_pages_beside_latin_is_of_the_alphabet_of_most_of_the_page() -> None:
    pages = line("Наука, 2007. – 160 c. – URL: https://www.x.ru")
    assert resolve_homoglyphs(pages, mostly="cyrillic").text == "Наука, 2007. – 160 с. – URL: https://www.x.ru"
    assert resolve_homoglyphs(line("160 c. – ISBN"), mostly="cyrillic").words[1].text == "с."
    assert resolve_homoglyphs(line("vitamin 160 c. – ISBN"), mostly="cyrillic").words[2].text == "c."
