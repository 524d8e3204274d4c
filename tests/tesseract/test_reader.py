"""Pages drawn here, read by the embedded reader."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.document import PageImage
from ocr_service.errors import EngineUnavailable
from ocr_service.export.markdown import page_markdown
from ocr_service.tesseract.reader import TesseractReader
from tests.support.sheets import DPI, DrawnPage


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    return TesseractReader("rus+eng")


def test_a_blank_page_has_no_regions(reader: TesseractReader) -> None:
    assert reader.read(DrawnPage().page(), []).regions == []


def test_a_single_word_is_read_without_any_layout(reader: TesseractReader) -> None:
    sheet = DrawnPage()
    sheet.text(500, 400, "Договор")
    assert page_markdown(reader.read(sheet.page(), []).regions) == "Договор"


def test_a_broken_word_is_joined_and_a_true_hyphen_kept(reader: TesseractReader) -> None:
    sheet = DrawnPage()
    for index, line in enumerate(
        [
            "Поставщик передаёт оборудо-",
            "вание покупателю, а кто-либо",
            "другой принимает его из-за",
            "отсутствия представителя.",
        ]
    ):
        sheet.text(100, 100 + 45 * index, line)
    assert page_markdown(reader.read(sheet.page(), []).regions) == (
        "Поставщик передаёт оборудование покупателю, а кто-либо другой принимает его из-за отсутствия представителя."
    )


@pytest.mark.slow
def test_a_page_of_little_text_in_the_shade_of_the_spine_keeps_its_words(reader: TesseractReader) -> None:
    sheet = DrawnPage(1600, 2200)
    sheet.text(1100, 120, "Product Specification", 8)
    for row, cells in enumerate(
        [("Item", "Unit", "Total"), ("Power cable", "t", "5264760"), ("Steel pipe", "m", "88")]
    ):
        for column, cell in enumerate(cells):
            sheet.text(150 + 450 * column, 220 + 64 * row, cell)
    page = sheet.page()
    lit = page.pixels * (0.93 - 0.3 * np.abs(np.arange(1600) / 1600 - 1) ** 3)[None, :, None] + 20
    noisy = lit + np.random.default_rng(5).normal(0, 9, page.pixels.shape[:2])[:, :, None]
    found = reader.read(PageImage(1, noisy.clip(0, 255).astype(np.uint8), DPI), []).regions
    assert "| Power cable | t | 5264760 |" in page_markdown(found)


def test_dashes_and_superscripts_are_told_by_their_size_and_place(reader: TesseractReader) -> None:
    sheet = DrawnPage()
    for index, line in enumerate(
        [
            "Образцы хранились при −13 °C в 2019–2024 годах",
            "по адресу, указанному в договоре 17-24, где площадь",
            "равна 169 м² — объём составил 22 м³, что достаточно",
        ]
    ):
        sheet.text(100, 100 + 45 * index, line)
    assert page_markdown(reader.read(sheet.page(), []).regions) == (
        "Образцы хранились при −13 °C в 2019–2024 годах по адресу, указанному в договоре 17-24, где площадь "
        "равна 169 м² — объём составил 22 м³, что достаточно"
    )


def test_the_circles_of_a_second_level_are_items(reader: TesseractReader) -> None:
    sheet = DrawnPage()
    sheet.text(100, 100, "• проверить уровень масла")
    sheet.text(160, 145, "◦ заменить фильтр при загрязнении")
    sheet.text(160, 190, "◦ долить масло до верхней отметки")
    sheet.text(100, 235, "• отключить питание насоса")
    assert [r.content for r in reader.read(sheet.page(), []).regions] == [
        "- проверить уровень масла",
        "    - заменить фильтр при загрязнении",
        "    - долить масло до верхней отметки",
        "- отключить питание насоса",
    ]


def test_a_bullet_is_found_among_specks_and_leaves_the_quotation_mark_after_it(reader: TesseractReader) -> None:
    sheet = DrawnPage()
    for row, text in enumerate(["“We did not expect it,” said the engineer.", "Inspect the seals every 500 hours."]):
        y = 100 + 45 * row
        sheet.draw.rectangle((124, y + 13, 135, y + 24), fill="black")
        sheet.draw.rectangle((110, y + 4, 112, y + 5), fill="black")
        sheet.text(150, y, text)
    assert page_markdown(reader.read(sheet.page(), []).regions) == (
        "- “We did not expect it,” said the engineer.\n\n- Inspect the seals every 500 hours."
    )


def test_a_heading_of_two_lines_stays_one(reader: TesseractReader) -> None:
    sheet = DrawnPage()
    sheet.text(100, 100, "Ответственность сторон", 16, bold=True)
    sheet.text(100, 166, "и форс-мажор", 16, bold=True)
    for row in range(6):
        sheet.text(100, 270 + 43 * row, "Исполнитель передаёт заказчику оборудование новым", 11)
    assert page_markdown(reader.read(sheet.page(), []).regions).startswith("# Ответственность сторон и форс-мажор\n")


@pytest.mark.slow
def test_a_posters_headline_and_its_small_print_are_read_with_boxes_on_the_whole_page(reader: TesseractReader) -> None:
    poster = DrawnPage(5000, 4000)
    poster.text(300, 500, "Выставка старых картин", 90)
    for row in range(3):
        poster.text(300, 3000 + 60 * row, "Вход свободный по будням, кроме вторника и праздников.", 14)
    results = reader.read(poster.page(), []).regions
    assert "Выставка старых картин" in results[0].content
    assert results[-1].content.count("Вход свободный по будням, кроме вторника и праздников.") == 3
    x0, y0, x1, y1 = results[0].bbox
    assert abs(x0 - 300) < 40
    assert 480 < y0 < 600
    assert 2500 < x1 < 5000
    assert 650 < y1 < 900


def test_a_title_of_two_lines_comes_first_and_a_number_in_it_is_no_sections_number(reader: TesseractReader) -> None:
    sheet = DrawnPage()
    sheet.text(250, 60, "The Sequencer", 24, bold=True)
    sheet.text(250, 150, "32 Track Sequence Recorder", 22, bold=True)
    sheet.text(100, 300, "Recording", 13, bold=True)
    for row in range(5):
        sheet.text(100, 350 + 40 * row, "Press the button, then play the keyboard in time to the click")
    lines = page_markdown(reader.read(sheet.page(), []).regions).splitlines()
    assert lines[0] == "# The Sequencer"
    assert lines[2].startswith("## 32 Track Sequence")
    assert lines[4] == "### Recording"


def test_marks_and_units_of_a_russian_page_are_in_its_alphabet_and_names_in_theirs(reader: TesseractReader) -> None:
    lines = [
        "Договор вступает в силу со дня подписания.",
        "Трубы из стали 12Х18Н10Т и трансформатор ТТ-160.",
        "Исполнение УХЛ4, цемент М500, насос К20/30.",
        "Стоимость 250 руб. за мешок, масса 25 кг, 40 шт.",
        "Файл PDF пришлите на info@example.com до IV квартала.",
        "Стандарт ISO 9001, модуль CPU 1214 от Mr. Brown.",
    ]
    sheet = DrawnPage(1600, 900)
    for index, line in enumerate(lines):
        sheet.text(100, 80 + index * 90, line, 10)
    found = page_markdown(reader.read(sheet.page(), []).regions)
    assert found.split() == " ".join(lines).split()


def test_a_missing_language_is_named_with_its_package() -> None:
    with pytest.raises(EngineUnavailable, match="tesseract-ocr-xyz"):
        TesseractReader("rus+xyz")
