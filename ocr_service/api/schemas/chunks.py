"""Chunks for retrieval, as Swagger UI shows them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ocr_service.document import Outcome


class ChunkRegionModel(BaseModel):
    """A region that a chunk's text comes from."""

    page: int = Field(description="From 1")
    label: str = Field(description="What the layout model takes it for", examples=["table"])
    bbox: tuple[int, int, int, int] = Field(
        description="`[x0, y0, x1, y1]` in pixels of the page, whose size is in `pages`"
    )


class ChunkModel(BaseModel):
    """A piece of the document that never crosses a heading."""

    index: int = Field(description="From 0, in reading order")
    text: str = Field(description="What to search in: the headings above it, a line each, then the body as Markdown")
    markdown: str = Field(description="The same piece as it stands in the document, with the headings that begin in it")
    headings: list[str] = Field(description="Path to its section, from the document's title down")
    tokens: int = Field(description="Estimated size of `text`")
    pages: list[int] = Field(description="Pages that it comes from")
    regions: list[ChunkRegionModel] = Field(description="Where it stands on them")
    images: list[str] = Field(description="Files of its figures, as in `artifacts.images`")


class PageSizeModel(BaseModel):
    """What the boxes of a page refer to."""

    number: int = Field(description="From 1")
    width: int = Field(description="Pixels")
    height: int = Field(description="Pixels")
    dpi: int = Field(description="Dots per inch at which it was rendered")


class ChunksModel(BaseModel):
    """A document in chunks."""

    job_id: str = Field(description="For `/jobs/{id}`")
    status: Outcome = Field(description="`partial`: some pages or regions failed; their text is in no chunk")
    file: str = Field(description="The document's name")
    max_tokens: int = Field(
        description="Most tokens of a chunk; a table's row with its head, or a formula, may be longer"
    )
    chunks: list[ChunkModel] = Field(description="In reading order")
    pages: list[PageSizeModel] = Field(description="Pages that were read")
