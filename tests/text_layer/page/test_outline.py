"""Levels of headings from a document's bookmarks."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import OutlineItem

from ocr_service.text_layer.page.outline import level_in_outline, normalised, outline_of_page


def levels(page: int, *entries: OutlineItem) -> dict[str, int]:
    """``entries``: the top of the outline of a PDF of two pages."""
    content = BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page()
        with pdf.open_outline() as outline:
            outline.root.extend(entries)
        pdf.save(content)
    with pdfium.PdfDocument(content.getvalue()) as document:
        return outline_of_page(document, page)


def entry(title: str, page: int, *below: OutlineItem) -> OutlineItem:
    """``page`` counts from 1."""
    item = OutlineItem(title, page - 1)
    item.children.extend(below)
    return item


def test_a_single_top_entry_is_the_title() -> None:
    assert levels(1, entry("Отчёт", 1, entry("1. Введение", 1, entry("1.1 Цели", 2)))) == {"отчёт": 1, "1 введение": 2}


def test_several_top_entries_are_sections() -> None:
    assert levels(2, entry("One", 1), entry("Two", 2, entry("Three", 2))) == {"two": 2, "three": 3}


def test_no_level_is_deeper_than_six() -> None:
    nested = entry("Level 6", 1)
    for depth in range(5, 0, -1):
        nested = entry(f"Level {depth}", 1, nested)
    assert max(levels(1, nested, entry("Other", 1)).values()) == 6


def test_a_document_without_an_outline_has_no_levels() -> None:
    assert levels(1) == {}


def test_a_title_is_compared_by_letters_and_digits() -> None:
    assert normalised(" 1.  Итоги – 2024!") == "1 итоги 2024"


@pytest.mark.parametrize("heading", ["Results", "3. Results", "RESULTS:"])
def test_a_heading_is_found_with_or_without_its_number(heading: str) -> None:
    assert level_in_outline(heading, {"3 results": 2}) == 2


def test_another_heading_has_no_level() -> None:
    assert level_in_outline("Resulting", {"3 results": 2}) is None


def test_a_number_alone_is_found_only_as_it_is() -> None:
    assert level_in_outline("12", {"13": 2}) is None
