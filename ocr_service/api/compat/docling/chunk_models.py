"""The shapes of docling-serve's chunking (datamodel/service/chunking of docling 2.143), where they have a meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ocr_service.api.compat.docling.models import ConvertOptions, Source, Target, in_body
from ocr_service.errors import NotFound
from ocr_service.export.chunks import LEAST_TOKENS, MOST_TOKENS

Chunker = Literal["hybrid", "hierarchical"]
_TASK_ID = re.compile(r"([0-9a-f]{32})-(hybrid|hierarchical)([0-9]{0,4})(m?)(r?)(d?)")


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
    target_type: str = Field("inbody", max_length=64, description="`inbody`")

    @field_validator("target_type")
    @classmethod
    def _in_the_answer(cls, kind: str) -> str:
        return in_body(kind)

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


class ChunkRequest(ChunkForm):
    """One document, and how to cut it."""

    sources: list[Source] = Field(min_length=1, max_length=1, description="The document; one a request")
    target: Target = Field(default_factory=lambda: Target.model_validate({}), description="Where the result goes")


class ChunkTask(BaseModel):
    """A job, and how its result is to be cut: both are in the task's id, as of ``TaskRef``."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    chunker: Chunker
    max_tokens: int | None
    merge: bool
    raw_text: bool
    document: bool

    @classmethod
    def of(cls, job_id: str, chunker: Chunker, asked: ChunkForm) -> Self:
        options = asked.chunking_options
        return cls(
            job_id=job_id,
            chunker=chunker,
            max_tokens=options.max_tokens,
            merge=options.merge_peers,
            raw_text=options.include_raw_text,
            document=asked.include_converted_doc,
        )

    @classmethod
    def is_one(cls, task_id: str) -> bool:
        return _TASK_ID.fullmatch(task_id) is not None

    @classmethod
    def parsed(cls, task_id: str) -> Self:
        """Raises NotFound."""
        match = _TASK_ID.fullmatch(task_id)
        if match is None:
            raise NotFound("Task not found.")
        job_id, chunker, tokens, *flags = match.groups()
        merge, raw_text, document = map(bool, flags)
        most = min(max(int(tokens), LEAST_TOKENS), MOST_TOKENS) if tokens else None
        return cls(
            job_id=job_id,
            chunker="hybrid" if chunker == "hybrid" else "hierarchical",
            max_tokens=most,
            merge=merge,
            raw_text=raw_text,
            document=document,
        )

    @property
    def id(self) -> str:
        flags = f"{'m' * self.merge}{'r' * self.raw_text}{'d' * self.document}"
        return f"{self.job_id}-{self.chunker}{self.max_tokens or ''}{flags}"


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
