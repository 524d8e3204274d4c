"""Tables and paragraphs over page breaks, running lines, levels of headings."""

from __future__ import annotations

import pytest

from ocr_service.document import PageResult, RegionResult
from ocr_service.export.join_pages import continues, joined_pages
from ocr_service.geometry.hyphenation import join_lines
from tests.support.pages import page, region


def joined(*pages: PageResult) -> list[list[str]]:
    return [[region.content for region in page.regions] for page in joined_pages(lambda: pages)]


def html(*rows: str) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in row.split()) for row in rows)
    return f"<table border=1>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def test_table_over_three_pages_is_one_and_its_repeated_head_goes() -> None:
    first = page(1, region("text", "Итоги."), region("table", html("год сумма", "2020 1")))
    second = page(2, region("header", "Отчёт"), region("table", html("год сумма", "2021 2")), region("number", "2"))
    third = page(
        3,
        region("header", "Отчёт"),
        region("table", html("год сумма", "2022 3")),
        region("text", "Конец."),
        region("number", "3"),
    )
    assert joined(first, second, third) == [
        ["Итоги.", html("год сумма", "2020 1", "2021 2", "2022 3")],
        [],
        ["Конец."],
    ]


def test_markdown_table_goes_on_with_its_first_row_when_no_head_is_repeated() -> None:
    first = page(1, region("table", "| a | b |\n| --- | --- |\n| 1 | 2 |"))
    second = page(2, region("table", "| 3 | x\\|y |\n| --- | --- |\n| 5 | 6 |"))
    assert joined(first, second) == [["| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | x\\|y |\n| 5 | 6 |"], []]


@pytest.mark.parametrize("line", ["Продолжение таблицы 3", "Таблица 3 (продолжение)", "Table 3 (continued)"])
def test_line_that_says_so_joins_and_goes(line: str) -> None:
    first = page(1, region("table", html("a b", "1 2")))
    second = page(2, region("table_title", line), region("table", html("3 4")))
    assert joined(first, second) == [[html("a b", "1 2", "3 4")], []]


def test_a_repeated_head_goes_also_where_it_was_not_read_alike() -> None:
    first = page(1, region("table", html("No. Наименование Цена,руб.", "1 Насос 10")))
    second = page(2, region("table", html("No Наименованне Цена,руб", "2 Щит 20")))
    assert joined(first, second)[0] == [html("No. Наименование Цена,руб.", "1 Насос 10", "2 Щит 20")]


@pytest.mark.parametrize("row", ["2 Наименование Цена,руб.", "No. Количество Цена,руб.", "No. Наименование Цех"])
def test_a_row_that_only_resembles_the_head_stays(row: str) -> None:
    first = page(1, region("table", html("No. Наименование Цена,руб.", "1 Насос 10")))
    assert row.split()[1] in joined(first, page(2, region("table", html(row))))[0][0].split("10")[1]


def test_a_row_that_the_page_cut_is_one() -> None:
    head = "| № | Наименование | Цена |\n| --- | --- | --- |\n"
    first = page(1, region("table", head + "| 1 | Клапан обрат- | 10 |"))
    second = page(2, region("table", head + "|  | ный с фланцем |  |\n| 2 | Щит | 20 |"))
    assert joined(first, second) == [[head + "| 1 | Клапан обратный с фланцем | 10 |\n| 2 | Щит | 20 |"], []]
    cell = "<table><tr><td>1</td><td>Клапан <b>обратный</b>{}</td></tr>{}</table>"
    rest = page(2, region("table", "<table><tr><td></td><td>с фланцем</td></tr></table>"))
    assert joined(page(1, region("table", cell.format("", ""))), rest) == [[cell.format(" с фланцем", "")], []]


@pytest.mark.parametrize("row", ["| 2 | с фланцем |  |", "|  | Итого | 30 |", "|  |  | 30 |", "|  | с фланцем | 30 |"])
def test_a_row_that_goes_on_with_nothing_stays_a_row(row: str) -> None:
    head = "| № | Наименование | Цена |\n| --- | --- | --- |\n"
    first, second = page(1, region("table", head + "| 1 | Клапан |  |")), page(2, region("table", f"{head}{row}"))
    assert joined(first, second) == [[f"{head}| 1 | Клапан |  |\n{row}"], []]


