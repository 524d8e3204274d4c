"""What a job made, and how it stands, as other protocols give it."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ocr_service.document import PageResult
from ocr_service.errors import Cancelled, NotFinished, ServiceError, error_for
from ocr_service.export.document_markdown import page_text
from ocr_service.export.image_links import linked_images
from ocr_service.export.markdown import page_markdown
from ocr_service.export.result_json import page_without_words
from ocr_service.jobs.models import Job, JobState
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder, artifact_name
from ocr_service.vlm.region_content import with_formula_numbers

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


def text_without(page: PageResult, ignored: Collection[str]) -> str:
    """The page's Markdown, made anew without the blocks of these labels."""
    if page.error is not None:
        return page_text(page)
    return page_markdown(with_formula_numbers(page.regions), ignored)


def linked_figures(folder: JobFolder, text: str) -> dict[str, str]:
    """The figures that a text links to, as base64; one that is gone is left out. Blocks."""
    found = {}
    for name in linked_images(text):
        path = folder.work / name
        if path.is_file():
            found[name] = base64.b64encode(path.read_bytes()).decode()
    return found


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
