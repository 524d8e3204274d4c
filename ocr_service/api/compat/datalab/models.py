"""The shapes of Datalab's API (datalab_sdk 0.5), as far as they mean something here."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ocr_service.api.schemas.document import SubmissionOptions
from ocr_service.errors import NotFound

OutputFormat = Literal["markdown", "html", "json"]
_FORMATS: tuple[OutputFormat, ...] = ("markdown", "html", "json")
_REQUEST_ID = re.compile(r"([0-9a-f]{32})-([mhj]{1,3})(p?)(i?)")
_NUMBER = re.compile(r"[0-9]{1,9}")


def _listed(value: object) -> object:
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


class ConvertForm(BaseModel):
    """What is asked for beside the document. Options that choose Marker's own models are taken and change nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    output_format: Annotated[tuple[OutputFormat, ...], BeforeValidator(_listed)] = Field(
        ("markdown",), min_length=1, max_length=3, description="`markdown`, `html`, `json`; several with commas"
    )
    page_range: str = Field("", max_length=1000, description="Pages from 0, such as `0-2,6`; all when empty")
    max_pages: int | None = Field(None, ge=1, le=10**6, description="Read only so many pages from the first on")
    paginate: bool = Field(False, description="A line with the page's number, from 0, before each page's Markdown")
    force_ocr: bool = Field(False, description="Read all with OCR, also text that the PDF contains")
    strip_existing_ocr: bool = Field(False, description="The same")
    disable_image_extraction: bool = Field(False, description="Keep no figures")
    skip_cache: bool = Field(False, description="Read anew what was read already")

    def submission(self, pages: str) -> SubmissionOptions:
        """The same in this service's terms."""
        return SubmissionOptions.model_validate(
            {
                "pages": pages,
                "text_layer": "ignore" if self.force_ocr or self.strip_existing_ocr else None,
                "include_images": not self.disable_image_extraction,
                "cache": not self.skip_cache,
            }
        )

    @property
    def pages(self) -> str:
        """``page_range`` with pages from 1."""
        return _NUMBER.sub(lambda number: str(int(number[0]) + 1), self.page_range)


class RequestRef(BaseModel):
    """A job, and what its result is to hold: both are in the request's id; jobs know nothing of other protocols."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    formats: tuple[OutputFormat, ...]
    paginate: bool
    images: bool

    @classmethod
    def parsed(cls, request_id: str) -> Self:
        """Raises NotFound."""
        match = _REQUEST_ID.fullmatch(request_id)
        if match is None:
            raise NotFound("Request not found.")
        formats = tuple(form for form in _FORMATS if form[0] in match[2])
        return cls(job_id=match[1], formats=formats, paginate=bool(match[3]), images=bool(match[4]))

    @property
    def id(self) -> str:
        letters = "".join(form[0] for form in _FORMATS if form in self.formats)
        return f"{self.job_id}-{letters}{'p' * self.paginate}{'i' * self.images}"


class Submitted(BaseModel):
    """A document that is being read, or why it is not."""

    success: bool = Field(description="`false` where something is wrong with the document or what was asked for")
    error: str | None = Field(None, description="What: a stable code, and a text for people")
    request_id: str | None = Field(None, description="Of this request")
    request_check_url: str | None = Field(None, description="Address of its state and result")


class Result(BaseModel):
    """A document's state, and its content once `status` is `complete`."""

    status: Literal["processing", "complete", "failed"] = Field(description="How far it is")
    success: bool | None = Field(None, description="`false` when it failed; null while it is being read")
    output_format: str = Field(description="As it was asked for")
    page_count: int = Field(description="Pages that are read")
    error: str | None = Field(None, description="Why it failed")
    markdown: str | None = Field(None, description="Where it was asked for; links to figures are names in `images`")
    html: str | None = Field(None, description="Where it was asked for: one HTML file")
    json_: dict[str, Any] | None = Field(None, alias="json", description="Where it was asked for: blocks by page")
    images: dict[str, str] = Field({}, description="Figures by name, base64")
    metadata: dict[str, Any] = Field({}, description="`job_id`")
