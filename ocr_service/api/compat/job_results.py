"""What a job made, and how it stands, as other protocols give it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from ocr_service.document import PageResult
from ocr_service.errors import Cancelled
from ocr_service.export.result_json import page_without_words
from ocr_service.jobs.models import Job
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder, artifact_name


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


def failure_reason(job: Job) -> str:
    """Why a job that ended has no result: a stable code, and a text for people."""
    return f"{job.failure.code}: {job.failure.message}" if job.failure else f"cancelled: {Cancelled.job()}"


def iso_time(seconds: float | None) -> str | None:
    """Seconds since the epoch in ISO 8601."""
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()
