"""Tables of a page: ruled, seen by the model, or aligned."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.document import Region
from ocr_service.tesseract.prepare.ruling_lines import RulingLines
from ocr_service.tesseract.tables.detection import FoundTable, find_tables
from ocr_service.tesseract.words import Line
from tests.support.sheets import blank_sheet, text_line

ROWS = [("Товар", "Штук", "Рублей"), ("Кабель", "14", "51618"), ("Цемент", "35", "77390")]


def rows(y: int = 300, pitch: int = 100) -> list[Line]:
    return [text_line(120, y + pitch * index, *row, step=300) for index, row in enumerate(ROWS)]


def texts(tables: list[FoundTable]) -> list[list[list[str]]]:
    return [[[cell.text for cell in row] for row in table.cells] for table in tables]


def test_a_grid_of_ruling_lines_is_a_table_without_doubt() -> None:
    sheet = blank_sheet()
    level = tuple((100, y, 1000, y + 3) for y in (280, 370, 470, 570))
    upright = tuple((x, 280, x + 3, 573) for x in (100, 400, 700, 1000))
    ruled = replace(sheet, ruling_lines=RulingLines(level, upright, sheet.ruling_lines.mask))
    tables, rest = find_tables([*rows(), text_line(100, 900, "после", "таблицы")], [], ruled)
    assert texts(tables) == [[list(row) for row in ROWS]]
    assert tables[0].score == 1.0
    assert [line.text for line in rest] == ["после таблицы"]


def test_rules_between_groups_of_columns_part_these_and_their_heads() -> None:
    sheet = blank_sheet()
    lines = [
        text_line(500, 300, "Мужчины", "Женщины", step=500),
        text_line(120, 350, "Год", "", "Все", "Дети", "", "Все", "Дети", step=160),
        *(
            text_line(
                120, 400 + 50 * n, f"{2009 + n}", "", f"{467 + n}", f"{69 + n}", "", f"{380 + n}", f"{56 + n}", step=160
            )
            for n in range(4)
        ),
    ]
    lines = [replace(line, words=tuple(word for word in line.words if word.text)) for line in lines]
    level = (*((100, y, 1300, y + 3) for y in (280, 390, 600)), (360, 335, 1300, 338))
    upright = tuple((x, 280, x + 3, 603) for x in (100, 360, 850, 1300))
    tables, _ = find_tables(
        lines, [], replace(sheet, ruling_lines=RulingLines(level, upright, sheet.ruling_lines.mask))
    )
    assert texts(tables) == [
        [
            ["Год", "Мужчины", "", "Женщины", ""],
            ["", "Все", "Дети", "Все", "Дети"],
            *([f"{2009 + n}", f"{467 + n}", f"{69 + n}", f"{380 + n}", f"{56 + n}"] for n in range(4)),
        ]
    ]
    assert [cell.across for cell in tables[0].cells[0]] == [1, 2, 1, 2, 1]


def test_aligned_rows_are_a_table_unless_the_model_is_sure_of_text() -> None:
    tables, _ = find_tables(rows(pitch=60), [], blank_sheet())
    assert texts(tables) == [[list(row) for row in ROWS]]
    names = [("Иванов", "слесарь", "Тула"), ("Петров", "повар", "Омск"), ("Сидоров", "водитель", "Пермь")]
    lines = [text_line(120, 300 + 60 * index, *row, step=300) for index, row in enumerate(names)]
    lines.append(text_line(120, 250, "Таблица", "1"))
    assert texts(find_tables(lines, [], blank_sheet())[0]) == [[list(row) for row in names]]
    columns = [Region("text", (x, 280, x + 250, 540), 0, 0.95) for x in (100, 380, 660)]
    assert find_tables(lines, columns, blank_sheet()) == ([], lines)


def test_two_columns_need_the_models_word() -> None:
    pairs = [text_line(120, 300 + 60 * index, *row[:2], step=400) for index, row in enumerate(ROWS)]
    assert find_tables(pairs, [], blank_sheet())[0] == []
    tables, _ = find_tables(pairs, [Region("table", (100, 280, 800, 460), 0, 0.9)], blank_sheet())
    assert texts(tables) == [[list(row[:2]) for row in ROWS]]


def test_rows_that_align_are_a_table_though_the_model_sees_one_text_or_a_part_of_it() -> None:
    cells = [
        ("Наименование", "План", "Факт"),
        ("Насос", "8760", "1190"),
        ("Щит", "4810", "4637"),
        ("Итого", "1357", "218"),
    ]
    lines = [text_line(150, 200 + 60 * index, *row, step=500) for index, row in enumerate(cells)]
    text = Region("text", (140, 190, 1500, 460), 0, 0.95)
    part = Region("table", (640, 190, 1300, 460), 0, 0.46)
    for hint in (text, part):
        tables, rest = find_tables(lines, [hint], blank_sheet())
        assert [[[cell.text for cell in row] for row in table.cells] for table in tables] == [[list(r) for r in cells]]
        assert rest == []


def test_prose_that_the_model_is_sure_of_is_no_table_though_its_gaps_align() -> None:
    prose = [
        ("каждое", "слово", "здесь"),
        ("важно", "и", "стоит"),
        ("прямо", "под", "другим"),
        ("словом", "выше", "него"),
    ]
    lines = [text_line(150, 200 + 60 * index, *row, step=500) for index, row in enumerate(prose)]
    tables, rest = find_tables(lines, [Region("text", (140, 190, 1500, 460), 0, 0.95)], blank_sheet())
    assert (tables, rest) == ([], lines)


def test_tables_of_one_width_between_rules_are_parted_by_a_caption() -> None:
    level = tuple((100, y, 1000, y + 3) for y in (290, 340, 460, 690, 740, 860))
    sheet = replace(blank_sheet(), ruling_lines=RulingLines(level, (), blank_sheet().ruling_lines.mask))
    caption = text_line(120, 600, "Table", "2:", "Prices")
    tables, rest = find_tables([*rows(pitch=50), caption, *rows(700, 50)], [], sheet)
    assert texts(tables) == [[list(row) for row in ROWS]] * 2
    assert [line.text for line in rest] == ["Table 2: Prices"]


def test_labels_all_over_a_figure_are_no_table() -> None:
    places = [[0, 4], [1, 5], [2, 6], [3], [0, 5], [1, 6], [2, 4], [3, 5]]
    lines = [
        text_line(100 + 200 * column, 300 + 60 * row, "насос")
        for row, columns in enumerate(places)
        for column in columns
    ]
    figure = Region("image", (80, 280, 1500, 800), 0, 0.9)
    assert find_tables(lines, [figure], blank_sheet()) == ([], lines)


def test_a_caption_beside_a_table_between_rules_is_no_column_of_it() -> None:
    level = tuple((400, y, 1300, y + 3) for y in (290, 340, 480))
    sheet = replace(blank_sheet(), ruling_lines=RulingLines(level, (), blank_sheet().ruling_lines.mask))
    beside = [
        text_line(100, 300 + 50 * index, *words) for index, words in enumerate((("Цены", "за"), ("год", "с"), ("НДС",)))
    ]
    table = [text_line(420, 300 + 50 * index, *row, step=300) for index, row in enumerate(ROWS)]
    tables, rest = find_tables([*table, *beside], [], sheet)
    assert texts(tables) == [[list(row) for row in ROWS]]
    assert {line.text for line in rest} == {"Цены за", "год с", "НДС"}


def test_the_rules_above_totals_are_no_table_of_their_own() -> None:
    level = tuple((400, y, 480, y + 3) for y in (395, 495))
    sheet = replace(blank_sheet(), ruling_lines=RulingLines(level, (), blank_sheet().ruling_lines.mask))
    cells = [
        ("", "2025", "2024"),
        ("Запасы", "12", "14"),
        ("Итого", "12", "14"),
        ("Долг", "5", "7"),
        ("Итого", "5", "7"),
    ]
    lines = [
        text_line(120 + 300 * column, 300 + 50 * row, text)
        for row, texts_ in enumerate(cells)
        for column, text in enumerate(texts_)
        if text
    ]
    tables, rest = find_tables(lines, [], sheet)
    assert texts(tables) == [[list(row) for row in cells]]
    assert rest == []


def test_filled_rows_part_rows_where_every_second_one_is_filled() -> None:
    names = (("Новая", "Площадка"), ("Сарай", ""), ("Старый", "Склад"), ("Двор", ""))
    lines, bars, y = [text_line(120, 240, "Место", "Штук", "Рублей", step=300)], [], 300
    for number, (key, rest) in enumerate(names):
        lines.append(text_line(120, y, key, f"{number}4", f"{number}5161", step=300))
        if rest:
            lines.append(text_line(120, y + 38, rest))
            bars.append((100, y - 8, 1000, y + 68))
        y += 76 if rest else 38
    tables, _ = find_tables(lines, [], replace(blank_sheet(), filled=tuple(bars)))
    assert [row[0] for row in texts(tables)[0]] == ["Место", "Новая Площадка", "Сарай", "Старый Склад", "Двор"]


def test_lines_in_a_text_of_the_model_are_no_rows_of_a_table_beside_it() -> None:
    pairs = [text_line(120, 300 + 60 * index, *row, step=200) for index, row in enumerate(ROWS)]
    beside = [text_line(900, 300 + 60 * index, "слово", "и", "слово", step=150) for index in range(6)]
    model = [Region("table", (110, 290, 700, 460), 0, 0.95), Region("text", (890, 290, 1500, 700), 1, 0.97)]
    tables, rest = find_tables([*pairs, *beside], model, blank_sheet())
    assert texts(tables) == [[list(row) for row in ROWS]]
    assert [line.box[0] for line in rest] == [900] * 6


def test_sections_of_a_page_between_its_rules_are_no_table() -> None:
    lines = []
    for top in (220, 520, 820):
        lines += [text_line(100, top, "Заголовок", em=48), text_line(900, top, "Даты", em=48)]
        lines += [text_line(100, top + 80 + 45 * row, "слово", "за", "словом") for row in range(3)]
        lines += [text_line(900, top + 80 + 45 * row, "14", "апреля") for row in range(3)]
    rules = RulingLines(tuple((90, y, 1300, y + 4) for y in (190, 200, 1100)), (), blank_sheet().ruling_lines.mask)
    sheet = replace(blank_sheet(), ruling_lines=rules)
    assert all(table.box[3] - table.box[1] < 300 for table in find_tables(lines, [], sheet)[0])


def test_a_filled_bar_over_the_table_holds_its_head() -> None:
    head = [text_line(120, 240, "Место", "Штук", "Рублей", step=300), text_line(120, 288, "склада", "всего", step=300)]
    lines = [*head, *(text_line(120, 350 + 50 * n, *row, step=300) for n, row in enumerate(ROWS[1:]))]
    tables, _ = find_tables(lines, [], replace(blank_sheet(), filled=((100, 230, 1000, 325),)))
    assert texts(tables) == [[["Место склада", "Штук всего", "Рублей"], *(list(row) for row in ROWS[1:])]]


def test_a_column_of_labels_that_the_model_takes_for_a_text_stays_in_its_table() -> None:
    table = [*ROWS, ("Провод", "52", "56751"), ("Труба", "7", "1204")]
    lines = [text_line(120, 300 + 60 * index, *row, step=300) for index, row in enumerate(table)]
    model = [Region("table", (300, 290, 1000, 580), 0, 0.95), Region("text", (110, 290, 290, 580), 1, 0.97)]
    assert texts(find_tables(lines, model, blank_sheet())[0]) == [[list(row) for row in table]]


def test_rules_about_a_head_have_the_rows_below_them_in_their_table() -> None:
    sheet = blank_sheet()
    lines = [text_line(120, 300, "Товар", "Штук", "Рублей", step=300)]
    lines += [text_line(120, 400 + 40 * n, f"Провод{n}", f"{n}4", f"{n}51618", step=300) for n in range(6)]
    level = tuple((100, y, 900, y + 3) for y in (280, 360))
    ruled = replace(sheet, ruling_lines=RulingLines(level, (), sheet.ruling_lines.mask))
    tables, rest = find_tables(lines, [], ruled)
    assert [len(table.cells) for table in tables] == [7]
    assert rest == []


def test_blanks_of_many_lengths_between_two_rules_are_those_of_a_form() -> None:
    names = [("In", "born"), ("I,", "live"), ("for", "of"), ("from", "until"), ("paid", "due")]
    lines = [text_line(120, 300 + 60 * n, *pair, step=400 + 60 * n) for n, pair in enumerate(names)]
    long = [(100, y, 1200, y + 3) for y in (280, 620)]
    blanks = [(180, 335 + 60 * n, 500 + 60 * n, 338 + 60 * n) for n in range(5)]
    same = [(180, 335 + 60 * n, 500, 338 + 60 * n) for n in range(5)]
    mask = blank_sheet().ruling_lines.mask
    form, table = (
        replace(blank_sheet(), ruling_lines=RulingLines((*long, *rules), (), mask)) for rules in (blanks, same)
    )
    model = [Region("text", (100, 280, 1200, 620), 0, 0.9)]
    assert find_tables(lines, model, form)[0] == []
    assert len(find_tables(lines, model, table)[0]) == 1
