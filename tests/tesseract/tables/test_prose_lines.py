"""Running text, told from the rows of tables."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.tesseract.lines.page_columns import page_gutters
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.words import Line, make_line
from tests.support.sheets import text_line

WORDS = ("поставщик", "обязуется", "передать", "товар", "покупателю")


def paragraph(x: int, y: int, lines: int) -> list[Line]:
    return [text_line(x, y + 38 * index, *WORDS) for index in range(lines)]


def test_a_paragraph_beside_the_rows_of_a_table_is_prose_and_the_rows_are_not() -> None:
    rows = [text_line(900, 100 + 38 * index, "Кабель", "14", "518", step=200) for index in range(5)]
    prose = paragraph(100, 100, 5)
    assert prose_lines([*prose, *rows]) == set(prose)


def test_labels_with_numbers_beside_them_are_no_prose() -> None:
    numbers = [text_line(1200, 100 + 38 * index, "51618") for index in range(5)]
    assert prose_lines([*paragraph(100, 100, 5), *numbers]) == set()


def test_a_cell_of_several_lines_between_others_is_no_prose() -> None:
    firsts = [text_line(20, 100 + 76 * index, "Насос") for index in range(2)]
    lasts = [text_line(1100, 100 + 76 * index, "май") for index in range(2)]
    assert prose_lines([*firsts, *paragraph(200, 100, 4), *lasts]) == set()


def test_one_long_line_alone_is_prose_also_where_it_is_stretched() -> None:
    long = text_line(100, 100, *["слово"] * 12)
    stretched = text_line(100, 300, *["слово"] * 9, step=75 + 28)
    assert prose_lines([long]) == {long}
    assert prose_lines([stretched]) == {stretched}


def test_short_lines_and_rows_are_no_prose() -> None:
    rows = [text_line(100, 100 + 38 * index, "Кабель", "14", "518", step=300) for index in range(5)]
    poem = [text_line(100, 600 + 38 * index, "слово", "о", "полку") for index in range(4)]
    assert prose_lines([*rows, *poem]) == set()


def test_two_lines_as_wide_as_the_paragraphs_of_their_column_are_prose() -> None:
    two, alone = paragraph(100, 500, 2), paragraph(900, 500, 2)
    labels = [text_line(900, 500 + 38 * index, "Насос") for index in range(2)]
    assert prose_lines([*paragraph(100, 100, 5), *two, *labels]) == {*paragraph(100, 100, 5), *two}
    assert not prose_lines(alone)


def test_an_indented_first_line_belongs_to_its_paragraph() -> None:
    first = text_line(130, 62, *WORDS[:4], "покупате")
    prose = paragraph(100, 100, 4)
    end = prose[0].box[2]
    first = text_line(end - (first.box[2] - first.box[0]), 62, *WORDS[:4], "покупате")
    assert first.box[0] > 100
    assert prose_lines([first, *prose]) == {first, *prose}


def test_a_label_and_its_number_with_dots_between_them_are_no_prose() -> None:
    prose = paragraph(100, 100, 5)
    first, number = text_line(100, 400, "Итого").words[0], text_line(prose[0].box[2] - 45, 400, "518").words[0]
    leader = replace(first, text="…", box=(first.box[2], first.box[1], number.box[0], first.box[3]))
    assert prose_lines([*prose, make_line([first, leader, number])]) == set(prose)


NARROW = (
    "вдоль берега росли",
    "старые ивы. Под ними",
    "лежали лодки, и дети",
    "сидели там весь день",
    "с удочками. Взрослые",
    "работали на полях",
    "до самого вечера",
    "и пели песни",
)


def test_narrow_ragged_columns_are_prose_and_part_a_table_from_themselves() -> None:
    columns = [[text_line(x, 100 + 40 * n, *text.split()) for n, text in enumerate(NARROW)] for x in (100, 600)]
    cells = [text_line(1100, 100 + 40 * n, "Труба", f"{n}5", step=200) for n in range(8)]
    lines = [*columns[0], *columns[1], *cells]
    found = prose_lines(lines)
    assert found.issuperset(columns[0])
    assert round(page_gutters(lines, found)[0].x, -2) == 500


def test_names_one_under_the_other_are_no_narrow_column() -> None:
    names = ("Иванов Пётр Ильич", "Смирнова Анна", "Кузнецов Олег", "Попова Инна", "Орлов Лев", "Белов Ян", "Ким Ирина")
    assert (
        prose_lines([text_line(100, 100 + 40 * n, *name.split()) for n, name in enumerate((*names, *names))]) == set()
    )
