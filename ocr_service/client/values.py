"""What the client gives and raises. ``fields`` of each value has all that the service said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

State = Literal["queued", "running", "completed", "partial", "failed", "cancelled"]
Status = Literal["completed", "partial", "failed"]
Form = Literal["md", "json", "chunks.json", "html", "txt", "docx", "pdf", "zip"]
# Of the files that the service reads.
SUFFIXES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})
FINISHED = frozenset({"completed", "partial", "failed", "cancelled"})


class ClientError(Exception):
    """What a client raises: Refused, Unreachable or JobFailed."""


class Refused(ClientError):
    """The service refused the request; a retry would get the same answer. ``code`` is stable, as in its errors."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Unreachable(ClientError):
    """The service gave no answer, or was busy, for longer than ``patience_s``."""


class JobFailed(ClientError):
    """The job ended without a result. ``code``: that of its error, or ``cancelled``."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.code = job.error.code if job.error else job.state
        super().__init__(f"{self.code}: {job.error.message if job.error else f'the job is {job.state}'}")


class Options(TypedDict, total=False):
    """What can be asked for with a document (docs/input.md)."""

    pages: str
    dpi: int
    language: str
    engine: Literal["auto", "vlm", "tesseract"]
    text_layer: Literal["auto", "ignore", "only"]
    include_images: bool
    include_words: bool
    min_confidence: float
    join_pages: bool
    headers: Literal["drop", "keep", "comment"]
    page_markers: Literal["none", "comment", "rule"]
    priority: Literal["interactive", "batch"]
    deadline_s: float
    cache: bool
    webhook_url: str
    webhook_events: str
    password: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job or a page has no result. ``page``: the number of the page that it is about."""

    code: str
    message: str
    page: int | None = None

    @classmethod
    def of(cls, fields: dict[str, Any] | None) -> Failure | None:
        return cls(fields["code"], fields["message"], fields.get("page")) if fields else None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it was when the service described it."""

    id: str
    state: State
    name: str
    pages_total: int
    pages_done: int
    pages_failed: int
    error: Failure | None
    fields: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Job:
        pages = fields["pages"]
        return cls(
            id=fields["id"],
            state=fields["state"],
            name=fields["file"]["name"],
            pages_total=pages["total"],
            pages_done=pages["done"],
            pages_failed=pages["failed"],
            error=Failure.of(fields["error"]),
            fields=fields,
        )

    @property
    def finished(self) -> bool:
        return self.state in FINISHED


@dataclass(frozen=True, slots=True)
class Event:
    """``kind`` is ``state``, ``page`` or ``end``; ``id`` is its ``Last-Event-ID``."""

    id: str
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Region:
    """A labelled box on a page: ``bbox`` is x0, y0, x1, y1 in pixels, ``format`` what ``content`` is written in."""

    label: str
    bbox: tuple[int, int, int, int]
    format: str
    content: str
    image: str | None
    fields: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Region:
        x0, y0, x1, y1 = fields["bbox"]
        return cls(fields["label"], (x0, y0, x1, y1), fields["format"], fields["content"], fields["image"], fields)


@dataclass(frozen=True, slots=True)
class Page:
    """A page, read or failed. ``width`` and ``height`` in pixels at ``dpi``."""

    number: int
    status: Status
    markdown: str
    width: int
    height: int
    dpi: int
    regions: tuple[Region, ...]
    error: Failure | None
    fields: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Page:
        own = {name: fields[name] for name in ("number", "status", "markdown", "width", "height", "dpi")}
        regions = tuple(map(Region.of, fields["regions"]))
        return cls(**own, regions=regions, error=Failure.of(fields["error"]), fields=fields)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read. ``markdown`` is its whole text; ``status`` is ``partial`` where pages or regions failed."""

    job_id: str
    name: str
    status: Status
    markdown: str
    pages: tuple[Page, ...]
    fields: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Document:
        pages = tuple(map(Page.of, fields["pages"]))
        return cls(fields["job_id"], fields["file"]["name"], fields["status"], fields["markdown"], pages, fields)
