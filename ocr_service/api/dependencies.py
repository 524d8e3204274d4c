"""What the routes need, built once by ``create_app`` and closed by its lifespan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from ocr_service.api.background import DeliveryServices
from ocr_service.api.intake.admission import Admission
from ocr_service.document import ReaderName
from ocr_service.jobs.service import JobService
from ocr_service.layout.selection import LayoutModel
from ocr_service.reading.readers import PageReader
from ocr_service.storage.client_files import ClientFiles
from ocr_service.vlm.scheduler import Scheduler
from ocr_service.workers.pool import PagePool


@dataclass(frozen=True, slots=True)
class Services:
    """``readers`` has one entry for each engine that is configured; ``engine_version`` says what would read with it.

    ``scratch`` is this process's folder in TEMP_DIR; ``sync_wait_s`` is how long ``/ocr/*`` waits, in seconds.
    ``startup_note``: a file of the supervisor's, there while the start waits for something outside this process.
    ``vlm`` is None where the settings do not ask for one. ``chunk_tokens``: most tokens of a chunk unless asked for.
    """

    admission: Admission
    pool: PagePool
    readers: dict[ReaderName, PageReader]
    output_dir: Path
    temp_dir: Path
    scratch: Path
    jobs: JobService
    delivery: DeliveryServices
    client_files: ClientFiles
    engine_version: Callable[[ReaderName], str]
    sync_wait_s: float
    layout: LayoutModel
    chunk_tokens: int
    startup_note: Path | None = None
    vlm: Scheduler | None = None


def owner_of(request: Request) -> str | None:
    """The name of the API key that asks; None where no keys are set: then everybody sees everything."""
    owner: str = request.state.owner
    return owner or None


async def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


ServicesDep = Annotated[Services, Depends(_services)]
