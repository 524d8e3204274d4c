"""A store for the tests of jobs: how fixtures open it, and what goes into it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ocr_service.document import FileInfo, ReadOptions
from ocr_service.jobs.db.queue_load import QueueLimits
from ocr_service.jobs.models import Change, KeptPage, NewJob, PageRow, RunLost, new_job_id
from ocr_service.jobs.store import Store

Changes = Callable[[Change], None]
OpenStore = Callable[..., AbstractAsyncContextManager[Store]]
LIMITS = QueueLimits(waiting=1000, per_owner=0, cache_ttl_s=3600)


def new_job(**changes: object) -> NewJob:
    """A job for a document that no other test submits."""
    content = changes.pop("content", uuid.uuid4().hex)
    values: dict[str, object] = {
        "id": new_job_id(),
        "file": FileInfo(name="letter.pdf", type="pdf", sha256=str(content), bytes=1000, pages=3),
        "pages": 3,
        "options": ReadOptions(),
        "engine": "tesseract",
        "engine_version": "tesseract 5",
        **changes,
    }
    return NewJob(**values)  # type: ignore[arg-type]


async def keep_page(store: Store, job_id: str, run_id: str, page: PageRow) -> None:
    """Raises RunLost."""
    if await store.keep_pages([KeptPage(job_id, run_id, page)]):
        raise RunLost(job_id)
