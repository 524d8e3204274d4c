"""Lines as Tesseract cut them, put together to tables and paragraphs."""

from __future__ import annotations

from ocr_service.document import Region
from ocr_service.tesseract.blocks.compose import compose
from ocr_service.tesseract.lines.page_columns import Gutter
from ocr_service.tesseract.tables.detection import find_tables
from ocr_service.tesseract.tables.open_tables import open_cells
from tests.support.sheets import blank_sheet, text_line


def test_the_pages_number_is_no_row_of_a_table_that_fills_the_top_of_its_page() -> None:
    rows = [("Кабель", "14", "51618"), ("Цемент", "35", "77390"), ("Провод", "52", "56751")]
    lines = [text_line(150, 200 + 50 * index, *row, step=400) for index, row in enumerate(rows)]
    number = text_line(1400, 2250, "17")
    tables, rest = find_tables([*lines, number], [Region("image", (100, 150, 1640, 2300), 0, 0.5)], blank_sheet())
    assert [[[cell.text for cell in row] for row in table.cells] for table in tables] == [[list(row) for row in rows]]
    assert rest == [number]


def test_a_head_of_one_line_in_the_middle_beside_heads_of_two_is_one_row() -> None:
    upper, middle, lower = (
        text_line(500, 100, "Кол-", "Сумма,", step=400),
        text_line(100, 123, "Товар"),
        text_line(500, 146, "во"),
    )
    below = [text_line(100, 230 + 60 * index, "Кабель", "51", "6069", step=400) for index in range(3)]
    words = [word for row in (upper, middle, lower, *below) for word in row.words]
    rows = [[cell.text for cell in row] for row in open_cells(words, 30.0)]
    assert rows == [["Товар", "Кол-во", "Сумма,"], *[["Кабель", "51", "6069"]] * 3]


def test_three_columns_of_text_that_the_model_took_for_a_picture_stay_text() -> None:
    prose = ("каждое", "слово", "здесь", "важно")
    lines = [text_line(x, 200 + 40 * row, *prose) for x in (100, 560, 1020) for row in range(12)]
    model = [Region("image", (90, 150, 1500, 2300), 0, 0.8)]
    tables, rest = find_tables(lines, model, blank_sheet())
    regions = compose(rest, tables, model, blank_sheet(), first_page=True).regions
    assert {region.label for region in regions} == {"text"}
    assert [region.content.split()[0] for region in regions] == ["каждое"] * 3


def test_small_print_below_the_first_column_does_not_stand_between_the_columns() -> None:
    prose = [
        text_line(x, 300 + 40 * row, *words)
        for x, words in ((200, ("эта", "колонка", "первая")), (900, ("вторая", "колонка", "справа")))
        for row in range(36)
    ]
    prose.append(text_line(200, 200, "Заголовок", "статьи", em=45, weight=6.0))
    height = blank_sheet().size[1]
    foot = [
        text_line(200, height - 120, "978-0-7695-3958-4/10", em=20, weight=2.9),
        text_line(200, height - 95, "DOI:10.1109/DSDE.2010.49", em=20, weight=2.9),
    ]
    regions = compose([*prose, *foot], [], [], blank_sheet(), first_page=True).regions
    assert [(region.label, region.content.split()[0]) for region in regions] == [
        ("doc_title", "Заголовок"),
        ("text", "эта"),
        ("text", "вторая"),
        ("footer", "978-0-7695-3958-4/10"),
    ]


def test_columns_that_lean_on_the_ruling_line_between_them_are_read_one_after_the_other() -> None:
    left, right = [], []
    for row in range(12):
        left.append(text_line(100 - row, 100 + 38 * row, *["слева"] * 7))
        right.append(text_line(left[0].box[2] + 12 - row, 110 + 38 * row, *["справа"] * 7))
    gutter = Gutter(left[0].box[2] + 5, 90, 600)
    regions = compose([*left, *right], [], [], blank_sheet(), first_page=True, ruled=[gutter]).regions
    words = " ".join(region.content for region in regions).split()
    assert words == ["слева"] * 84 + ["справа"] * 84