def test_tables_that_differ_stay_apart() -> None:
    first = page(1, region("table", html("a b", "1 2")))
    more_columns = page(2, region("table", html("a b c")))
    narrower = page(2, region("table", html("3 4"), (100, 100, 600, 500)))
    after_text = page(2, region("text", "Новая таблица."), region("table", html("3 4")))
    unreadable = page(2, region("table", "<table"))
    for second in (more_columns, narrower, after_text, unreadable):
        assert joined(first, second) == [[r.content for r in first.regions], [r.content for r in second.regions]]


def test_second_table_of_a_page_may_go_on_after_the_first_ended_on_it() -> None:
    pages = [
        page(1, region("table", html("a b", "1 2"))),
        page(2, region("table", html("3 4")), region("table", html("c d e", "5 6 7"))),
        page(3, region("table", html("c d e", "8 9 0"))),
    ]
    assert joined(*pages) == [[html("a b", "1 2", "3 4")], [html("c d e", "5 6 7", "8 9 0")], []]


def test_paragraph_broken_by_pages_is_one_also_over_a_page_of_figures() -> None:
    pages = [
        page(1, region("text", "Начало пред-")),
        page(2, region("image", ""), region("figure_title", "Рис. 1")),
        page(3, region("text", "ложения без"), region("footnote", "1 Сноска")),
        page(4, region("text", "конца."), region("text", "Новое.")),
    ]
    assert joined(*pages) == [["Начало предложения без конца."], ["", "Рис. 1"], ["1 Сноска"], ["Новое."]]


def test_no_text_is_joined_over_a_failed_page() -> None:
    pages = [page(1, region("text", "начало")), page(2, status="failed"), page(3, region("text", "и конец"))]
    assert joined(*pages) == [["начало"], [], ["и конец"]]


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("слово", "и дело", True),
        ("а также,", "Иванов", True),
        ("слово", "«и дело»", True),
        ("Конец.", "и начало", False),
        ("Он сказал:", "да", False),
        ("Конец.»", "и начало", False),
        ("слово", "Новое", False),
        ("слово", "а) первое", False),
        ("слово", "- первое", False),
        ("слово", "1. первое", False),
        ("", "слово", False),
        ("Указанные цены не включают доставку; надбавка 7,5 процента действует для заказов меньше", "120 кг.", True),
        ("Указанные цены не включают доставку; надбавка 7,5 процента действует для заказов меньше", "2. Пункт", False),
        ("Сумма к оплате", "25 000 рублей", False),
    ],
)
def test_paragraph_goes_on_only_while_its_sentence_is_open(first: str, second: str, one: bool) -> None:
    assert continues(first, second) is one


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("доку-", "мент готов", "документ готов"),
        ("docu\u00ad", "ment", "document"),
        ("какой-", "то день", "какой-то день"),
        ("по-", "русски", "по-русски"),
        ("1990-", "е годы", "1990-е годы"),
        ("Нью-", "Йорк", "Нью-Йорк"),
        ("слово", "дело", "слово дело"),
    ],
)
def test_broken_word_becomes_whole(first: str, second: str, whole: str) -> None:
    assert join_lines([first, second]) == whole


def test_running_lines_and_page_numbers_go() -> None:
    pages = [
        page(
            number,
            region("text", "Годовой отчёт 2024", (100, 40, 900, 70)),
            region("text", f"Текст {number}."),
            region("text", f"– {number} –", (480, 1340, 520, 1370)),
        )
        for number in range(1, 5)
    ]
    assert joined(*pages) == [[f"Текст {number}."] for number in range(1, 5)]


def test_line_that_stands_at_the_edge_of_two_pages_only_stays() -> None:
    pages = [page(number, region("text", "Приложение", (100, 40, 900, 70))) for number in (1, 2)]
    assert joined(*pages) == [["Приложение"], ["Приложение"]]


