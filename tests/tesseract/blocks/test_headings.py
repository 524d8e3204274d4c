"""Which paragraphs are headings, and how deep."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.tesseract.blocks.headings import (
    Body,
    Candidate,
    body_of,
    heading_levels,
    is_heading,
    is_of_type,
    running_types,
)
from ocr_service.tesseract.blocks.paragraphs import Paragraph
from tests.support.sheets import EM, text_line

BODY = Body(EM, 4.0)


def paragraph(text: str, *, size: float = 1.0, bold: bool = False, y: int = 100) -> Paragraph:
    line = text_line(100, y, *text.split(), em=size * EM, weight=5.0 if bold else 4.0)
    return Paragraph((replace(line, em=size * EM),))


def judged(text: str, *, size: float = 1.0, bold: bool = False, title: float = 0.0, alone: bool = True) -> bool:
    return is_heading(Candidate(paragraph(text, size=size, bold=bold), BODY, title, alone))


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("Ответственность сторон", {"size": 1.4, "alone": False}),
        ("Ответственность сторон", {"size": 1.2, "alone": False}),
        ("Ответственность сторон", {"bold": True}),
        ("5. Ответственность сторон.", {"bold": True}),
        ("ОТВЕТСТВЕННОСТЬ СТОРОН", {}),
        ("Ответственность сторон", {"title": 0.7}),
        ("ზოგადი დებულებები", {"size": 1.4}),
        ("结果", {"size": 1.4}),
        ("결론", {"size": 1.4}),
    ],
)
def test_larger_bold_capital_or_seen_titles_are_headings(text: str, traits: dict[str, float]) -> None:
    assert judged(text, **traits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("Ответственность сторон", {}),
        ("Ответственность сторон:", {"size": 1.2}),
        ("Ответственность сторон", {"bold": True, "alone": False}),
        ("Ответственность сторон.", {"bold": True}),
        ("Всего к оплате: 150 400,00", {"bold": True}),
        ("Total due: £920.40", {"bold": True}),
        ("ОТВЕТСТВЕННОСТЬ СТОРОН", {"alone": False}),
        ("• Ответственность сторон", {"size": 1.4}),
        ("ответственность сторон", {"size": 1.4}),
        ("Ответственность сторон,", {"size": 1.4}),
        ("水在一百度沸腾。", {"bold": True}),
        ("12", {"size": 1.4}),
        ("Слово " * 40, {"size": 1.4}),
    ],
)
def test_what_goes_on_lists_or_only_stands_there_is_no_heading(text: str, traits: dict[str, float]) -> None:
    assert not judged(text, **traits)  # type: ignore[arg-type]


def test_an_illegible_logo_is_no_heading() -> None:
    line = text_line(100, 100, "Логотип", em=1.5 * EM)
    blurred = replace(line, words=tuple(replace(word, confidence=40.0) for word in line.words), em=1.5 * EM)
    assert not is_heading(Candidate(Paragraph((blurred,)), BODY, 0.0, True))


def test_the_body_is_what_most_letters_are_set_in() -> None:
    found = body_of([paragraph("Заголовок", size=2.0), paragraph("Обычный текст договора " * 5)])
    assert found == Body(EM, 4.0)


def test_levels_come_from_numbers_and_else_from_sizes() -> None:
    headings = [
        paragraph("Договор поставки", size=2.0, y=100),
        paragraph("1. Предмет", size=1.3, y=200),
        paragraph("1.2. Сроки", size=1.3, y=300),
        paragraph("Статья 5. Цена", size=1.1, y=400),
        paragraph("Прочее", size=1.3, y=500),
    ]
    assert heading_levels(headings, BODY, first_page=True, top=1000) == [1, 2, 3, 2, 2]
    assert heading_levels(headings[:1], BODY, first_page=False, top=1000) == [2]
    assert heading_levels([], BODY, first_page=True, top=1000) == []


def test_the_end_of_a_column_above_longer_notes_in_small_type_is_no_heading() -> None:
    lines = tuple(replace(text_line(100, 100 + 38 * i, *["слово"] * 9, weight=4.0), em=1.25 * EM) for i in range(6))
    types = running_types([Paragraph(lines), paragraph("Ответственность сторон", size=1.5)])
    cut, bold = paragraph("Кроме этих изменений", size=1.25), paragraph("Кроме этих изменений", size=1.25, bold=True)
    assert [is_of_type(p, types) for p in (cut, bold)] == [True, False]
    assert not is_heading(Candidate(cut, BODY, 0.0, True, running=True))
    assert is_heading(Candidate(cut, BODY, 0.0, True))


def test_a_type_in_which_much_of_a_form_is_set_is_no_headings_type() -> None:
    entries = [paragraph("Телефон отдела продаж", size=1.2, y=100 + 60 * i) for i in range(9)]
    print_ = [paragraph("мелкий текст внизу страницы", y=900 + 40 * i) for i in range(20)]
    title = paragraph("Накладная", size=1.5)
    types = running_types([title, *entries, *print_])
    assert [is_of_type(p, types) for p in (entries[0], title)] == [True, False]


def test_letters_without_capitals_are_no_capitals() -> None:
    assert not judged("合同的双方同意以下条件和价格")
    assert judged("第一条合同价格", size=1.4)


def test_small_capitals_of_an_author_are_no_heading() -> None:
    assert not judged("ELENA HANSEN", size=0.8)
    assert judged("РЕЗУЛЬТАТЫ", size=0.95)


def test_a_title_of_many_short_lines_is_a_heading() -> None:
    words = ["Transition", "surface", "statistical", "genome of", "treatment", "methods"]

    def column(size: float) -> Candidate:
        lines = [text_line(100, 100 + 60 * n, *text.split(), em=size * EM) for n, text in enumerate(words)]
        return Candidate(Paragraph(tuple(replace(line, em=size * EM) for line in lines)), BODY, 0.0, True)

    assert is_heading(column(1.9))
    assert not is_heading(column(1.2))
