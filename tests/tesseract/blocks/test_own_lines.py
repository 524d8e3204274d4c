"""Lines of addresses, letterheads and bank details stay lines; prose in a narrow block does not."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.blocks.paragraphs import group_paragraphs
from ocr_service.tesseract.words import Line
from tests.support.sheets import text_line

PITCH = 36
PROSE = text_line(100, 900, *["wide"] * 16)


def block(*texts: str, x: int = 100) -> list[Line]:
    return [text_line(x, 100 + PITCH * index, *text.split()) for index, text in enumerate(texts)]


def read(*lines: Line) -> list[str]:
    return [paragraph.text for paragraph in group_paragraphs([*lines, PROSE])][:-1]


@pytest.mark.parametrize(
    "lines",
    [
        ("Anna Lindqvist", "4 Castle Road", "York YO1 7JN"),
        ("Holm Interiors Ltd", "Warehouse No. 9"),
        ("ИНН 1655123456", "р/с 40702810900000012345", "к/с 30101810400000000225", "Директор завода"),
        ("Казань, Лесная улица", "кв. 5, этаж 2", "office@example.org"),
    ],
)
def test_each_line_is_one_where_all_begin_anew_and_the_page_goes_on_beside_them(lines: tuple[str, ...]) -> None:
    assert read(*block(*lines)) == list(lines)


def test_lines_that_end_at_one_place_and_begin_at_others_are_lines() -> None:
    texts = ("Riverside Clinic", "18 Mill Lane", "Oxford OX4 1EF")
    lines = [text_line(1000 - block(text)[0].box[2], 100 + PITCH * at, *text.split()) for at, text in enumerate(texts)]
    assert read(*lines) == list(texts)


@pytest.mark.parametrize(
    "lines",
    [
        ("A caption that is set", "narrow, beside the", "Castle of the town"),
        ("Ministry of the", "Environment and", "Forests in Norway"),
        ("Письмо из отдела для", "Снабжения завода"),
        ("Нижний Новго-", "Род на Волге"),
        ("SHIPPED IN PARTS BY", "NORTHERN RAIL AND SEA", "UNDER ORDER OF MARCH"),
        ("第一行第二行第三行第四行", "第五行第六行第七行第八行"),
    ],
)
def test_a_line_that_goes_on_in_the_next_one_makes_them_a_paragraph(lines: tuple[str, ...]) -> None:
    assert len(read(*block(*lines))) == 1


def test_lines_with_text_close_beside_them_are_those_of_a_column() -> None:
    column = block("Alpha Beta Gamma Delta", "Epsilon Zeta Eta Theta", "Iota Kappa Lambda Mu")
    beside = [text_line(line.box[2] + 40, line.box[1], "beside") for line in column]
    assert len(read(*column, *beside)) == 2


def test_larger_lines_are_a_title() -> None:
    lines = [
        text_line(100, 100 + 60 * at, *text.split(), em=50) for at, text in enumerate(("Annual Report", "North Sea"))
    ]
    assert read(*lines) == ["Annual Report North Sea"]


def test_two_lines_with_a_blank_line_between_them_are_two_paragraphs() -> None:
    prose = [text_line(100, 400 + PITCH * at, *["wide"] * 12) for at in range(8)]
    greeting = [text_line(100, 100, *["call"] * 11, "weekdays."), text_line(100, 100 + 62, "yours", *["sincerely"] * 6)]
    assert len(read(*greeting, *prose)) == 3


def test_three_lines_that_end_at_one_place_are_prose_over_a_wider_heading() -> None:
    lines = [
        text_line(100, 100, "Lynch", "is", "widely", "regarded", "as", "an", "oracle"),
        text_line(100, 136, "in", "the", "culture", "of", "networked", "things", "he"),
        text_line(100, 172, "sees", "the", "global", "system", "as", "a", "whole", "and"),
    ]
    heading = [text_line(100, 230, *["Activities"] * 4, em=45.0)]
    found = [paragraph.text for paragraph in group_paragraphs([*lines, *heading])]
    assert any(text.startswith("Lynch is") and "oracle in the" in text and "sees" in text for text in found)
