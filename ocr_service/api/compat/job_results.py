"""What a job made, and how it stands, as other protocols give it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ocr_service.document import PageResult
from ocr_service.errors import Cancelled, NotFinished, ServiceError, error_for
from ocr_service.export.result_json import page_without_words
from ocr_service.jobs.models import Job, JobState
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder, artifact_name

_READ = 1 << 16  # characters


@dataclass(frozen=True, slots=True)
class StateWords:
    """A protocol's words for how far a job is."""

    queued: str
    running: str
    done: str
    failed: str

    def of(self, job: Job) -> str:
        if has_result(job):
            return self.done
        return {JobState.QUEUED: self.queued, JobState.RUNNING: self.running}.get(job.state, self.failed)


def has_result(job: Job) -> bool:
    return job.state in (JobState.COMPLETED, JobState.PARTIAL)


def require_result(job: Job) -> Job:
    """The job, which has a result. Raises NotFinished, what it failed with, and Cancelled."""
    if not job.state.finished:
        raise NotFinished.job(job.state)
    if not has_result(job):
        raise failure(job)
    return job


def failure(job: Job) -> ServiceError:
    """Why a job that ended has no result."""
    return error_for(job.failure.code, job.failure.message) if job.failure else Cancelled.job()


def failure_reason(job: Job) -> str:
    """The same as a stable code, and a text for people."""
    return f"{job.failure.code}: {job.failure.message}" if job.failure else f"cancelled: {Cancelled.job()}"


def kept_pages(folder: JobFolder, job: Job) -> Iterator[PageResult]:
    """The pages that were asked for, one in memory at a time."""
    for number in select_pages(job.options.pages, job.file.pages):
        yield page_without_words(folder.page(number))


def kept_figures(folder: JobFolder, job: Job) -> Iterator[Path]:
    """The figures of these pages."""
    for number in select_pages(job.options.pages, job.file.pages):
        yield from folder.figures(number)


def markdown_file(folder: JobFolder, job: Job) -> Path:
    return folder.published / f"{artifact_name(job.file.name)}.md"


def file_texts(path: Path) -> Iterator[str]:
    """A text file, a part of it in memory at a time."""
    with path.open(encoding="utf-8", newline="") as file:
        while text := file.read(_READ):
            yield text


def file_lines(path: Path) -> Iterator[str]:
    """The same, a line at a time."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        yield from lines


def without_folder(name: str) -> str:
    """A figure's name for clients that save it under the name in the text, and take no folders."""
    return name.rpartition("/")[2]


def iso_time(seconds: float | None) -> str | None:
    """Seconds since the epoch in ISO 8601."""
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()
