"""Who is told what happens to jobs in this process: the log, the metrics, the traces. None of them is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ocr_service.document import PageResult
from ocr_service.jobs.models import Job, JobFailure, JobState


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended. ``pages`` were read by this run, ``kept`` were there before it; ``seconds`` it took."""

    state: JobState
    failure: JobFailure | None
    pages: int
    kept: int
    failed: int
    seconds: float
    cached: bool = False


class JobWatch(Protocol):
    """Must not raise and must not wait."""

    def admitted(self, job: Job) -> None: ...

    def started(self, job: Job) -> None:
        """A run begins; ``job.runs`` counts it."""

    def page_read(self, job: Job, page: PageResult) -> None:
        """The page is kept by now, or stays as it was where it was read better before."""

    def ended(self, job: Job, end: RunEnd) -> None:
        """The end is written down by now."""

    def lost(self, job: Job) -> None:
        """The run stopped without an end: the job was cancelled, handed back or taken over."""


@dataclass(frozen=True, slots=True)
class Watches:
    """All of several, in their order."""

    all: list[JobWatch]

    def admitted(self, job: Job) -> None:
        for watch in self.all:
            watch.admitted(job)

    def started(self, job: Job) -> None:
        for watch in self.all:
            watch.started(job)

    def page_read(self, job: Job, page: PageResult) -> None:
        for watch in self.all:
            watch.page_read(job, page)

    def ended(self, job: Job, end: RunEnd) -> None:
        for watch in self.all:
            watch.ended(job, end)

    def lost(self, job: Job) -> None:
        for watch in self.all:
            watch.lost(job)
