"""What stands between a title and the text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.tesseract.blocks.headings import Body
from ocr_service.tesseract.blocks.paragraphs import Paragraph
from ocr_service.tesseract.blocks.title_block import author_lines, with_title_block
from ocr_service.tesseract.words import Line
from tests.support.sheets import EM, text_line

SIZE = (1654, 2339)
BODY = Body(EM, 4.0)


def centred(middle: int, y: int, text: str, size: float = 1.0, *, bold: bool = False) -> Line:
    line = text_line(0, y, *text.split(), em=size * EM)
    x = middle - (line.box[2] - line.box[0]) // 2
    moved = text_line(x, y, *text.split(), em=size * EM, weight=4.0 * size * (1.3 if bold else 1.0))
    return replace(moved, em=size * EM)


def article(*lines: Line) -> list[Paragraph]:
    text = tuple(text_line(100, 900 + 40 * i, *["слово"] * 12, weight=4.0) for i in range(6))
    title = centred(827, 200, "Признаки породы кошек", 1.8)
    return [Paragraph((title,)), *(Paragraph((line,)) for line in lines), Paragraph(text)]


def plain(*lines: Line) -> list[str]:
    block = with_title_block(article(*lines), BODY, SIZE)
    return [block.paragraphs[place].text for place in sorted(block.plain)]


def test_authors_side_by_side_are_a_paragraph_each_and_read_across() -> None:
    stacks = [
        [centred(x, 400, name, 1.3), centred(x, 440, "Институт"), centred(x, 480, f"{mail}@example.org")]
        for x, name, mail in ((400, "Анна Белова", "ab"), (1200, "Иван Серов", "is"))
    ]
    lines = [line for stack in stacks for line in stack]
    block = with_title_block(article(*lines), BODY, SIZE)
    assert [block.paragraphs[place].text for place in sorted(block.plain)] == [
        "Анна Белова Институт ab@example.org",
        "Иван Серов Институт is@example.org",
    ]
    assert len(block.rows) == 1
    every = [line for p in article(*lines) for line in p.lines]
    assert author_lines(every, SIZE, []) == set(lines)
    assert author_lines(every, SIZE, [(800, 380, 803, 500)]) == set()


def test_heads_of_two_lines_are_no_authors() -> None:
    heads = [centred(x, y, text) for x in (400, 1200) for y, text in ((400, "Начало"), (440, "участка"))]
    assert not with_title_block(article(*heads), BODY, SIZE).rows


def test_columns_of_numbers_are_no_authors() -> None:
    heads = ((400, "Всего"), (1200, "Село"))
    rows = [(400 + 40 * r, text) for r, text in enumerate(("", "1.9", "4.5"))]
    lines = [centred(x, y, text or head) for x, head in heads for y, text in rows]
    assert not with_title_block(article(*lines), BODY, SIZE).rows


@pytest.mark.parametrize(
    "line",
    [
        centred(827, 400, "Анна Белова", 1.3),
        centred(827, 400, "14 марта 1987 года", 1.3),
        text_line(100, 400, "Анна", "Белова¹,", "Иван", "Серов²", em=1.3 * EM),
        text_line(100, 400, "Анна", "Белова,", "Иван", "Серов,", "Юрий", "Ёлкин", em=1.3 * EM),
        text_line(100, 400, "belova@example.org", em=1.3 * EM),
    ],
)
def test_names_dates_and_addresses_under_the_title_are_no_headings(line: Line) -> None:
    assert plain(line) == [line.text]


@pytest.mark.parametrize(
    "line",
    [
        centred(827, 400, "Введение", 1.3, bold=True),
        centred(827, 400, "ВВЕДЕНИЕ", 1.3),
        text_line(100, 400, "1", "Введение", em=1.3 * EM),
        centred(827, 1300, "Анна Белова", 1.3),  # below the text's beginning
    ],
)
def test_headings_stay_what_they_are(line: Line) -> None:
    assert plain(line) == []


def test_a_page_without_running_text_has_no_title_block() -> None:
    lines = [centred(827, 200, "Отчёт", 2.0), centred(827, 400, "Анна Белова", 1.3), centred(827, 500, "Москва", 1.3)]
    block = with_title_block([Paragraph((line,)) for line in lines], BODY, SIZE)
    assert not block.plain and not block.rows


@pytest.mark.parametrize(("right", "found"), [(860, []), (1000, ["Начало", "Позднее"])])
def test_headings_of_two_columns_stay_and_names_in_a_row_do_not(right: int, found: list[str]) -> None:
    title = Paragraph((centred(827, 200, "Мосты северных рек", 1.8),))
    heads = [Paragraph((text_line(x, 400, word, weight=5.2),)) for x, word in ((100, "Начало"), (right, "Позднее"))]
    columns = [
        Paragraph(tuple(text_line(x, 450 + 40 * i, *["слово"] * 8, weight=4.0) for i in range(6))) for x in (100, 860)
    ]
    block = with_title_block([title, *heads, *columns], BODY, SIZE)
    assert [block.paragraphs[place].text for place in sorted(block.plain)] == found


def test_a_heading_as_wide_as_the_title_at_the_edge_of_the_text_stays_one() -> None:
    title, text = text_line(100, 200, "Общие", "положения", em=2 * EM), article()[-1]
    head = text_line(104, 500, "Права", "обоих", "сторон", em=1.5 * EM, weight=6.0)
    lines = [replace(title, em=2 * EM), replace(head, em=1.5 * EM, box=(100, head.box[1], title.box[2], head.box[3]))]
    paragraphs = [*(Paragraph((line,)) for line in lines), text]
    assert with_title_block(paragraphs, BODY, SIZE).plain == frozenset()
