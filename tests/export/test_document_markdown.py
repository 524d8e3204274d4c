"""The Markdown of a document, made of its pages."""

from __future__ import annotations

import pytest

from ocr_service.document import Failure, PageMarkers, PageResult
from ocr_service.export.document_markdown import document_markdown, labelled_text, page_text
from tests.support.pages import page, region

_FAILED = page(2, status="failed", error=Failure("page_timeout", "took too long", "render"))


def _text(*pages: PageResult, join: bool, page_markers: PageMarkers = "none") -> str:
    return "".join(document_markdown(lambda: pages, join=join, page_markers=page_markers))


def test_joined_pages_are_written_from_their_regions() -> None:
    first = page(1, region("text", "Предложение не кончилось,"), markdown="as read")
    second = page(2, region("text", "а продолжилось."), markdown="as read too")
    assert _text(first, second, join=True) == "Предложение не кончилось, а продолжилось.\n"


def test_pages_that_are_not_joined_lose_their_running_lines_only() -> None:
    first = page(1, region("header", "Report"), region("text", "a word and"))
    second = page(2, region("header", "Report"), region("text", "another"))
    assert _text(first, second, join=False) == "a word and\n\nanother\n"
    assert _text(first, second, join=True) == "a word and another\n"


def test_running_lines_are_kept_or_commented_where_asked_for() -> None:
    pages = [page(n, region("header", "Report"), region("text", f"Page {n} said.")) for n in (1, 2)]
    kept = "".join(document_markdown(lambda: iter(pages), join=True, headers="keep"))
    assert kept == "Report\n\nPage 1 said.\n\nReport\n\nPage 2 said.\n"
    commented = "".join(document_markdown(lambda: iter(pages), join=False, headers="comment"))
    assert commented.startswith("<!-- header: Report -->\n\nPage 1 said.\n\n<!-- header")


@pytest.mark.parametrize("join", [True, False])
def test_a_page_that_failed_leaves_a_comment_in_its_place(join: bool) -> None:
    pages = (
        page(1, region("text", "Before."), markdown="Before."),
        _FAILED,
        page(3, region("text", "After."), markdown="After."),
    )
    comment = "<!-- page 2 could not be read: page_timeout -->"
    assert _text(*pages, join=join) == f"Before.\n\n{comment}\n\nAfter.\n"
    assert page_text(_FAILED) == comment


@pytest.mark.parametrize("join", [True, False])
def test_pages_without_text_leave_nothing(join: bool) -> None:
    assert _text(page(1), page(2), join=join) == ""


def test_a_comment_names_each_page_also_one_without_text() -> None:
    pages = page(1, region("text", "One,")), page(2, region("text", "two.")), page(3)
    assert _text(*pages, join=True, page_markers="comment") == (
        "<!-- page 1 -->\n\nOne, two.\n\n<!-- page 2 -->\n\n<!-- page 3 -->\n"
    )


def test_a_rule_is_between_pages_with_text() -> None:
    pages = page(1), page(2, region("text", "Two.")), page(3), page(4, region("text", "Four."))
    assert _text(*pages, join=True, page_markers="rule") == "Two.\n\n---\n\nFour.\n"


def test_a_pages_headers_are_given_a_line_each() -> None:
    read = page(
        1, region("header", " Договор "), region("text", "Text"), region("header_image", ""), region("header", "2")
    )
    assert labelled_text(read, {"header", "header_image"}) == "Договор\n2"
    assert labelled_text(read, {"footer"}) == ""
