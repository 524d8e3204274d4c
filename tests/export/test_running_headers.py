"""Running lines and page numbers leave the text where they are proven; everything else stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.document import Box, PageResult, RegionResult
from ocr_service.export.running_headers import running_lines, without_margins
from tests.support.pages import HEIGHT, page, region

_TOP: Box = (100, 40, 900, 80)
_BOTTOM: Box = (100, HEIGHT - 80, 900, HEIGHT - 40)
_MIDDLE: Box = (100, 600, 900, 640)


def left(pages: list[PageResult]) -> list[list[str]]:
    """The texts that stay, by page."""
    running = running_lines(pages)
    return [[one.content for one in without_margins(each, running)[0]] for each in pages]


def test_a_line_that_repeats_leaves_with_the_page_number_that_is_marked_in_it() -> None:
    pages = [
        page(n, region("text", f"Отчёт за 2024 год, стр. {n}", _TOP), region("text", f"Текст {n}", _MIDDLE))
        for n in range(1, 4)
    ]
    assert left(pages) == [["Текст 1"], ["Текст 2"], ["Текст 3"]]


def test_two_pages_suffice_where_the_reader_labelled_the_line() -> None:
    pages = [page(n, region("header", "Отчёт", _TOP), region("text", "Текст", _MIDDLE)) for n in (1, 2)]
    assert left(pages) == [["Текст"], ["Текст"]]
    pages = [page(n, region("text", "Отчёт", _TOP), region("text", "Текст", _MIDDLE)) for n in (1, 2)]
    assert left(pages) == [["Отчёт", "Текст"]] * 2


def test_wide_margins_have_their_header_and_number_further_inside() -> None:
    head: Box = (100, round(0.11 * HEIGHT), 900, round(0.12 * HEIGHT))
    foot: Box = (480, round(0.82 * HEIGHT), 520, round(0.83 * HEIGHT))
    pages = [
        page(
            n, region("text", "Quiet zones", head), region("text", f"Текст {n}", _MIDDLE), region("text", f"{n}", foot)
        )
        for n in range(1, 4)
    ]
    assert left(pages) == [["Текст 1"], ["Текст 2"], ["Текст 3"]]


def test_a_line_inside_of_others_stays_though_it_repeats() -> None:
    above: Box = (100, round(0.10 * HEIGHT), 900, round(0.11 * HEIGHT))
    line: Box = (100, round(0.12 * HEIGHT), 900, round(0.13 * HEIGHT))
    pages = [
        page(n, region("text", f"Глава {n}", above), region("text", "Цели", line), region("text", "Текст", _MIDDLE))
        for n in range(1, 4)
    ]
    assert [texts[:2] for texts in left(pages)] == [[f"Глава {n}", "Цели"] for n in range(1, 4)]


@pytest.mark.parametrize("label", ["header", "text", "paragraph_title"])
def test_numbers_of_invoices_and_years_are_no_page_numbers(label: str) -> None:
    pages = [
        page(n, region(label, f"Invoice No. {1000 + n}", _TOP), region("text", "Текст", _MIDDLE)) for n in range(1, 5)
    ]
    assert [texts[0] for texts in left(pages)] == [f"Invoice No. {1000 + n}" for n in range(1, 5)]


@pytest.mark.parametrize("form", ["{}", "- {} -", "стр. {}", "Страница {} из 10", "page {} of 6", "{}/9"])
@pytest.mark.parametrize("offset", [0, 116])
def test_numbers_that_count_with_the_pages_leave(form: str, offset: int) -> None:
    pages = [
        page(n, region("text", "Текст", _MIDDLE), region("number", form.format(n + offset), _BOTTOM)) for n in (3, 4)
    ]
    assert left(pages) == [["Текст"], ["Текст"]]


def test_roman_numbers_count_too() -> None:
    numbers = ("iii", "iv", "v")
    pages = [
        page(n, region("text", "Текст", _MIDDLE), region("text", roman, _BOTTOM)) for n, roman in enumerate(numbers, 1)
    ]
    assert left(pages) == [["Текст"]] * 3


def test_a_misread_number_leaves_where_the_others_stand_and_another_number_stays() -> None:
    pages = [
        page(n, region("text", "Текст", _MIDDLE), region("number", text, _BOTTOM))
        for n, text in enumerate(("7", "8", "9", "70"), 1)
    ]
    assert left(pages) == [["Текст"]] * 4
    years = [
        page(n, region("text", "Текст", _MIDDLE), region("text", year, _BOTTOM))
        for n, year in ((1, "2026"), (2, "1812"))
    ]
    assert left(years) == [["Текст", "2026"], ["Текст", "1812"]]


def test_a_document_of_one_page_loses_nothing() -> None:
    margins = region("header", "ООО Ромашка", _TOP), region("number", "1", _BOTTOM)
    pages = [page(1, margins[0], region("text", "Текст", _MIDDLE), margins[1])]
    assert left(pages) == [["ООО Ромашка", "Текст", "1"]]


def test_numbers_that_count_lines_leave_also_a_document_of_one_page() -> None:
    margin: Box = (20, 100, 60, 1500)
    count = region("number", " ".join(map(str, range(41, 80))), margin)
    assert left([page(1, count, region("text", "Текст", _MIDDLE))]) == [["Текст"]]
    assert left([page(1, count)]) == [[count.content]]


def test_a_page_never_loses_its_last_text() -> None:
    pages = [page(n, region("header", "Отчёт", _TOP)) for n in (1, 2)]
    assert left(pages) == [["Отчёт"], ["Отчёт"]]


def test_a_line_that_repeats_in_the_middle_or_on_one_page_only_is_text() -> None:
    pages = [page(n, region("text", "Отчёт", _MIDDLE)) for n in range(1, 9)]
    assert left(pages) == [["Отчёт"]] * 8
    twice = [page(1, *[region("text", "Отчёт", _TOP)] * 3), page(2, region("text", "Текст", _MIDDLE))]
    assert left(twice) == [["Отчёт"] * 3, ["Текст"]]


def test_footnotes_stay() -> None:
    pages = [page(n, region("text", "Текст", _MIDDLE), region("footnote", "1 См. выше", _BOTTOM)) for n in range(1, 4)]
    assert left(pages) == [["Текст", "1 См. выше"]] * 3


def marked(label: str, text: str, box: Box) -> RegionResult:
    return replace(region(label, text, box), artifact=True)


def test_what_the_pdf_marks_as_made_by_paging_leaves_though_it_stands_on_one_page_only() -> None:
    first = page(1, marked("header", "Die Hauptstadt", _TOP), region("text", "Text", _MIDDLE))
    second = page(2, marked("header", "Der Fluss", _TOP), region("text", "Mehr Text", _MIDDLE))
    assert left([first, second]) == [["Text"], ["Mehr Text"]]


@pytest.mark.parametrize(("number", "stays"), [("206", False), ("1", True), ("Rechnung 206", True)])
def test_one_page_loses_what_is_marked_only_if_a_marked_number_shows_that_it_is_of_more(
    number: str, stays: bool
) -> None:
    head = marked("header", "Bank of the Lake, 14 Quay Street", _TOP)
    pages = [page(1, head, region("text", "Text", _MIDDLE), marked("footer", number, _BOTTOM))]
    assert left(pages) == [[head.content, "Text", number] if stays else ["Text"]]


def test_what_is_marked_in_the_middle_of_a_page_stays() -> None:
    pages = [
        page(n, region("text", "Text", _MIDDLE), marked("text", f"Figure {n}", (100, 700, 900, 740))) for n in (1, 2)
    ]
    pages = [page(n, *p.regions, region("text", "End", _BOTTOM)) for n, p in enumerate(pages, start=1)]
    assert left(pages) == [["Text", "Figure 1", "End"], ["Text", "Figure 2", "End"]]
