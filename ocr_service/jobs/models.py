"""A job and its states. One table says which moves exist; ``moved`` is the only way from one state to another.

The diagram of it is in docs/architecture.md.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict, astuple, dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any, Literal

from ocr_service.document import FileInfo, Outcome, PageResult, ReaderName, ReadOptions, Stage


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        return self in FINISHED


FINISHED = frozenset({JobState.COMPLETED, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED})
UNFINISHED = frozenset({JobState.QUEUED, JobState.RUNNING})

_TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    # A job fails in the queue when its deadline passes there.
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    # Back to the queue: the process died, hands over at its end, or another replica takes over.
    JobState.RUNNING: frozenset(
        {JobState.COMPLETED, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED, JobState.QUEUED}
    ),
    # Retry: what has no good result is read again, or the pages that somebody names.
    # A correction makes whole what could not be read; undone, it does not.
    JobState.PARTIAL: frozenset({JobState.QUEUED, JobState.COMPLETED, JobState.FAILED}),
    JobState.FAILED: frozenset({JobState.QUEUED, JobState.COMPLETED, JobState.PARTIAL}),
    JobState.CANCELLED: frozenset({JobState.QUEUED}),
    JobState.COMPLETED: frozenset({JobState.QUEUED, JobState.PARTIAL, JobState.FAILED}),
}


class Priority(IntEnum):
    """Higher goes first. ``INTERACTIVE`` is what somebody waits for."""

    BATCH = 0
    INTERACTIVE = 1


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job failed: stable code, text for people, and the page and the stage where that is known."""

    code: str
    message: str
    page: int | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the job's end is to be told, or those of its ``events`` that are named: end states, and ``page``."""

    url: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewJob:
    """An admitted document, its input safe on disk. ``pages`` will be read. ``upload``: the result goes to S3."""

    id: str
    file: FileInfo
    pages: int
    options: ReadOptions
    engine: ReaderName
    engine_version: str
    owner: str = ""
    priority: Priority = Priority.BATCH
    deadline_s: float | None = None
    idempotency_key: str | None = None
    use_cache: bool = True
    batch_id: str | None = None
    webhook: Webhook | None = None
    upload: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A job's row. Times are seconds since the epoch by the database's clock; ``run_id`` names the run that owns it.

    ``lost_runs``: how many runs ended with their process since a page was last kept. ``password_removed``: the document
    came with a password, which was removed from the row when the job ended. ``corrections``: how many people have made.
    """

    id: str
    state: JobState
    priority: Priority
    owner: str
    file: FileInfo
    page_total: int
    options: ReadOptions
    engine: ReaderName
    engine_version: str
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    deadline_at: float | None = None
    run_id: str | None = None
    replica: str | None = None
    runs: int = 0
    lost_runs: int = 0
    last_seq: int = 0
    leader_id: str | None = None
    cached: bool = False
    batch_id: str | None = None
    webhook: Webhook | None = None
    failure: JobFailure | None = None
    password_removed: bool = False
    corrections: int = 0


@dataclass(frozen=True, slots=True)
class PageRow:
    """What the database knows of a page; the text lies in the job's folder.

    ``error_code``: why it failed, or why it could not be read again. ``again``: it is to be read again, and stays until
    that is done.
    """

    number: int
    status: Outcome
    seconds: float
    error_code: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What was read: ``pages`` with a result, ``failed_pages`` without one, regions, tokens and CPU seconds of both."""

    pages: int = 0
    failed_pages: int = 0
    regions: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cpu_s: float = 0.0

    @classmethod
    def of(cls, page: PageResult) -> Usage:
        failed = page.status == "failed"
        took = page.usage
        return cls(not failed, failed, len(page.regions), took.prompt_tokens, took.completion_tokens, took.cpu_s)

    def __add__(self, other: Usage) -> Usage:
        return Usage(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page whose file a run has written; its row is still to be written. ``usage``: nothing for a copied page."""

    job_id: str
    run_id: str
    row: PageRow
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class CorrectedPage:
    """A page that a person has corrected. ``version`` takes the place of the id of the run that read it, ``replaces``.

    ``failure``: why the page has no result, where it still has none.
    """

    job_id: str
    number: int
    replaces: str
    version: str
    status: Outcome
    failure: JobFailure | None = None


CORRECTED = "corrected"  # the reason of a move that a correction makes


@dataclass(frozen=True, slots=True)
class PageCounts:
    """Pages of a job that need not be read: ``done`` have a result (good or in part), ``failed`` have none."""

    done: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a job: only its ``run_id`` may write the state. ``deadline_in_s`` counts from the claim."""

    job: Job
    run_id: str
    deadline_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A job's row changed: sent to the listeners and the dispatcher, in this process or in another."""

    job_id: str
    state: JobState
    run_id: str | None


class PageReplaced(Exception):
    """A page was corrected or read again after it was looked at: look again."""


class RunLost(Exception):
    """The job was cancelled, handed back or taken over: this run no longer owns it and must stop, writing nothing."""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One thing that happened to a job. ``seq`` grows in the order of the commits and is the ``Last-Event-ID``."""

    seq: int
    kind: Literal["state", "page", "end"]
    data: dict[str, Any] = field(default_factory=dict)


def moved(job: Job, to: JobState) -> Job:
    """The job in its new state. A move that does not exist is a bug."""
    if to not in _TRANSITIONS[job.state]:
        raise AssertionError(f"{job.state} -> {to}")
    return replace(job, state=to)


def new_job_id() -> str:
    """128 bits in hex: 48 of time, so that ids sort by age, and 80 random ones, so that none can be guessed."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"


def options_to_json(options: ReadOptions) -> dict[str, Any]:
    return asdict(options)


def without_password(options: dict[str, Any]) -> dict[str, Any]:
    """JSON options as they are stored once the password is not needed any more."""
    return {**options, "password": "", "password_removed": True} if options.get("password") else options


def options_from_json(data: dict[str, Any]) -> ReadOptions:
    """Options of a row that an older or newer version may have written: unknown names are left out."""
    known = ReadOptions.__dataclass_fields__
    return ReadOptions(**{name: value for name, value in data.items() if name in known})
