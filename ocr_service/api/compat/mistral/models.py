"""The shapes of Mistral's OCR API (``POST /v1/ocr``), as its Python client writes and reads them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field

from ocr_service.api.compat.document_jobs import Wanted
from ocr_service.api.compat.mistral_files.addresses import file_at
from ocr_service.api.compat.page_numbers import PageNumbersFromZero, PageRangesFromZero, pages_from_zero
from ocr_service.api.schemas.document import SubmissionOptions, TextLayerOption
from ocr_service.api.validation import must_be_empty, validated

_NONE = must_be_empty("annotations are not made here; leave it out")
_NOT_MADE = "Must be empty: annotations are not made here"


class FileChunk(BaseModel):
    """A file of `POST /v1/files`."""

    type: Literal["file"] = Field("file", description="Which kind of document")
    file_id: str = Field(max_length=64, description="As `POST /v1/files` gave it")


class DocumentUrlChunk(BaseModel):
    """A document as `data:` URI, by `/v1/files/{id}/url`, or by https URL where ALLOW_URL_INPUT is set."""

    type: Literal["document_url"] = Field("document_url", description="Which kind of document")
    document_url: str = Field(examples=["data:application/pdf;base64,…"], description="`data:` URI or address")
    document_name: str | None = Field(None, max_length=512, description="A name for the results' files")


class ImageUrl(BaseModel):
    """An image's URI in an object."""

    url: str = Field(description="`data:` URI or address")


class ImageUrlChunk(BaseModel):
    """An image, as a document."""

    type: Literal["image_url"] = Field("image_url", description="Which kind of document")
    image_url: str | ImageUrl = Field(
        examples=["data:image/png;base64,…"], description="`data:` URI or address, or an object with it"
    )


class MistralOcrRequest(BaseModel):
    """A document, and what to give of it. Fields that are not known are ignored."""

    model: str | None = Field(
        None, max_length=256, description="Any name; it comes back in the answer", examples=["mistral-ocr-latest"]
    )
    document: Annotated[FileChunk | DocumentUrlChunk | ImageUrlChunk, Field(discriminator="type")] = Field(
        description="What to read"
    )
    pages: Annotated[PageRangesFromZero | PageNumbersFromZero | None, AfterValidator(pages_from_zero)] = Field(
        None, description="Pages to read, from 0: `[0, 2]` or `0,2-4`; all when missing"
    )
    include_image_base64: bool | None = Field(None, description="Figures come along as `data:` URIs")
    image_limit: int | None = Field(None, ge=0, description="Most figures of the document")
    image_min_size: int | None = Field(None, ge=0, description="Least width and height of a figure, pixels")
    table_format: Literal["markdown", "html"] | None = Field(
        None,
        description="Tables apart from the text, in `tables`; a table with merged cells stays HTML. When missing, they "
        "stand in the text",
    )
    extract_header: bool | None = Field(None, description="Give the page's header in `header`")
    extract_footer: bool | None = Field(None, description="Give the page's footer in `footer`")
    include_blocks: bool | None = Field(None, description="Give every region with its box")
    confidence_scores_granularity: Literal["word", "page", "block"] | None = Field(
        None,
        description="`page`: mean and least confidence of each page; `word`: also of each word; `block`: also of each "
        "block, with `include_blocks`",
    )
    text_layer: TextLayerOption = None
    bbox_annotation_format: Annotated[Any, _NONE] = Field(None, description=_NOT_MADE)
    document_annotation_format: Annotated[Any, _NONE] = Field(None, description=_NOT_MADE)
    document_annotation_prompt: Annotated[str | None, _NONE] = Field(None, description=_NOT_MADE)

    @classmethod
    def understood(cls, fields: dict[str, Any]) -> Wanted[Self]:
        """Raises BadOption."""
        asked = validated(cls, fields)
        options = SubmissionOptions.model_validate({"pages": asked.pages or "", "text_layer": asked.text_layer})
        document = asked.document
        if isinstance(document, FileChunk):
            return Wanted(asked, options, file_id=document.file_id)
        if isinstance(document, ImageUrlChunk):
            address = document.image_url if isinstance(document.image_url, str) else document.image_url.url
            return Wanted(asked, options, document=address)
        own = file_at(document.document_url)
        return Wanted(asked, options, document=document.document_url, name=document.document_name, file_id=own)


