"""Rows of pages, made of a document's JSON."""

from __future__ import annotations

import json

from ocr_service.cli.archive.page_rows import COLUMNS, failed_document, page_row
from ocr_service.document import Failure
from ocr_service.export.result_json import page_to_json
from tests.support.pages import page, region

FAILURE = Failure("page_timeout", "took too long", "render")


def test_a_row_holds_the_page_and_its_json() -> None:
    as_json = json.loads(page_to_json(page(3, region("text", "Ja"), markdown="Ja", seconds=0.5, confidence=0.9)))
    row = page_row("a/b.pdf", as_json)
    assert tuple(row) == COLUMNS
    assert (row["document"], row["page"], row["markdown"], row["confidence"]) == ("a/b.pdf", 3, "Ja", 0.9)
    assert json.loads(row["json"]) == as_json
    assert row["error_code"] is None


def test_a_failed_page_names_its_error_or_that_of_its_regions() -> None:
    for failed in (
        page(1, status="failed", error=FAILURE),
        page(1, region("text", "", error=FAILURE), status="failed"),
    ):
        row = page_row("a.pdf", json.loads(page_to_json(failed)))
        assert (row["status"], row["error_code"], row["error_message"]) == ("failed", "page_timeout", "took too long")


def test_a_document_that_cannot_be_read_is_page_zero() -> None:
    row = failed_document("a.pdf", "damaged_pdf", "no structure")
    assert tuple(row) == COLUMNS
    assert (row["page"], row["status"], row["error_code"]) == (0, "failed", "damaged_pdf")
