"""Word files, read back by python-docx, and by LibreOffice where it is installed."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from PIL import Image

from ocr_service.document import Failure, PageResult, RegionResult
from ocr_service.export.docx import write_docx
from tests.support.office import converted, needs_office
from tests.support.pages import page, region

_TABLE = (
    '<table><tr><th rowspan="2">Товар</th><th colspan="2">Цена</th></tr><tr><td>опт</td><td>розница</td></tr>'
    "<tr><td>Болт M<sub>8</sub>, <b>сталь</b></td><td>84 500,00</td><td>$1,200.50</td></tr></table>"
)


def _jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(buffer, "JPEG")
    return buffer.getvalue()


def _written(folder: Path, *pages: PageResult) -> Document:
    images = {"images/a.jpg": _jpeg(), "images/broken.jpg": b"nothing"}
    write_docx(pages, folder / "a.docx", title="Отчёт", language="ru", image_of=images.get)
    return docx.Document(str(folder / "a.docx"))


def _paragraphs(folder: Path, *regions: RegionResult) -> list[tuple[str, str]]:
    document = _written(folder, page(1, *regions))
    return [(str(paragraph.style and paragraph.style.name), paragraph.text) for paragraph in document.paragraphs]


def test_headings_have_their_levels_and_paragraphs_are_whole(tmp_path: Path) -> None:
    assert _paragraphs(
        tmp_path,
        region("doc_title", "Отчёт\nза год"),
        region("paragraph_title", "1.1 Раздел", level=3),
        region("text", "Первая\nстрока.\n\nВторой абзац за $5 и $6."),
        region("figure_title", "Рис. 1"),
    ) == [
        ("Heading 1", "Отчёт за год"),
        ("Heading 3", "1.1 Раздел"),
        ("Normal", "Первая строка."),
        ("Normal", "Второй абзац за $5 и $6."),
        ("Caption", "Рис. 1"),
    ]


def test_lists_are_lists_and_their_printed_numbers_stay(tmp_path: Path) -> None:
    listed = region("text", "- раз\n  - вложенный\n- **два**\n\n4. четвёртый\n5. пятый", format="markdown")
    assert _paragraphs(tmp_path, listed) == [
        ("List Bullet", "раз"),
        ("List Bullet 2", "вложенный"),
        ("List Bullet", "два"),
        ("List Continue", "4. четвёртый"),
        ("List Continue", "5. пятый"),
    ]


def test_a_nested_item_has_the_style_of_its_level(tmp_path: Path) -> None:
    items = [region("text", f"{indent}- пункт", format="markdown") for indent in ("", "    ", "        ")]
    assert _paragraphs(tmp_path, *items) == [
        ("List Bullet", "пункт"),
        ("List Bullet 2", "пункт"),
        ("List Bullet 3", "пункт"),
    ]


def test_the_mark_of_a_footnote_is_raised(tmp_path: Path) -> None:
    note = region("footnote", "[^1]: Ibid.", format="markdown")
    paragraphs = _written(tmp_path, page(1, region("text", "Слово.[^1]"), note)).paragraphs
    runs = [[(run.text, run.font.superscript) for run in paragraph.runs] for paragraph in paragraphs]
    assert runs == [[("Слово.", None), ("1", True)], [("1", True), (" Ibid.", None)]]


def test_merged_cells_are_merged_and_numbers_are_on_the_right(tmp_path: Path) -> None:
    [table] = _written(tmp_path, page(1, region("table", _TABLE, format="html"))).tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [
        ["Товар", "Цена", "Цена"],
        ["Товар", "опт", "розница"],
        ["Болт M8, сталь", "84 500,00", "$1,200.50"],
    ]
    assert table.cell(0, 0)._tc is table.cell(1, 0)._tc
    alignments = [cell.paragraphs[0].alignment for cell in table.rows[2].cells]
    assert alignments == [None, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.RIGHT]
    runs = table.cell(2, 0).paragraphs[0].runs
    assert [run.text for run in runs if run.font.subscript] == ["8"]
    assert [run.text for run in runs if run.bold] == ["сталь"]


def test_a_pipe_table_is_a_table(tmp_path: Path) -> None:
    pipes = region("table", "| a | b |\n| --- | --- |\n| 1 | x\\|y |\n| 2 | |", format="markdown")
    [table] = _written(tmp_path, page(1, pipes)).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["a", "b"], ["1", "x|y"], ["2", ""]]


def test_formulas_are_words_own_and_what_is_none_stays_as_its_source(tmp_path: Path) -> None:
    document = _written(
        tmp_path,
        page(
            1,
            region("display_formula", r"\frac{a}{b}", format="latex"),
            region("text", "где $x^2$ больше", format="markdown"),
            region("display_formula", r"\left( x", format="latex"),
        ),
    )
    body = document.element.body
    assert len(body.xpath(".//m:oMathPara")) == 1
    assert len(body.xpath(".//m:oMath")) == 2
    assert document.paragraphs[-1].text == r"\left( x"


def test_figures_are_inside_and_missing_ones_do_no_harm(tmp_path: Path) -> None:
    document = _written(
        tmp_path,
        page(
            1,
            region("image", "Схема", (0, 0, 200, 100), format="image", image="images/a.jpg"),
            region("image", "", format="image", image="images/none.jpg"),
            region("image", "", format="image", image="images/broken.jpg"),
        ),
    )
    [shape] = document.inline_shapes
    assert shape.width.inches == pytest.approx(2.0)  # 200 pixels at 100 dpi
    assert shape._inline.docPr.get("descr") == "Схема"


def test_what_failed_is_named(tmp_path: Path) -> None:
    failure = Failure("page_timeout", "took too long", "render")
    document = _written(
        tmp_path,
        page(1, status="failed", error=failure),
        page(2, region("table", "", error=failure), region("text", "a")),
    )
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts == ["Page 1: took too long", "table: took too long", "a"]


def test_characters_that_xml_forbids_are_left_out(tmp_path: Path) -> None:
    assert _paragraphs(tmp_path, region("text", "a\x00b\x0b\x1fc \ud800 &<>")) == [("Normal", "abc &<>")]


def test_comments_of_running_lines_are_not_shown(tmp_path: Path) -> None:
    assert _paragraphs(tmp_path, region("header", "<!-- header: x -->", format="html"), region("text", "a")) == [
        ("Normal", "a")
    ]


@pytest.mark.slow
@needs_office
def test_libreoffice_reads_headings_and_merged_cells(tmp_path: Path) -> None:
    _written(tmp_path, page(1, region("doc_title", "Отчёт"), region("table", _TABLE, format="html")))
    html = (
        converted(tmp_path / "a.docx", "html:HTML (StarWriter)").read_text(encoding="utf-8", errors="replace").lower()
    )
    assert "<h1" in html
    assert 'rowspan="2"' in html and 'colspan="2"' in html
