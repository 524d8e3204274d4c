"""Items of a list as Markdown, nested as they stand on the page."""

from __future__ import annotations

from ocr_service.tesseract.blocks.compose import compose
from tests.support.sheets import blank_sheet, text_line


def listed(*items: tuple[int, int, str]) -> list[str]:
    lines = [text_line(x, y, *text.split()) for x, y, text in items]
    return [region.content for region in compose(lines, [], [], blank_sheet(), first_page=True).regions]


def test_items_are_nested_by_their_indents() -> None:
    assert listed(
        (100, 100, "1. Подготовка участка работ"),
        (170, 145, "a) расчистить землю вокруг"),
        (170, 190, "b) разметить линии фундамента"),
        (240, 235, "• деревянными колышками везде"),
        (100, 280, "2. Возведение стен здания"),
        (170, 325, "☐ первый ряд кладки"),
        (170, 370, "☒ второй ряд кладки"),
        (100, 500, "Обычный текст после списка идёт дальше."),
        (100, 600, "a) пункт без списка над ним"),
    ) == [
        "1. Подготовка участка работ",
        "    a) расчистить землю вокруг",
        "    b) разметить линии фундамента",
        "        - деревянными колышками везде",
        "2. Возведение стен здания",
        "    - [ ] первый ряд кладки",
        "    - [x] второй ряд кладки",
        "Обычный текст после списка идёт дальше.",
        "a) пункт без списка над ним",
    ]


def test_numbered_clauses_that_begin_with_an_indent_are_of_one_depth() -> None:
    clauses = listed(
        (160, 100, "1. Работы выполнены полностью и в срок,"),
        (100, 145, "заказчик претензий по ним никаких не имеет."),
        (160, 190, "2. Акт составлен в двух экземплярах."),
    )
    assert [clause[:2] for clause in clauses] == ["1.", "2."]


def test_a_list_in_the_next_column_is_not_nested_in_the_first() -> None:
    columns = [
        (100, 100, "• первое слово списка"),
        (900, 100, "• другое слово списка"),
        (900, 145, "• третье слово списка"),
    ]
    assert listed(*columns) == ["- первое слово списка", "- другое слово списка", "- третье слово списка"]