class MistralBox(BaseModel):
    """A place on a page."""

    top_left_x: int = Field(description="Pixels")
    top_left_y: int = Field(description="Pixels")
    bottom_right_x: int = Field(description="Pixels")
    bottom_right_y: int = Field(description="Pixels")


class MistralImage(MistralBox):
    """A figure and its box in pixels of the page."""

    id: str = Field(description="The link's target in `markdown`", examples=["img-0.jpeg"])
    image_base64: str | None = Field(None, description="`data:` URI")


class MistralWordConfidence(BaseModel):
    """A word and its place."""

    text: str = Field(description="As it was read")
    confidence: float = Field(description="0 to 1; its region's where the reader gives none for words")
    start_index: int = Field(
        description="Where it begins in `markdown`, or in the table's `content`; characters from 0"
    )


class MistralPageConfidence(BaseModel):
    """How sure the page's sources are of its text."""

    average_page_confidence_score: float = Field(description="0 to 1")
    minimum_page_confidence_score: float = Field(description="Of a word, or of a region whose words have none")
    word_confidence_scores: list[MistralWordConfidence] | None = Field(
        None, description="In the order of `markdown`; only with granularity `word`"
    )


class MistralBlockConfidence(BaseModel):
    """How sure its source is of a block."""

    average_content_confidence_score: float | None = Field(description="0 to 1; null without text")
    minimum_content_confidence_score: float | None = Field(description="Of a word; the average where words have none")
    block_type_confidence_score: float | None = Field(
        description="The layout model's; null where the block was found without it"
    )


class MistralTable(BaseModel):
    """A table taken out of the text."""

    id: str = Field(description="The link's target in `markdown`", examples=["tbl-0.html"])
    content: str = Field(description="The table")
    format: Literal["markdown", "html"] = Field(description="What `content` is written in")
    word_confidence_scores: list[MistralWordConfidence] | None = Field(None, description="With granularity `word`")


class MistralDimensions(BaseModel):
    """The page as it was rendered."""

    dpi: int = Field(description="Dots per inch")
    height: int = Field(description="Pixels")
    width: int = Field(description="Pixels")


class MistralBlock(MistralBox):
    """A region and its box in pixels of the page."""

    type: str = Field(description="`text`, `title`, `table`, `image`, `equation`, `caption`, `header`, `footer`, …")
    content: str = Field(description="Markdown or HTML")
    image_id: str | None = Field(None, description="Of an image: its `id` in `images`")
    table_id: str | None = Field(None, description="Of a table: its `id` in `tables`")
    confidence_scores: MistralBlockConfidence | None = Field(None, description="With granularity `block`")


class MistralPage(BaseModel):
    """One page."""

    index: int = Field(description="From 0")
    markdown: str = Field(description="The page's text")
    images: list[MistralImage] = Field(description="Its figures")
    tables: list[MistralTable] | None = Field(None, description="Its tables; only with `table_format`")
    dimensions: MistralDimensions | None = Field(description="Null where the page could not be rendered")
    header: str | None = Field(None, description="Its header; only with `extract_header`")
    footer: str | None = Field(None, description="Its footer; only with `extract_footer`")
    blocks: list[MistralBlock] | None = Field(None, description="In reading order; only with `include_blocks`")
    confidence_scores: MistralPageConfidence | None = Field(
        None, description="Only with `confidence_scores_granularity`, and where the page's readers give confidence"
    )


class MistralUsage(BaseModel):
    """What it took."""

    pages_processed: int = Field(description="Pages that were read")
    doc_size_bytes: int = Field(description="Bytes")


class MistralOcrAnswer(BaseModel):
    """All pages that were asked for."""

    pages: list[MistralPage] = Field(description="In order")
    model: str = Field(description="As asked for, or what read it")
    usage_info: MistralUsage = Field(description="What it took")
    document_annotation: str | None = Field(None, description="Never there: annotations are not made here")
