"""The shapes of PaddleOCR's job API, as ``paddleocr/_api_client`` 3.7 writes and reads them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Json

from ocr_service.api.compat.document_jobs import Wanted
from ocr_service.api.compat.task_ids import Flag, OneOf, TaskRef
from ocr_service.api.schemas.document import SubmissionOptions, TextLayerOption
from ocr_service.api.validation import must_be_empty, validated


class OptionalPayload(BaseModel):
    """Options with an effect here; the others are taken and change nothing, as upstream ignores unknown ones."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    restructurePages: bool | None = Field(None, description="Join what the ends of pages cut")
    returnMarkdownImages: bool | None = Field(None, description="`false` gives no links to figures")
    prettifyMarkdown: bool | None = Field(None, description="Figures as centred `<img>`; `false`: as `![](…)`")
    textLayer: TextLayerOption = None


class JobSubmission(BaseModel):
    """What to read. A form has the document as `file`, JSON its address as `fileUrl`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    model: str = Field(max_length=100, description="`PP-OCR…` gives lines of text; any other name Markdown and regions")
    fileUrl: str | None = Field(None, max_length=2000, description="An https address, where ALLOW_URL_INPUT is set")
    optionalPayload: OptionalPayload | Json[OptionalPayload] = Field(
        default_factory=lambda: OptionalPayload.model_validate({}), description="Options; in a form as JSON"
    )
    pageRanges: str | None = Field(None, max_length=1000, description="Pages to read, such as `1-3,7`")
    batchId: Annotated[str | None, must_be_empty("batches are not made here; leave it out")] = Field(
        None, description="Must be empty: batches are made with `POST /jobs`"
    )

    @classmethod
    def understood(cls, fields: dict[str, Any]) -> Wanted[Self]:
        """Raises BadOption."""
        asked = validated(cls, fields)
        options = {"pages": asked.pageRanges or "", "text_layer": asked.optionalPayload.textLayer}
        return Wanted(asked, SubmissionOptions.model_validate(options), document=asked.fileUrl or "")

    @property
    def lines(self) -> bool:
        """Lines of text, as PP-OCR gives them, instead of Markdown."""
        return self.model.upper().startswith("PP-OCR")

    @property
    def joined(self) -> bool:
        return bool(self.optionalPayload.restructurePages)

    @property
    def without_figures(self) -> bool:
        return self.optionalPayload.returnMarkdownImages is False

    @property
    def plain(self) -> bool:
        return self.optionalPayload.prettifyMarkdown is False


class JobTask(TaskRef):
    """A job, and what its result is to hold."""

    lines: Annotated[bool, OneOf({"o": True, "d": False})]
    joined: Annotated[bool, Flag("r")]
    without_figures: Annotated[bool, Flag("i")]
    plain: Annotated[bool, Flag("p")]


class JobAnswer(BaseModel):
    """What every call answers with when it went well."""

    code: Literal[0] = Field(0, description="Always 0")
    msg: Literal["Success"] = Field("Success", description="Always `Success`")
    data: dict[str, Any] = Field(
        description="`jobId`; of a state also `state` (`pending`, `running`, `done`, `failed`), `extractProgress` and, "
        "when done, `resultUrl.jsonUrl`: JSON lines, a page each, open without a key for an hour"
    )


class JobError(BaseModel):
    """What every call answers with when it did not."""

    code: int = Field(description="The HTTP status", examples=[422])
    msg: str = Field(description="`code: text`, with a stable code", examples=["encrypted_pdf: …"])
