"""The shapes of docling-serve's API (datamodel/service of docling 2.143), as far as they mean something here."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ocr_service.api.compat.document_jobs import Wanted
from ocr_service.api.compat.page_numbers import pages_between
from ocr_service.api.compat.task_ids import OneOf, SomeOf, TaskRef, Text
from ocr_service.api.schemas.document import SubmissionOptions
from ocr_service.api.validation import validated
from ocr_service.errors import BadOption

DocumentFormat = Literal["md", "json", "html", "text"]
ImageMode = Literal["embedded", "placeholder", "referenced"]
LONGEST_PAGE_BREAK = 32  # characters
_LAST_PAGE = 10**9 - 1  # from here on it means "to the end": docling's default is the largest integer


class ConvertOptions(BaseModel):
    """What is asked for. Options that choose docling's own models are taken and change nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    to_formats: tuple[DocumentFormat, ...] = Field(
        ("md",), min_length=1, max_length=4, description="Which `…_content` the answer has"
    )
    image_export_mode: ImageMode = Field(
        "embedded", description="Figures in the Markdown: `data:` URIs, `<!-- image -->`, or links into the job's files"
    )
    md_page_break_placeholder: str = Field(
        "",
        max_length=LONGEST_PAGE_BREAK,
        description="Stands between the pages in the Markdown; pages without text are left out",
    )
    do_ocr: bool = Field(True, description="`false` takes only the text that a PDF holds itself")
    force_ocr: bool = Field(False, description="`true` reads all with OCR, also text that the PDF contains")
    page_range: Annotated[tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]], Field()] = Field(
        (1, _LAST_PAGE), description="First and last page"
    )
    table_mode: Literal["fast", "accurate"] = Field("accurate", description="Taken for compatibility: there is one way")

    def submission(self) -> SubmissionOptions:
        """The same in this service's terms."""
        first, last = self.page_range
        pages = pages_between(first, last if last < _LAST_PAGE else None)
        text_layer = "only" if not self.do_ocr else "ignore" if self.force_ocr else None
        return SubmissionOptions.model_validate({"pages": pages, "text_layer": text_layer})


def _in_body(kind: str) -> str:
    """Raises ValueError in the words after which docling's client asks for the answer itself."""
    if kind != "inbody":
        raise ValueError(f"input should be 'inbody', not {kind!r}: results stand in the answer")
    return kind


InBody = Annotated[str, Field(max_length=64), AfterValidator(_in_body)]


class Target(BaseModel):
    """Where the result goes: into the answer."""

    kind: InBody = Field("inbody", description="`inbody`")


class Source(BaseModel):
    """A document: its bytes as base64, or an https address where ALLOW_URL_INPUT is set."""

    kind: Literal["file", "http"] = Field(description="Which of both")
    base64_string: str | None = Field(None, description="Of `file`: its bytes")
    filename: str | None = Field(None, max_length=512, description="Of `file`: its name")
    url: str | None = Field(None, max_length=2000, description="Of `http`: its address")

    @property
    def document(self) -> str:
        """Raises BadOption."""
        value = self.url if self.kind == "http" else self.base64_string
        if value is None:
            raise BadOption("sources: give base64_string for kind=file, url for kind=http")
        return value


class ConvertForm(ConvertOptions):
    """The fields of a form beside its `files`."""

    target_type: InBody = Field("inbody", description="`inbody`")

    @classmethod
    def understood(cls, fields: dict[str, Any]) -> Wanted[Self]:
        """Raises BadOption."""
        asked = validated(cls, fields)
        return Wanted(asked, asked.submission())


class SourceRequest(BaseModel):
    """A request that brings its document in JSON."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sources: list[Source] = Field(min_length=1, max_length=1, description="The document; one a request")
    target: Target = Field(default_factory=lambda: Target.model_validate({}), description="Where the result goes")

    def read_with(self, options: ConvertOptions) -> Wanted[Self]:
        """Raises BadOption."""
        [source] = self.sources
        return Wanted(self, options.submission(), document=source.document, name=source.filename)


class ConvertRequest(SourceRequest):
    """One document, and what to give of it."""

    options: ConvertOptions = Field(
        default_factory=lambda: ConvertOptions.model_validate({}), description="What to give"
    )

    @classmethod
    def understood(cls, fields: dict[str, Any]) -> Wanted[Self]:
        """Raises BadOption."""
        asked = validated(cls, fields)
        return asked.read_with(asked.options)


class DoclingTask(TaskRef):
    """A job, and what its result is to be; ``kind``: the task's type."""

    kind: ClassVar[Literal["convert", "chunk"]]


class ConvertTask(DoclingTask):
    """What to give of a job's result."""

    kind = "convert"

    to_formats: Annotated[tuple[DocumentFormat, ...], SomeOf({"m": "md", "j": "json", "h": "html", "t": "text"})]
    image_export_mode: Annotated[ImageMode, OneOf({"e": "embedded", "p": "placeholder", "r": "referenced"})]
    md_page_break_placeholder: Annotated[str, Text()]


class TaskStatus(BaseModel):
    """How far a task is."""

    task_id: str = Field(description="For `/v1/status/poll/{id}` and `/v1/result/{id}`")
    task_type: Literal["convert", "chunk"] = Field("convert", description="What it does")
    task_status: Literal["pending", "started", "success", "failure"] = Field(description="Its state")
    task_position: int | None = Field(None, description="Place in the queue, from 1")
    task_meta: dict[str, int] | None = Field(None, description="Documents by state; here always one")
    error_message: str | None = Field(None, description="Why it failed")


class ExportedDocument(BaseModel):
    """The document in each form that was asked for."""

    filename: str = Field(description="As it came")
    md_content: str | None = Field(None, description="Markdown")
    json_content: dict[str, Any] | None = Field(None, description="A DoclingDocument")
    html_content: str | None = Field(None, description="HTML")
    text_content: str | None = Field(None, description="Plain text")


class ConvertAnswer(BaseModel):
    """A document as read."""

    document: ExportedDocument = Field(description="Its content")
    status: Literal["success", "partial_success"] = Field(description="`partial_success`: some pages failed")
    errors: list[dict[str, Any]] = Field([], description="Each page that failed")
    processing_time: float = Field(description="Seconds")
    timings: dict[str, Any] = Field({}, description="Empty: see the job's own result")
