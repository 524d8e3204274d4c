"""The shapes of ``paddlex --serve``, pipeline PaddleOCR-VL (upstream: ``inference/serving/schemas/paddleocr_vl.py``).

Names and types are upstream's, so that its clients need no change. Which options have an effect here is said in
docs/compatibility.md; the others are taken and change nothing, and fields that are not known are ignored, as upstream.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from ocr_service.api.schemas.document import TextLayerOption
from ocr_service.api.validation import must_be_empty

_MOST_LABELS, _LONGEST_LABEL = 100, 100
LONGEST_LOG_ID = 256


_Labels = Annotated[
    list[Annotated[str, Field(max_length=_LONGEST_LABEL)]], Field(max_length=_MOST_LABELS, fail_fast=True)
]

NOT_HERE = "Taken for compatibility; changes nothing here, and `warnings` say so"


class FormatsRequest(BaseModel):
    outputFormats: Annotated[_Labels | None, must_be_empty("no further formats are made here")] = Field(
        None, description="Must be empty: `docx` is not made here"
    )


class LayoutParsingRequest(FormatsRequest):
    """A document, and what to make of it."""

    file: str = Field(description="The document as base64, or its https URL where ALLOW_URL_INPUT is set")
    fileType: Literal[0, 1] | None = Field(None, description="0: PDF, 1: image. The content decides, whatever is here")
    useDocOrientationClassify: bool | None = Field(None, description=NOT_HERE)
    useDocUnwarping: bool | None = Field(None, description=NOT_HERE)
    useLayoutDetection: bool | None = Field(
        None, description="`false`: each page is read as one block, as `promptLabel` says"
    )
    useChartRecognition: bool | None = Field(None, description="Charts are read; READ_CHARTS when not given")
    useSealRecognition: bool | None = Field(None, description="Seals are read; READ_SEALS when not given")
    useOcrForImageBlock: bool | None = Field(None, description="The text in pictures is read")
    layoutThreshold: float | dict[str, Any] | None = Field(None, description=NOT_HERE)
    layoutNms: bool | None = Field(None, description=NOT_HERE)
    layoutUnclipRatio: float | tuple[float, float] | dict[str, Any] | None = Field(None, description=NOT_HERE)
    layoutMergeBboxesMode: str | dict[str, Any] | None = Field(None, description=NOT_HERE)
    layoutShapeMode: Literal["rect", "quad", "poly", "auto"] = Field("auto", description=f"{NOT_HERE}: boxes are rect")
    promptLabel: Literal["ocr", "formula", "table", "chart", "seal", "spotting"] | None = Field(
        None, description="What a page is without `useLayoutDetection`; `spotting`: lines with polygons"
    )
    formatBlockContent: bool | None = Field(None, description=NOT_HERE)
    repetitionPenalty: float | None = Field(None, gt=0, description=NOT_HERE)
    temperature: float | None = Field(None, ge=0, description=NOT_HERE)
    topP: float | None = Field(None, gt=0, le=1, description=NOT_HERE)
    minPixels: int | None = Field(None, gt=0, description=NOT_HERE)
    maxPixels: int | None = Field(None, gt=0, description=NOT_HERE)
    maxNewTokens: int | None = Field(None, gt=0, description=NOT_HERE)
    mergeLayoutBlocks: bool | None = Field(None, description=NOT_HERE)
    markdownIgnoreLabels: _Labels | None = Field(
        None, description="Labels left out of the Markdown; headers, footers, footnotes and page numbers by default"
    )
    vlmExtraArgs: dict[str, Any] | None = Field(None, description=NOT_HERE)
    prettifyMarkdown: bool = Field(True, description="Figures as centred `<img>`; `false`: as `![](…)`")
    showFormulaNumber: bool = Field(False, description=f"{NOT_HERE}: numbers are shown")
    returnMarkdownImages: bool = Field(True, description="Figures as base64 in `markdown.images`")
    restructurePages: bool = Field(False, description="Join what the ends of pages cut")
    mergeTables: bool = Field(True, description="With `restructurePages`: tables too")
    relevelTitles: bool = Field(True, description="With `restructurePages`: one level for headings of one size")
    textLayer: TextLayerOption = None
    visualize: bool | None = Field(
        None, description="`inputImage`, the page as JPEG in base64; `false` leaves it out, `true` adds `outputImages`"
    )
    logId: str | None = Field(None, max_length=LONGEST_LOG_ID, description="Comes back in the answer")

    @property
    def whole_page(self) -> str:
        """The label as which a page is read without layout; empty with layout."""
        if self.promptLabel == "spotting":
            return "spotting"
        if self.useLayoutDetection is not False:
            return ""
        return "text" if self.promptLabel in (None, "ocr") else str(self.promptLabel)

    @property
    def warnings(self) -> list[str]:
        """Names the fields that were given and change nothing."""
        given = sorted(name for name in self.model_fields_set if getattr(self, name) is not None)
        described = {name: type(self).model_fields[name].description or "" for name in given}
        ignored = [name for name in given if described[name].startswith(NOT_HERE)]
        if self.promptLabel and not self.whole_page:
            ignored.append("promptLabel (it needs useLayoutDetection: false)")
        return [f"{name}: changes nothing here" for name in ignored]


class MarkdownModel(BaseModel):
    """A page's text."""

    text: str = Field(description="Markdown; links to figures are keys of `images`")
    images: dict[str, str] | None = Field(None, description="Each figure as JPEG in base64")


class LayoutParsingPage(BaseModel):
    """One page."""

    prunedResult: dict[str, Any] = Field(
        description="`width`, `height` (pixels), `parsing_res_list` (`block_label`, `block_content`, `block_bbox` in "
        "pixels, `block_order` from 1), `layout_det_res`; `error` where the page or a block could not be read"
    )
    markdown: MarkdownModel = Field(description="The page's text and figures")
    outputImages: dict[str, str] | None = Field(
        None, description="With `visualize: true`: `layout_det_res`, the page with its boxes, as JPEG in base64"
    )
    inputImage: str | None = Field(None, description="The page as JPEG in base64")


class LayoutParsingResult(BaseModel):
    """All pages, and what the document is."""

    layoutParsingResults: list[LayoutParsingPage] = Field(description="In order")
    dataInfo: dict[str, Any] | None = Field(None, description="`type`, and the pages' sizes in pixels")
    warnings: list[str] | None = Field(None, description="Fields of the request that changed nothing")


class PaddleAnswer(BaseModel):
    """What every call answers with when it went well."""

    logId: str = Field(description="The request's, or a new one")
    result: LayoutParsingResult = Field(description="What was asked for")
    errorCode: Literal[0] = Field(0, description="Always 0")
    errorMsg: Literal["Success"] = Field("Success", description="Always `Success`")


class PaddleError(BaseModel):
    """What every call answers with when it did not."""

    logId: str = Field(description="The request's, or a new one")
    errorCode: int = Field(description="The HTTP status", examples=[422])
    errorMsg: str = Field(description="`code: text`, with a stable code", examples=["encrypted_pdf: …"])


def log_id_of(fields: Mapping[str, Any]) -> str | None:
    """The client's mark for its request, if it set one."""
    log_id = fields.get("logId")
    return log_id[:LONGEST_LOG_ID] if isinstance(log_id, str) and log_id else None
