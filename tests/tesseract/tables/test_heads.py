"""Heads over one column and over several."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.tesseract.tables.cells import cell_text
from ocr_service.tesseract.tables.heads import HeadRow, head_length, head_rows
from ocr_service.tesseract.words import Word
from tests.support.sheets import EM, text_line

EXTENTS = [(100, 250), (400, 450), (500, 550), (700, 750), (800, 850)]  # of the columns below the head


def row(y: int, **heads: int) -> list[Word]:
    """The words of a line, each at its x."""
    return [word for text, x in heads.items() for word in text_line(x, y, text).words]


def shown(found: list[HeadRow]) -> list[tuple[list[str], dict[int, int]]]:
    return [([cell_text(cell) for cell in head.cells], head.across) for head in found]


def test_a_head_in_the_middle_of_two_columns_is_over_both() -> None:
    upper, lower = row(100, Тест=445, Опыт=745), row(140, Метод=100, да=400, нет=500, Да=700, Нет=800)
    assert shown(head_rows([upper, lower], EXTENTS, [], EM)) == [
        (["", "Тест", "", "Опыт", ""], {1: 2, 3: 2}),
        (["Метод", "да", "нет", "Да", "Нет"], {}),
    ]


def test_the_rule_under_a_head_shows_what_it_stands_over() -> None:
    upper, lower = row(100, Тест=400), row(150, Метод=100, да=400, нет=500, Да=700, Нет=800)
    rule = (400, 130, 550, 132)
    assert shown(head_rows([upper, lower], EXTENTS, [rule], EM))[0] == (["", "Тест", "", "", ""], {1: 2})


def test_lines_of_one_head_are_joined() -> None:
    upper, lower = row(100, Доля=400, Доход=700), row(138, Город=100, женщин=390, рублей=695)
    columns = [EXTENTS[0], (400, 480), (700, 780)]
    assert shown(head_rows([upper, lower], columns, [], EM)) == [(["Город", "Доля женщин", "Доход рублей"], {})]


def test_narrow_heads_side_by_side_are_each_over_their_column() -> None:
    columns = [(100, 150), (160, 200), (212, 250)]
    words = [*text_line(110, 100, "Ca").words, *text_line(165, 100, "Mg").words, *text_line(216, 100, "Fe").words]
    assert shown(head_rows([words], columns, [], EM)) == [(["Ca", "Mg", "Fe"], {})]


def test_the_head_ends_at_its_rule_else_where_numbers_stand_behind_a_name() -> None:
    lines = [
        [list(text_line(100 + 300 * c, y, text).words) if text else [] for c, text in enumerate(texts)]
        for y, texts in ((100, ("", "2025", "2024")), (140, ("Активы:", "", "")), (180, ("Запасы", "12", "(901)")))
    ]
    middles = [111.0, 151.0, 191.0]
    assert head_length(lines, middles, frozenset(), frozenset({1, 2}), EM) == 1
    assert head_length(lines, middles, frozenset({2}), frozenset({1, 2}), EM) == 2


def test_words_of_one_text_of_the_file_are_no_heads_of_two_columns() -> None:
    first, second = row(100, Все=400, Дети=462)
    assert head_rows([[first, second]], EXTENTS, [], EM)[0].across == {}
    assert head_rows([[first, replace(second, follows=True)]], EXTENTS, [], EM)[0].across == {1: 2}


def test_lines_of_a_head_in_loose_type_are_joined_where_the_body_stands_further_off() -> None:
    upper, lower = row(100, Доля=400, Цена=700), row(100 + round(1.6 * EM), города=400, товара=700)
    assert len(head_rows([upper, lower], EXTENTS, [], EM)) == 2
    body = 100 + 5 * EM
    assert [cells for cells, _ in shown(head_rows([upper, lower], EXTENTS, [], EM, body))] == [
        ["", "Доля города", "", "Цена товара", ""]
    ]


def test_lines_of_a_head_above_a_rule_are_joined_though_they_stand_apart() -> None:
    upper, lower = row(100, Доля=400, Цена=700), row(100 + round(1.55 * EM), города=400, товара=700)
    assert len(head_rows([upper, lower], EXTENTS, [], EM)) == 2
    assert len(head_rows([upper, lower], EXTENTS, [], EM, parted=True)) == 1
