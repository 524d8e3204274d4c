"""The shapes of jobs over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from ocr_service.api.schemas import FileModel
from ocr_service.document import ReaderName, Stage
from ocr_service.jobs.models import Job, JobState, PageCounts


class JobPagesModel(BaseModel):
    """Pages of a job. ``total - done - failed`` are still to be read."""

    total: int
    done: int
    failed: int


class JobFailureModel(BaseModel):
    """Why the job failed, or its first page that could not be read."""

    code: str = Field(description="Stable code", examples=["deadline_exceeded"])
    message: str = Field(description="For people")
    page: int | None = Field(description="Where it is about one page")
    stage: Stage | None


class JobModel(BaseModel):
    """A job: the work on one document."""

    id: str
    state: JobState
    pages: JobPagesModel
    position: int | None = Field(description="Place in the queue, from 1; null when it does not wait")
    engine: ReaderName
    priority: str = Field(description="`interactive` goes before `batch`")
    file: FileModel
    cached: bool = Field(description="The result of an earlier job for the same content and options was taken")
    runs: int = Field(description="How often it was begun; more than 1 after a restart or a retry")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None
    error: JobFailureModel | None


class JobListModel(BaseModel):
    """Newest first."""

    jobs: list[JobModel]
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
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
