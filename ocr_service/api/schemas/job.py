"""The shapes of jobs over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from ocr_service.api.schemas.document import FileModel
from ocr_service.document import ReaderName, Stage
from ocr_service.jobs.models import Job, JobState, PageCounts


class JobPagesModel(BaseModel):
    """Pages of a job. ``total - done - failed`` are still to be read."""

    total: int = Field(description="Pages that are asked for")
    done: int = Field(description="Pages with a result, whole or in part, and not to be read again")
    failed: int = Field(description="Pages without one")


class JobFailureModel(BaseModel):
    """Why the job failed, or its first page that could not be read."""

    code: str = Field(description="Stable code", examples=["deadline_exceeded"])
    message: str = Field(description="For people")
    page: int | None = Field(description="Where it is about one page")
    stage: Stage | None = Field(description="Where it happened, when that is known")


class JobModel(BaseModel):
    """A job: the work on one document."""

    id: str = Field(description="128 bits in hex")
    state: JobState = Field(description="`partial`: some pages or regions failed")
    pages: JobPagesModel = Field(description="How far it is")
    position: int | None = Field(description="Place in the queue, from 1; null when it does not wait")
    engine: ReaderName = Field(description="What reads it")
    priority: str = Field(description="`interactive` goes before `batch`")
    file: FileModel = Field(description="What came in")
    cached: bool = Field(description="The result of an earlier job for the same content and options was taken")
    runs: int = Field(description="How often it was begun; more than 1 after a restart or a retry")
    created_at: datetime = Field(description="When it was submitted")
    started_at: datetime | None = Field(description="When it was first begun")
    finished_at: datetime | None = Field(description="When it ended")
    deadline_at: datetime | None = Field(description="When it fails if it is not done; null without `deadline_s`")
    error: JobFailureModel | None = Field(description="Why it failed, or its first page did")
    batch_id: str | None = Field(description="For `/batches/{id}`; null where it came alone")
    corrections: int = Field(description="Corrections that people have made in it")


class JobListModel(BaseModel):
    """Newest first."""

    jobs: list[JobModel] = Field(description="This part of the list")
    next: str | None = Field(description="Give it as `after` for the next part; null at the end")


def job_model(job: Job, counts: PageCounts, position: int | None) -> JobModel:
    failure = job.failure
    return JobModel(
        id=job.id,
        state=job.state,
        pages=JobPagesModel(total=job.page_total, done=counts.done, failed=counts.failed),
        position=position,
        engine=job.engine,
        priority=job.priority.name.lower(),
        file=FileModel(
            name=job.file.name, type=job.file.type, sha256=job.file.sha256, bytes=job.file.bytes, pages=job.file.pages
        ),
        cached=job.cached,
        runs=job.runs,
        created_at=_time(job.created_at),
        started_at=_time(job.started_at) if job.started_at is not None else None,
        finished_at=_time(job.finished_at) if job.finished_at is not None else None,
        deadline_at=_time(job.deadline_at) if job.deadline_at is not None else None,
        error=JobFailureModel(code=failure.code, message=failure.message, page=failure.page, stage=failure.stage)
        if failure
        else None,
        batch_id=job.batch_id,
        corrections=job.corrections,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
