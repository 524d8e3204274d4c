"""Corrections of pages that people make in jobs that have ended, and the results that follow them.

A correction is kept before it is answered. The result as files (Markdown and JSON, in OUTPUT_DIR and S3) follows once
nothing has been corrected for ``_QUIET_S`` seconds, or at once when somebody asks for it.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from ocr_service.document import PageResult
from ocr_service.errors import NotFinished, NotFound, ServiceError
from ocr_service.export.result_json import page_from_json, page_to_json
from ocr_service.jobs.files.job_files import JobFiles
from ocr_service.jobs.files.page_writer import page_failure
from ocr_service.jobs.models import CorrectedPage, Job, JobFailure, PageReplaced
from ocr_service.jobs.store import Store
from ocr_service.reading.corrections import Author, RegionChange, corrected
from ocr_service.storage.filesystem import JobFolder

log = logging.getLogger(__name__)

_QUIET_S = 2.0
_TRIES = 5  # of a correction, while others correct other regions of the page at other replicas


class Corrections:
    """One for a process."""

    def __init__(self, store: Store, files: JobFiles) -> None:
        self._store = store
        self._files = files
        self._due: dict[str, float] = {}  # by job: when to publish its result, in seconds of the loop's clock
        self._wake = asyncio.Event()

    async def correct(self, job_id: str, number: int, region: int, change: RegionChange, author: Author) -> bytes:
        """The page as JSON after the correction.

        Raises NotFound, NotFinished, BadOption, CorrectionConflict, StorageFull, S3Unavailable and S3Refused.
        """
        for _ in range(_TRIES):
            with suppress(PageReplaced):
                return await self._corrected(job_id, number, region, change, author)
        raise NotFinished(f"Page {number} is being corrected by others. Try again.")

    async def _corrected(self, job_id: str, number: int, region: int, change: RegionChange, author: Author) -> bytes:
        job = await self._store.get(job_id)
        if not job.state.finished:
            raise NotFinished.to_correct(job.state)
        async with self._files.correcting(job) as folder:
            read_by = (await self._store.page_runs(job_id)).get(number)
            if read_by is None:
                raise NotFound(f"The job has no page {number} that was read.")
            page, content = await asyncio.to_thread(_changed, folder, number, region, change, author)
            version = uuid.uuid4().hex
            row = CorrectedPage(job_id, number, read_by, version, page.status, _failure(page))
            await self._files.replace_page(folder, number, content, version, partial(self._store.correct_page, row))
        log.info("page %d, region %d corrected", number, region)
        self._publish_soon(job_id)
        return content

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Publishes corrected results until the context ends; those that it leaves follow at the next start."""
        publishing = asyncio.create_task(self._publish(), name="corrected results")
        try:
            yield
        finally:
            publishing.cancel()
            with suppress(asyncio.CancelledError):
                await publishing

    def _publish_soon(self, job_id: str) -> None:
        self._due[job_id] = asyncio.get_running_loop().time() + _QUIET_S
        self._wake.set()

    async def _publish(self) -> None:
        await self._publish_what_was_left()
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            next_id = min(self._due, key=self._due.__getitem__, default=None)
            left = None if next_id is None else self._due[next_id] - loop.time()
            if next_id is not None and left is not None and left <= 0:
                del self._due[next_id]
                with suppress(NotFound):  # removed meanwhile
                    await self._publish_one(await self._store.without_limit().get(next_id))
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._wake.wait()

    async def _publish_what_was_left(self) -> None:
        if self._files.bucket_state is None:  # with ARTIFACTS=s3 the folder is a copy, made when it is asked for
            for job in await self._store.without_limit().corrected():
                await self._publish_one(job)

    async def _publish_one(self, job: Job) -> None:
        try:
            await self._files.of(job, "result")
        except ServiceError as error:  # who asks for the result gets the same error, or the result
            log.warning("cannot publish the corrected result of job %s: %s", job.id, error)


def _changed(
    folder: JobFolder, number: int, region: int, change: RegionChange, author: Author
) -> tuple[PageResult, bytes]:
    """The corrected page, and the same as JSON. Blocks: a page may have megabytes."""
    try:
        page = page_from_json(folder.page(number))
    except FileNotFoundError:
        raise NotFound(f"The job has no page {number} that was read.") from None
    page = corrected(page, region, change, author)
    return page, page_to_json(page)


def _failure(page: PageResult) -> JobFailure | None:
    failure = page_failure(page) if page.status == "failed" else None
    return JobFailure(failure.code, failure.message, page.number, failure.stage) if failure else None
