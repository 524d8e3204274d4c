"""The shapes of Datalab's API (datalab_sdk 0.5), as far as they mean something here."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ocr_service.api.compat.document_jobs import Wanted
from ocr_service.api.compat.page_numbers import PageRangesFromZero, pages_from_zero
from ocr_service.api.compat.task_ids import Flag, SomeOf, TaskRef
from ocr_service.api.schemas.document import SubmissionOptions
from ocr_service.api.validation import validated

OutputFormat = Literal["markdown", "html", "json"]


def _listed(value: object) -> object:
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


class ConvertForm(BaseModel):
    """What is asked for beside the document. Options that choose Marker's own models are taken and change nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    output_format: Annotated[tuple[OutputFormat, ...], BeforeValidator(_listed)] = Field(
        ("markdown",), min_length=1, max_length=3, description="`markdown`, `html`, `json`; several with commas"
    )
    file_url: str | None = Field(
        None, max_length=2000, description="Instead of `file`: an https address, where ALLOW_URL_INPUT is set"
    )
    page_range: Annotated[PageRangesFromZero, AfterValidator(pages_from_zero)] = Field(
        "", description="Pages from 0, such as `0-2,6`; all when empty"
    )
    max_pages: int | None = Field(None, ge=1, le=10**6, description="Read only so many pages from the first on")
    paginate: bool = Field(False, description="A line with the page's number, from 0, before each page's Markdown")
    force_ocr: bool = Field(False, description="Read all with OCR, also text that the PDF contains")
    strip_existing_ocr: bool = Field(False, description="The same")
    disable_image_extraction: bool = Field(False, description="Keep no figures")
    skip_cache: bool = Field(False, description="Read anew what was read already")

    @classmethod
    def understood(cls, fields: dict[str, Any]) -> Wanted[Self]:
        """Raises BadOption."""
        asked = validated(cls, fields)
        options = {
            "pages": asked.page_range,
            "text_layer": "ignore" if asked.force_ocr or asked.strip_existing_ocr else None,
            "include_images": asked.include_images,
            "cache": not asked.skip_cache,
        }
        first_pages = None if asked.page_range else asked.max_pages
        return Wanted(asked, SubmissionOptions.model_validate(options), first_pages, asked.file_url or "")

    @property
    def include_images(self) -> bool:
        return not self.disable_image_extraction


class RequestTask(TaskRef):
    """A job, and what to give of its result."""

    output_format: Annotated[tuple[OutputFormat, ...], SomeOf({"m": "markdown", "h": "html", "j": "json"})]
    paginate: Annotated[bool, Flag("p")]
    include_images: Annotated[bool, Flag("i")]


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
