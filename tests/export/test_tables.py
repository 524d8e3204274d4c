"""Tables as rows of cells, as HTML and as Markdown."""

from __future__ import annotations

from typing import Literal

import pytest

from ocr_service.export.tables import (
    SpanningCell,
    html_table,
    markdown_table,
    parse_table,
    table_as_html,
    table_as_markdown,
    table_in_form,
    write_table,
)
from tests.support.pages import region

_HTML = '<table border=1><tr><td>a</td><td>b &lt; c</td></tr><tr><td colspan="2">d</td></tr></table>'
_MARKDOWN = "| a | b\\|c |\n| --- | --- |\n| 1 |  |"


@pytest.mark.parametrize("content", [_HTML, _MARKDOWN])
def test_a_table_is_written_as_it_was_parsed(content: str) -> None:
    rows = parse_table(content)
    assert rows is not None
    assert write_table(rows.kind, rows.opening, [row.source for row in rows.rows], rows.closing) == content


def test_cells_are_the_text_that_is_shown() -> None:
    html, markdown = parse_table(_HTML), parse_table(_MARKDOWN)
    assert html and [row.cells for row in html.rows] == [("a", "b < c"), ("d",)]
    assert markdown and [row.cells for row in markdown.rows] == [("a", "b|c"), ("1", "")]
    assert (html.columns, markdown.columns) == (2, 2)


def test_rows_of_all_parts_of_a_table_are_taken_and_those_of_tables_inside_are_not() -> None:
    inner = "<table><tr><td>x</td></tr></table>"
    rows = parse_table(
        f"<table><thead><tr><th>h</th></tr></thead><tbody><tr><td>{inner}</td></tr></tbody>"
        "<tfoot><tr><td>f</td></tr></tfoot></table>"
    )
    assert rows and [row.cells for row in rows.rows] == [("h",), ("x",), ("f",)]


@pytest.mark.parametrize("span", ["1000000000", "-1", "x", ""])
def test_a_span_that_makes_no_sense_costs_no_memory(span: str) -> None:
    rows = parse_table(f'<table><tr><td colspan="{span}">a</td></tr></table>')
    assert rows and 1 <= rows.columns <= 1000


@pytest.mark.parametrize(
    "content", ["", "text", "<table", "<table></table>", "<p>a</p>", "| a |", "| a |\n| b |", "a | b\n--- | ---"]
)
def test_what_is_no_table_is_none(content: str) -> None:
    assert parse_table(content) is None
    assert table_as_html(content) is None
    assert table_as_markdown(content) is None


def test_a_markdown_table_becomes_html_with_its_text_escaped() -> None:
    assert table_as_html("| a<b | c & d |\n| --- | --- |") == (
        "<table><tr><td>a&lt;b</td><td>c &amp; d</td></tr></table>"
    )
    assert table_as_html(_HTML) == _HTML


def test_an_html_table_becomes_markdown_where_markdown_can_hold_it() -> None:
    plain = "<table><tr><td>a|b</td><td>c</td></tr><tr><td>1</td><td></td></tr></table>"
    assert table_as_markdown(plain) == "| a\\|b | c |\n| --- | --- |\n| 1 |  |"
    assert table_as_markdown(_HTML) is None
    assert table_as_markdown('<table><tr><td><img src="images/a.jpg"></td></tr></table>') is None
    assert table_as_markdown(_MARKDOWN) == _MARKDOWN


def test_rows_of_different_lengths_are_filled_up() -> None:
    assert markdown_table([["№", "a|b"], ["1"]]) == "| № | a\\|b |\n| --- | --- |\n| 1 |  |"
    assert markdown_table([]) == ""


@pytest.mark.parametrize(
    ("content", "form", "found"),
    [
        ("| a | b |\n| --- | --- |", "html", "html"),
        ("<table><tr><td>a</td></tr></table>", "markdown", "markdown"),
        ('<table><tr><td colspan="2">a</td></tr></table>', "markdown", "html"),
    ],
)
def test_a_table_has_the_form_that_is_asked_for_unless_that_cannot_hold_it(
    content: str, form: Literal["html", "markdown"], found: str
) -> None:
    written, kind = table_in_form(region("table", content, format="html"), form)
    assert kind == found
    assert written.startswith("<table" if found == "html" else "|")


def test_what_is_no_table_stays_as_it_was_read() -> None:
    assert table_in_form(region("table", "a b", format="text"), "html") == ("a b", "markdown")


def test_cells_over_several_columns_and_rows_leave_out_what_they_cover() -> None:
    top = [SpanningCell("A & B", down=2), SpanningCell("2024", across=2), SpanningCell("")]
    content = html_table([top, [SpanningCell(text) for text in ("", "x", "y")]])
    assert content == (
        '<table><tr><td rowspan="2">A &amp; B</td><td colspan="2">2024</td></tr><tr><td>x</td><td>y</td></tr></table>'
    )
    assert table_as_markdown(content) is None


def test_no_text_is_lost_under_a_span_that_reaches_over_it() -> None:
    head = [
        SpanningCell("Head of household", across=2),
        SpanningCell("Social Security Number", across=2),
        SpanningCell(""),
    ]
    names = [SpanningCell("Wexford", down=2), SpanningCell("Jack"), SpanningCell("")]
    again = [SpanningCell("Prior"), SpanningCell("Maud"), SpanningCell("")]
    content = html_table([head, names, again])
    assert all(cell.text in content for row in (head, names, again) for cell in row)
    assert content.startswith('<table><tr><td>Head of household</td><td colspan="2">Social Security Number</td></tr>')
