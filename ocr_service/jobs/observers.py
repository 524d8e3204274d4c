"""Observers of the jobs of this process: the log, the metrics, the traces. A job never waits for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ocr_service.document import PageResult
from ocr_service.jobs.models import Job, JobFailure, JobState


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended. ``pages``: read by this run; ``kept``: stored before it; ``seconds``: its duration."""

    state: JobState
    failure: JobFailure | None
    pages: int
    kept: int
    failed: int
    seconds: float
    cached: bool = False


class JobObserver(Protocol):
    """Must not raise and must not wait."""

    def admitted(self, job: Job) -> None: ...

    def started(self, job: Job) -> None:
        """A run begins; ``job.runs`` includes it."""

    def page_read(self, job: Job, page: PageResult) -> None:
        """The page is stored, or the earlier reading stays because it is better."""

    def ended(self, job: Job, end: RunEnd) -> None:
        """The job's final state is stored."""

    def lost(self, job: Job) -> None:
        """The run stopped before the job's end: the job was cancelled, handed back or taken over."""


@dataclass(frozen=True, slots=True)
class JobObservers:
    """Calls several observers, in their order."""

    all: list[JobObserver]

    def admitted(self, job: Job) -> None:
        for observer in self.all:
            observer.admitted(job)

    def started(self, job: Job) -> None:
        for observer in self.all:
            observer.started(job)

    def page_read(self, job: Job, page: PageResult) -> None:
        for observer in self.all:
            observer.page_read(job, page)

    def ended(self, job: Job, end: RunEnd) -> None:
        for observer in self.all:
            observer.ended(job, end)

    def lost(self, job: Job) -> None:
        for observer in self.all:
            observer.lost(job)
