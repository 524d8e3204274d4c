"""The shapes of MinerU's API (mineru/cli/api_request.py and api_response_models.py), where they have a meaning."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from ocr_service.api.compat.document_jobs import Wanted
from ocr_service.api.compat.page_numbers import pages_between
from ocr_service.api.compat.task_ids import Flag, TaskRef
from ocr_service.api.schemas.document import SubmissionOptions
from ocr_service.api.validation import validated

_LAST_PAGE = 99_999  # from here on it means "to the end", as MinerU's default does
_TEXT_LAYER = {"auto": None, "txt": "only", "ocr": "ignore"}


class ParseForm(BaseModel):
    """What is asked for beside the document. Options that choose MinerU's own models are taken and change nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    parse_method: Literal["auto", "txt", "ocr"] = Field(
        "auto", description="`txt` takes only the text that a PDF holds itself, `ocr` reads all with OCR"
    )
    return_md: bool = Field(True, description="Give `md_content`")
    return_middle_json: bool = Field(False, description="Give `middle_json`")
    return_content_list: bool = Field(False, description="Give `content_list`")
    return_images: bool = Field(False, description="Give the figures, as data URIs or files")
    response_format_zip: bool = Field(False, description="Give a zip instead of JSON")
    start_page_id: int = Field(0, ge=0, le=_LAST_PAGE, description="First page, from 0")
    end_page_id: int = Field(_LAST_PAGE, ge=0, description="Last page, from 0; from 99999 on the document's last one")

    @classmethod
    def understood(cls, fields: dict[str, Any]) -> Wanted[Self]:
        """Raises BadOption."""
        asked = validated(cls, fields)
        last = asked.end_page_id + 1 if asked.end_page_id < _LAST_PAGE else None
        options = {
            "pages": pages_between(asked.start_page_id + 1, last),
            "text_layer": _TEXT_LAYER[asked.parse_method],
        }
        return Wanted(asked, SubmissionOptions.model_validate(options))


class Task(TaskRef):
    """A job, and what to give of its result."""

    return_md: Annotated[bool, Flag("m")]
    return_middle_json: Annotated[bool, Flag("j")]
    return_content_list: Annotated[bool, Flag("c")]
    return_images: Annotated[bool, Flag("i")]
    response_format_zip: Annotated[bool, Flag("z")]


class TaskStatus(BaseModel):
    """How far a task is."""

    task_id: str = Field(description="For `/tasks/{id}`")
    status: Literal["pending", "processing", "completed", "failed"] = Field(description="Its state")
    backend: str = Field(description="What reads it: `vlm` or `tesseract`")
    file_names: list[str] = Field(description="The document's name without its suffix: its key in `results`")
    created_at: str = Field(description="When it was submitted, ISO 8601")
    started_at: str | None = Field(None, description="When it was begun")
    completed_at: str | None = Field(None, description="When it ended")
    error: str | None = Field(None, description="Why it failed")
    status_url: str = Field(description="Address of its state")
    result_url: str = Field(description="Address of its result")
    queued_ahead: int = Field(0, description="Jobs that go before it")
    message: str | None = Field(None, description="What holds the result up")


class ParsedDocument(BaseModel):
    """What was asked for of a document; JSON as strings, as MinerU's files hold it."""

    md_content: str | None = Field(None, description="Markdown")
    middle_json: str | None = Field(None, description="Blocks with lines and spans, in points")
    content_list: str | None = Field(None, description="Blocks in reading order; boxes in thousandths of the page")
    images: dict[str, str] | None = Field(None, description="Figures as data URIs, by file name")


class ParseAnswer(TaskStatus):
    """A document as read."""

    version: str = Field(description="Of this service")
    results: dict[str, ParsedDocument] = Field(description="By the document's name without its suffix")
