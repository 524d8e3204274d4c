"""The shapes of Mistral's batch API (``/v1/batch/jobs``), and how our batches become them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from ocr_service.errors import DeadlineExceeded
from ocr_service.jobs.batches.rows import BatchProgress

KIND = "mistral"
ENDPOINT = "/v1/ocr"
BatchStatus = Literal[
    "QUEUED", "RUNNING", "SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLATION_REQUESTED", "CANCELLED"
]
_MOST_FILES = 100
_LONGEST_NAME = 512
_MOST_METADATA = 64


def _at_most(most: int) -> Callable[[object], object]:
    """Refuses a longer list or object before its items are looked at: each wrong one would be an error of its own."""

    def check(value: object) -> object:
        if isinstance(value, list | dict) and len(value) > most:
            raise ValueError(f"has more than {most} items")
        return value

    return check


class MistralBatchLine(BaseModel):
    """One request of a batch: a line of an input file."""

    custom_id: Annotated[str, Field(max_length=_LONGEST_NAME)] | None = Field(
        None, description="The client's name for it; it comes back"
    )
    body: dict[str, Any] = Field(description="A request as `POST /v1/ocr` takes it")


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
    agent_id: str | None = Field(None, description="Must be empty: there are no agents here")
    metadata: (
        Annotated[
            dict[Annotated[str, Field(max_length=_LONGEST_NAME)], Annotated[str, Field(max_length=_LONGEST_NAME)]],
            BeforeValidator(_at_most(_MOST_METADATA)),
        ]
        | None
    ) = Field(None, max_length=_MOST_METADATA, description="Of the client's own; it comes back")
    timeout_hours: int = Field(24, ge=1, le=168, description="What is not read then fails with `deadline_exceeded`")

    @model_validator(mode="after")
    def _can_be_done(self) -> MistralBatchRequest:
        if self.endpoint != ENDPOINT:
            raise ValueError(f"endpoint must be {ENDPOINT}")
        if self.agent_id is not None:
            raise ValueError("agent_id must be empty: there are no agents here")
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


def batch_job(progress: BatchProgress) -> MistralBatchJob:
    batch, states = progress.batch, progress.states
    succeeded = states.get("completed", 0) + states.get("partial", 0)
    failed = sum(states.get(state, 0) for state in ("refused", "failed", "cancelled", "removed"))
    done = progress.finished
    errors = Counter(
        f"{failure.code or failure.state}: {failure.message or failure.state}"
        for failure in progress.failures
        if failure.state != "partial"
    )
    return MistralBatchJob(
        id=batch.id,
        input_files=list(batch.about["input_files"]),
        endpoint=ENDPOINT,
        model=batch.about["model"],
        metadata=batch.about["metadata"],
        errors=[MistralBatchError(message=message, count=count) for message, count in errors.most_common()],
        status=_status(progress, succeeded),
        created_at=int(batch.created_at),
        started_at=int(progress.started_at) if progress.started_at is not None else None,
        completed_at=int(progress.finished_at or batch.created_at) if done else None,
        total_requests=batch.total,
        completed_requests=succeeded + failed,
        succeeded_requests=succeeded,
        failed_requests=failed,
        output_file=output_id(batch.id) if done and succeeded else None,
        error_file=errors_id(batch.id) if done and failed else None,
    )


def _status(progress: BatchProgress, succeeded: int) -> BatchStatus:
    batch, states = progress.batch, progress.states
    if not progress.finished:
        if batch.cancelled:
            return "CANCELLATION_REQUESTED"
        untouched = states.get("waiting", 0) + states.get("queued", 0) == batch.total
        return "QUEUED" if untouched else "RUNNING"
    if batch.cancelled:
        return "CANCELLED"
    if any(failure.code == DeadlineExceeded.code for failure in progress.failures):
        return "TIMEOUT_EXCEEDED"
    return "SUCCESS" if succeeded else "FAILED"


_OUTPUT, _ERRORS = "-output", "-errors"


def output_id(batch_id: str) -> str:
    return batch_id + _OUTPUT


def errors_id(batch_id: str) -> str:
    return batch_id + _ERRORS


def batch_of_file(file_id: str) -> tuple[str, bool] | None:
    """The batch whose results the file has, and whether these are its errors; None for an uploaded file."""
    for suffix in (_OUTPUT, _ERRORS):
        if file_id.endswith(suffix):
            return file_id.removesuffix(suffix), suffix == _ERRORS
    return None
