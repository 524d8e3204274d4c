"""The request of ``/restructure-pages``; its answer is that of ``/layout-parsing``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from ocr_service.api.compat.paddlex.models import LONGEST_LOG_ID, NOT_HERE, FormatsRequest

_MOST_PAGES = 10_000


def _only_strings(value: Any) -> Any:
    """Stops at the first that is none: pydantic would describe each."""
    if isinstance(value, dict) and not all(isinstance(item, str) for item in value.values()):
        raise ValueError("every value must be a string")
    return value


_Images = Annotated[dict[str, str], BeforeValidator(_only_strings)]


class StructuredPage(BaseModel):
    """A page as `/layout-parsing` gave it."""

    prunedResult: dict[str, Any] = Field(description="As it was given")
    markdownImages: _Images | None = Field(None, description="Its figures, as `markdown.images` had them")


class RestructurePagesRequest(FormatsRequest):
    """Pages to make one text of."""

    pages: list[StructuredPage] = Field(
        max_length=_MOST_PAGES, fail_fast=True, description="In the order of the document"
    )
    mergeTables: bool = Field(True, description="Join tables that a page's end cut")
    relevelTitles: bool = Field(True, description="One level for headings of one size")
    concatenatePages: bool = Field(False, description="One result for all pages")
    prettifyMarkdown: bool = Field(True, description="Figures as centred `<img>`; `false`: as `![](…)`")
    showFormulaNumber: bool = Field(False, description=NOT_HERE)
    returnMarkdownImages: bool = Field(True, description="Give the figures back")
    logId: str | None = Field(None, max_length=LONGEST_LOG_ID, description="Comes back in the answer")
