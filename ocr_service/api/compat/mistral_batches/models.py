"""The shapes of Mistral's batch API (``/v1/batch/jobs``)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from ocr_service.api.validation import at_most, must_be_empty

ENDPOINT = "/v1/ocr"
BatchStatus = Literal[
    "QUEUED", "RUNNING", "SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLATION_REQUESTED", "CANCELLED"
]
_MOST_FILES = 100
_LONGEST_NAME = 512
_MOST_METADATA = 64


class MistralBatchRequest(BaseModel):
    """A batch: its requests in files or inline. Fields that are not known are ignored."""

    endpoint: str = Field(max_length=64, description="`/v1/ocr`", examples=[ENDPOINT])
    input_files: list[Annotated[str, Field(max_length=64)]] | None = Field(
        None, max_length=_MOST_FILES, description="Files of `POST /v1/files`, a request a line (JSONL)"
    )
    requests: list[dict[str, Any]] | None = Field(
        None, description="The requests themselves, instead of `input_files`: `custom_id` and `body`"
    )
    model: str | None = Field(None, max_length=256, description="Any name; it comes back in the answers")
    agent_id: Annotated[str | None, must_be_empty("there are no agents here; leave it out")] = Field(
        None, description="Must be empty: there are no agents here"
    )
    metadata: (
        Annotated[
            dict[Annotated[str, Field(max_length=_LONGEST_NAME)], Annotated[str, Field(max_length=_LONGEST_NAME)]],
            at_most(_MOST_METADATA),
        ]
        | None
    ) = Field(None, max_length=_MOST_METADATA, description="Of the client's own; it comes back")
    timeout_hours: int = Field(24, ge=1, le=168, description="What is not read then fails with `deadline_exceeded`")

    @model_validator(mode="after")
    def _can_be_done(self) -> MistralBatchRequest:
        if self.endpoint != ENDPOINT:
            raise ValueError(f"endpoint must be {ENDPOINT}")
        if bool(self.input_files) == bool(self.requests):
            raise ValueError("give either input_files or requests")
        return self


class MistralBatchError(BaseModel):
    """What went wrong, and how often."""

    message: str = Field(description="Code and text of the error")
    count: int = Field(description="Requests that failed with it")


class MistralBatchJob(BaseModel):
    """A batch and how far it is."""

    id: str = Field(description="For `/v1/batch/jobs/{job_id}`")
    object: str = Field(default="batch", description="Always `batch`")
    input_files: list[str] = Field(description="The files with its requests; inline requests become a file")
    endpoint: str = Field(description="Always `/v1/ocr`")
    model: str | None = Field(description="As it was given")
    agent_id: str | None = Field(default=None, description="Always null")
    metadata: dict[str, str] | None = Field(description="As it was given")
    errors: list[MistralBatchError] = Field(description="Errors of its requests")
    status: BatchStatus = Field(description="`SUCCESS`: all is done, and at least one request succeeded")
    created_at: int = Field(description="Seconds since the epoch")
    started_at: int | None = Field(description="When its first document was begun")
    completed_at: int | None = Field(description="When its last document ended")
    total_requests: int = Field(description="Requests")
    completed_requests: int = Field(description="Requests that are done")
    succeeded_requests: int = Field(description="Requests with an answer")
    failed_requests: int = Field(description="Requests without one")
    output_file: str | None = Field(description="A file of `/v1/files` with an answer a line, once all is done")
    error_file: str | None = Field(description="The same with the errors")
    outputs: list[dict[str, Any]] | None = Field(
        default=None, description="The lines of `output_file`, with `inline=true`"
    )


class MistralBatchJobs(BaseModel):
    """Batches of the key."""

    data: list[MistralBatchJob] = Field(description="Of this page")
    object: str = Field(default="list", description="Always `list`")
    total: int = Field(description="On all pages")


class MistralBatchDeleted(BaseModel):
    """What is gone."""

    id: str = Field(description="Of the batch")
    object: str = Field(default="batch", description="Always `batch`")
    deleted: bool = Field(default=True, description="Always true")


class MistralBatchQuery(BaseModel):
    """Which batches of the list. Fields that are not known are ignored."""

    page: int = Field(0, ge=0, le=1_000_000, description="From 0")
    page_size: int = Field(100, ge=1, le=100, description="Batches of a page")
    model: str | None = Field(None, max_length=256, description="Only with this `model`")
    created_after: datetime | None = Field(None, description="Only those created later")
    created_by_me: bool = Field(False, description="Taken for compatibility: a key sees its own alone")
    status: list[str] | None = Field(None, max_length=16, description="Only in one of these states")
    order_by: Literal["created", "-created"] = Field("-created", description="`-created`: the newest first")
