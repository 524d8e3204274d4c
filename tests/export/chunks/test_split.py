"""Blocks that are longer than a chunk may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocr_service.export.chunks.blocks import Block, Part, Place
from ocr_service.export.chunks.split import split_block
from ocr_service.export.chunks.tokens import count_tokens
from ocr_service.export.table_grid import table_grid
from ocr_service.export.tables import parse_table

PLACES = [Place(page, 0, "text", (0, 0, 10, 10)) for page in (1, 2, 3)]


def pieces(markdown: str, most: int, kind: str = "text") -> list[str]:
    return [piece.markdown for piece in split_block(block(markdown, kind), most)]


def block(markdown: str, kind: str = "text", *parts: Part) -> Block:
    return Block(kind, markdown, parts or (Part(PLACES[0]),))  # type: ignore[arg-type]


def test_what_fits_stays_as_it_is() -> None:
    assert pieces("One. Two.", 10) == ["One. Two."]


def test_a_paragraph_is_cut_after_a_sentence() -> None:
    assert pieces("Ab cd ef. Gh ij kl. Mn op.", 9) == ["Ab cd ef. Gh ij kl.", "Mn op."]


def test_a_long_sentence_is_cut_between_words_and_never_in_a_formula_or_link() -> None:
    text = "aa bb $x + y = z$ cc [dd ee ff](http://x.y/z) gg"
    found = pieces(text, 10)
    assert " ".join(found) == text
    assert any("$x + y = z$" in piece for piece in found) and any(
        "[dd ee ff](http://x.y/z)" in piece for piece in found
    )


def test_a_script_without_spaces_is_cut_between_letters() -> None:
    text = "文" * 1000
    found = pieces(text, 64)
    assert "".join(found) == text
    assert max(map(len, found)) <= 64


@given(st.text(alphabet="ab .,$[]()<>!\n文1", max_size=400), st.integers(32, 60))
def test_pieces_hold_the_whole_text_and_each_is_within_the_limit(text: str, most: int) -> None:
    found = pieces(text, most) if text.strip() else []
    assert "".join("".join(found).split()) == "".join(text.split())
    # A run of signs without a space may be a formula, a link or a tag, which are kept whole.
    if not set(text) & set("$[<!"):
        assert all(count_tokens(piece) <= most for piece in found)


def test_a_formula_and_a_figure_are_never_cut() -> None:
    formula = "$$\n" + "x + " * 50 + "y\n$$"
    assert pieces(formula, 32) == [formula]
    figure = f"![{'word ' * 100}](images/a.jpg)"
    assert pieces(figure, 32, "figure") == [figure]


def html(*rows: str) -> str:
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def cells(*texts: str) -> str:
    return "".join(f"<td>{text}</td>" for text in texts)


def test_each_piece_of_a_table_has_its_head_and_whole_rows() -> None:
    rows = [cells(f"row {number}", str(number)) for number in range(40)]
    found = pieces(html(cells("name", "count"), *rows), 120, "table")
    assert len(found) > 2
    parsed = [parse_table(piece) for piece in found]
    assert all(table and table.rows[0].cells == ("name", "count") for table in parsed)
    assert [row.cells for table in parsed if table for row in table.rows[1:]] == [
        (f"row {number}", str(number)) for number in range(40)
    ]
    assert all(count_tokens(piece) <= 130 for piece in found)


def test_a_markdown_table_too() -> None:
    rows = [f"| row {number} | {number} |" for number in range(30)]
    found = pieces("\n".join(["| name | count |", "| --- | --- |", *rows]), 60, "table")
    assert len(found) > 2
    assert all(piece.startswith("| name | count |\n| --- | --- |\n| row ") for piece in found)
    assert "\n".join(line for piece in found for line in piece.split("\n")[2:]) == "\n".join(rows)


def test_a_head_of_several_rows_is_repeated_whole() -> None:
    head = ['<th rowspan="2">name</th><th colspan="2">count</th>', "<th>old</th><th>new</th>"]
    rows = [cells(f"row {number}", "1", "2") for number in range(12)]
    found = pieces(html(*head, *rows), 150, "table")
    assert len(found) > 1
    assert all(piece.startswith(html(*head).removesuffix("</table>")) for piece in found)
    plain = ['<td rowspan="2">name</td><td colspan="2">count</td>', "<td>old</td><td>new</td>"]
    assert all(
        piece.startswith(html(*plain).removesuffix("</table>")) for piece in pieces(html(*plain, *rows), 150, "table")
    )


def test_a_cell_over_several_rows_is_in_each_piece_that_has_one_of_them() -> None:
    rows = ['<td rowspan="30">North</td><td>town 0</td>', *(cells(f"town {number}") for number in range(1, 30))]
    found = pieces(html(cells("region", "town"), *rows), 100, "table")
    assert len(found) > 2
    towns = []
    for piece in found:
        grid = table_grid(piece)
        assert grid and grid.columns == 2
        [north] = [cell for cell in grid.cells if cell.element.text_content() == "North"]
        assert (north.row, north.rows) == (1, grid.rows - 1)
        towns += [cell.element.text_content() for cell in grid.cells if cell.column == 1 and cell.row]
    assert towns == [f"town {number}" for number in range(30)]


def test_a_row_longer_than_the_limit_stays_whole() -> None:
    long = cells("word " * 200, "1")
    found = pieces(html(cells("name", "count"), cells("a", "1"), long, cells("b", "2")), 64, "table")
    assert found == [
        html(cells("name", "count"), cells("a", "1")),
        html(cells("name", "count"), long),
        html(cells("name", "count"), cells("b", "2")),
    ]


def test_a_piece_comes_from_the_pages_that_it_stands_on() -> None:
    parts = (Part(PLACES[0]), Part(PLACES[1], 0.5), Part(PLACES[2], 0.75))
    found = split_block(block("word " * 80, "text", *parts), 32)
    pages = [[part.place.page for part in piece.parts] for piece in found]
    assert pages[0] == [1] and pages[-1] == [3]
    assert [page for piece in pages for page in piece] == sorted(page for piece in pages for page in piece)
    rows = [cells(f"row {number}", str(number)) for number in range(40)]
    table = block(html(cells("name", "count"), *rows), "table", Part(PLACES[0]), Part(PLACES[1], 21))
    for piece in split_block(table, 120):
        parsed = parse_table(piece.markdown)
        assert parsed
        numbers = {int(row.cells[1]) for row in parsed.rows[1:]}
        on_both = {1 if number < 20 else 2 for number in numbers}
        assert {part.place.page for part in piece.parts} == on_both
