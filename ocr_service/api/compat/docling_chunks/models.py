"""The shapes of docling-serve's chunking (datamodel/service/chunking of docling 2.143), where they have a meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from ocr_service.api.compat.docling.models import ConvertOptions, DoclingTask, InBody, SourceRequest
from ocr_service.api.compat.document_jobs import Wanted
from ocr_service.api.compat.task_ids import Digits, Flag, OneOf
from ocr_service.api.validation import validated
from ocr_service.export.chunks import LEAST_TOKENS, MOST_TOKENS

Chunker = Literal["hybrid", "hierarchical"]


class ChunkingOptions(BaseModel):
    """How to cut. Options that choose a model's tokenizer or how tables are written are taken and change nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    max_tokens: Annotated[int, Field(ge=LEAST_TOKENS, le=MOST_TOKENS)] | None = Field(
        None, description="Most tokens of a chunk, estimated; CHUNK_TOKENS when not given. Not for `hierarchical`"
    )
    merge_peers: bool = Field(True, description="`false` gives each paragraph, table and figure a chunk of its own")
    include_raw_text: bool = Field(False, description="Also give the text without its headings")


class ChunkForm(BaseModel):
    """What is asked for beside the document."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    convert_options: ConvertOptions = Field(
        default_factory=lambda: ConvertOptions.model_validate({}), description="How to read"
    )
    chunking_options: ChunkingOptions = Field(
        default_factory=lambda: ChunkingOptions.model_validate({}), description="How to cut"
    )
    include_converted_doc: bool = Field(False, description="Also give the document, as a DoclingDocument")
    target_type: InBody = Field("inbody", description="`inbody`")

    @classmethod
    def understood(cls, fields: dict[str, Any]) -> Wanted[Self]:
        """Raises BadOption."""
        asked = validated(cls, cls.of_fields(fields))
        return Wanted(asked, asked.convert_options.submission())

    @staticmethod
    def of_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
        """A form's fields, ``convert_…`` and ``chunking_…``, as this model has them."""
        asked: dict[str, Any] = {"convert_options": {}, "chunking_options": {}}
        for name, value in fields.items():
            group, _, option = name.partition("_")
            if f"{group}_options" in asked:
                asked[f"{group}_options"][option] = value
            elif name in ("include_converted_doc", "target_type"):
                asked[name] = value
        return asked

    @classmethod
    def form_properties(cls) -> dict[str, Any]:
        """The fields of the form, for OpenAPI."""
        own = {name: cls.model_json_schema()["properties"][name] for name in ("include_converted_doc", "target_type")}
        for group, model in (("convert", ConvertOptions), ("chunking", ChunkingOptions)):
            own |= {f"{group}_{name}": field for name, field in model.model_json_schema()["properties"].items()}
        return own


class ChunkRequest(ChunkForm, SourceRequest):
    """One document, and how to cut it."""

    @classmethod
    def understood(cls, fields: dict[str, Any]) -> Wanted[Self]:
        """Raises BadOption."""
        asked = validated(cls, fields)
        return asked.read_with(asked.convert_options)


class ChunkTask(DoclingTask):
    """How a job's result is to be cut."""

    kind = "chunk"

    chunker: Annotated[Chunker, OneOf({"hybrid": "hybrid", "hierarchical": "hierarchical"})]
    max_tokens: Annotated[int | None, Digits(LEAST_TOKENS, MOST_TOKENS)]
    merge_peers: Annotated[bool, Flag("m")]
    include_raw_text: Annotated[bool, Flag("r")]
    include_converted_doc: Annotated[bool, Flag("d")]

    @classmethod
    def of_chunker(cls, job_id: str, chunker: Chunker, asked: ChunkForm) -> Self:
        options = asked.chunking_options.model_dump()
        return cls(job_id=job_id, chunker=chunker, include_converted_doc=asked.include_converted_doc, **options)

    @staticmethod
    def is_one(task_id: str) -> bool:
        return task_id[32:].startswith(("-hybrid", "-hierarchical"))


class ChunkedItem(BaseModel):
    """A piece of the document."""

    filename: str = Field(description="As it came")
    chunk_index: int = Field(description="From 0")
    text: str = Field(description="The headings above it, a line each, then the piece as Markdown")
    raw_text: str | None = Field(None, description="The piece alone, where it was asked for")
    num_tokens: int | None = Field(None, description="Estimated size of `text`; null of `hierarchical`")
    headings: list[str] | None = Field(None, description="Path to its section")
    captions: list[str] | None = Field(None, description="Titles of its tables and figures")
    doc_items: list[str] = Field(description="Items of the DoclingDocument that it comes from")
    page_numbers: list[int] | None = Field(None, description="Pages that it comes from")
    metadata: dict[str, Any] | None = Field(None, description="`origin`: the document")


class ChunkAnswer(BaseModel):
    """A document in chunks."""

    chunks: list[ChunkedItem] = Field(description="In reading order")
    documents: list[dict[str, Any]] = Field(
        description="The document: its state, and its content where it was asked for"
    )
    processing_time: float = Field(description="Seconds")
