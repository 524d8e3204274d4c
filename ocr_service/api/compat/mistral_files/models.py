"""The shapes of Mistral's Files API (``/v1/files``)."""

from __future__ import annotations

from pydantic import BaseModel, Field


class MistralFile(BaseModel):
    """A file that waits to be read."""

    id: str = Field(description="For `/v1/ocr`")
    object: str = Field(default="file", description="Always `file`")
    bytes: int = Field(description="Size in bytes")
    created_at: int = Field(description="Seconds since the epoch")
    filename: str = Field(description="As the client called it")
    purpose: str = Field(description="As it was given")
    sample_type: str = Field(
        default="ocr_input", description="`ocr_input`, `batch_request`, `batch_result` or `batch_error`"
    )
    source: str = Field(default="upload", description="`upload`, or `mistral` for what a batch has made")
    deleted: bool = Field(default=False, description="Always false")


class MistralFiles(BaseModel):
    """Newest first."""

    data: list[MistralFile] = Field(description="All of the key's files")
    object: str = Field(default="list", description="Always `list`")
    total: int = Field(description="How many")


class MistralFileAddress(BaseModel):
    """An address to give as `document_url`."""

    url: str = Field(description="For `document_url`; to be opened with the key")


class MistralFileDeleted(BaseModel):
    """What is gone."""

    id: str = Field(description="Of the file")
    object: str = Field(default="file", description="Always `file`")
    deleted: bool = Field(default=True, description="False for a batch's results: they go with their jobs")