def title(text: str, em: int, label: str = "paragraph_title") -> RegionResult:
    """A heading of one line; its ink is high as that of capitals with descenders."""
    return region(label, text, (100, 300, 100 + len(text) * em // 2, 300 + round(0.95 * em)))


def levels(*pages: PageResult) -> dict[str, int | None]:
    return {region.content: region.level for page in joined_pages(lambda: pages) for region in page.regions}


def test_levels_of_headings_are_the_same_on_all_pages() -> None:
    first = [title("1 Предыстория", 40), title("1.1 Предмет", 30), title("Примечание друга", 22)]
    second = [title("Выводы рядом", 42), title("Порядок", 31), title("1.2.3 Подробности", 20)]
    assert levels(page(1, title("Отчёт по делу", 70, "doc_title"), *first), page(2, *second)) == {
        "Отчёт по делу": 1,
        "1 Предыстория": 2,
        "Выводы рядом": 2,
        "1.1 Предмет": 3,
        "Порядок": 3,
        "Примечание друга": 4,
        "1.2.3 Подробности": 4,
    }


def test_letters_that_reach_up_or_down_make_no_other_level() -> None:
    """The same type: ink from the baseline to the capitals, down to the descenders as well, and of small letters."""
    flat = region("paragraph_title", "Заключение", (100, 300, 300, 300 + 29))
    deep = region("paragraph_title", "Порядок", (100, 300, 260, 300 + 38))
    small = region("paragraph_title", "новости", (100, 400, 260, 400 + 21))
    found = levels(page(1, title("Отчёт по делу", 70, "doc_title"), flat), page(2, deep, small))
    assert (found["Заключение"], found["Порядок"], found["новости"]) == (2, 2, 2)


def test_one_largest_heading_is_the_title_of_a_document_without_one() -> None:
    pages = [page(1, title("Отчёт по делу", 60), title("Порядок", 40)), page(2, title("Другое", 40))]
    assert levels(*pages) == {"Отчёт по делу": 1, "Порядок": 2, "Другое": 2}


def test_pages_come_one_by_one() -> None:
    """A document of 1,000 pages is not held: a page is out before the page after the next is asked for."""
    asked: list[int] = []

    def pages() -> list[PageResult]:
        def generate() -> object:
            for number in range(1, 1001):
                asked.append(number)
                yield page(number, region("text", f"Текст {number}."))

        return generate()  # type: ignore[return-value]

    stream = joined_pages(pages)
    asked.clear()
    assert next(stream).number == 1
    assert max(asked) <= 3


_LEFT, _RIGHT, _THIRD = (100, 300, 350, 1300), (360, 200, 610, 1300), (620, 200, 870, 400)


def test_a_paragraph_that_goes_on_over_columns_is_whole() -> None:
    columns = (
        region("text", "Комиссия утвер-", _LEFT),
        region("image", "", (100, 1310, 350, 1390), format="image"),
        region("text", "дила смету и", _RIGHT),
        region("text", "закрыла заседание.", _THIRD),
    )
    assert joined(page(1, *columns)) == [["Комиссия утвердила смету и закрыла заседание.", ""]]


@pytest.mark.parametrize(
    "second",
    [
        region("text", "новая строка", (100, 1310, 350, 1390)),  # under it
        region("text", "Новый абзац", _RIGHT),
        region("footnote", "сноска", _RIGHT),
        region("text", "- пункт", _RIGHT, format="markdown"),
    ],
)
def test_what_does_not_go_on_in_the_next_column_stays_apart(second: RegionResult) -> None:
    first = region("text", "Комиссия утвердила смету и", _LEFT)
    assert joined(page(1, first, second)) == [[first.content, second.content]]


def test_a_label_at_the_end_of_a_column_does_not_go_on_in_the_next() -> None:
    label, text = region("text", "Упорная гайка", (200, 1270, 290, 1300)), region("text", "смету и", _RIGHT)
    assert joined(page(1, label, text)) == [["Упорная гайка", "смету и"]]


def test_a_heading_between_columns_ends_a_paragraph() -> None:
    regions = (
        region("text", "смету и", _LEFT),
        region("paragraph_title", "Итог", _RIGHT),
        region("text", "ещё", _THIRD),
    )
    assert joined(page(1, *regions)) == [["смету и", "Итог", "ещё"]]


def test_notes_that_two_pages_number_alike_stay_apart() -> None:
    note = "[^{}]: Письмо."
    pages = [
        page(number, region("text", "Слово.[^1]"), region("footnote", note.format(1), format="markdown"))
        for number in (1, 2, 3)
    ]
    assert joined(*pages) == [
        ["Слово.[^1]", note.format("1")],
        ["Слово.[^1-2]", note.format("1-2")],
        ["Слово.[^1-3]", note.format("1-3")],
    ]


def test_a_table_or_a_figures_labels_between_columns_part_no_sentence() -> None:
    columns = (
        region("text", "Комиссия утвердила смету,", _LEFT),
        region("image", "", (100, 1310, 350, 1390), format="image"),
        region("text", "Ось", (120, 1320, 160, 1340)),
        region("table", html("a b"), (360, 100, 610, 190)),
        region("table_title", "Таблица 4: Смета", (360, 192, 610, 198)),
        region("text", "протокол и план.", _RIGHT),
    )
    assert joined(page(1, *columns))[0][0] == "Комиссия утвердила смету, протокол и план."
