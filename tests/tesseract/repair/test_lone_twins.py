"""Lone letters and digits that look alike, told by the page's own."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.repair.lone_twins import with_lone_twins
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DrawnPage


def printed(page: DrawnPage, y: int, *words: tuple[str, str]) -> Line:
    """A line of words as they are printed and as they were read."""
    boxes = page.words([text for text, _ in words], y, gap=14)
    return make_line([Word(seen, box, 95.0) for (_, seen), box in zip(words, boxes, strict=True)])


@pytest.mark.parametrize(
    ("text", "read"), [("б.)", "6.)"), ("«6»", "«б»"), ("6", "б"), ("6.)", "6.)"), ("о", "0"), ("0,", "О,"), ("З", "3")]
)
def test_a_lone_sign_is_what_others_of_its_kind_look_like(text: str, read: str) -> None:
    page = DrawnPage(900, 300)
    around = [(word, word) for word in ("работа", "Зона", "Около", "630", "3036", "2006")]
    lines = [printed(page, 60, *around), printed(page, 140, (text, read), ("балл", "балл"))]
    assert with_lone_twins(lines, page.sheet())[1].words[0].text == text


def test_the_letter_of_a_courts_case_is_no_four() -> None:
    page = DrawnPage(900, 300)
    around = [(word, word) for word in ("Арбитраж", "ДЕЛА", "1445")]
    cases = [("А59-65292/2017", "459-65292/2017"), ("459-65292/2017", "459-65292/2017")]
    lines = [printed(page, 60, *around), printed(page, 140, *cases)]
    assert with_lone_twins(lines, page.sheet())[1].text == "А59-65292/2017 459-65292/2017"


def test_a_sign_stays_where_the_page_has_none_of_its_twins() -> None:
    page = DrawnPage(900, 300)
    line = printed(page, 60, ("б.", "6."), ("2745", "2745"))
    assert with_lone_twins([line], page.sheet()) == [line]
