"""Access to the files of jobs: in a folder that all replicas share, or in each replica's own copy of the bucket.

A caller names the parts that it needs. With ARTIFACTS=s3 missing files are fetched first, unless the job runs in this
process: then its folder is newer than the bucket, and only the run changes it.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from ocr_service.errors import NotReady, S3Refused, S3Unavailable
from ocr_service.jobs.files.keyed_locks import KeyedLocks
from ocr_service.jobs.models import Job
from ocr_service.jobs.store import Store
from ocr_service.retry.policy import RetryPolicy
from ocr_service.storage.artifacts import S3Artifacts
from ocr_service.storage.filesystem import JobFolder

log = logging.getLogger(__name__)

Part = Literal["input", "pages", "result"]

_ORPHAN_AFTER_S = 3600.0
_PASSING = (S3Unavailable, S3Refused, NotReady)
_RETRIES = RetryPolicy(first_pause_s=0.5, longest_pause_s=8.0)


class JobFiles:
    """``root`` is OUTPUT_DIR; ``bucket`` is None where the folder is shared: then no call waits for anything."""

    def __init__(self, root: Path, store: Store, bucket: S3Artifacts | None) -> None:
        self._root = root
        self._store = store
        self._bucket = bucket
        self._locks: KeyedLocks[str] = KeyedLocks()
        self._running: Counter[str] = Counter()
        self._coming: set[str] = set()
        self._waiting = 0

    @property
    def bucket_state(self) -> str | None:
        """``checking``, ``ok`` or ``error: …``; None where the folder is shared."""
        return self._bucket.state if self._bucket else None

    def folder(self, job_id: str) -> JobFolder:
        """The local folder, which may lack files."""
        return JobFolder(self._root, job_id)

    async def of(self, job: Job, *parts: Part, patient: bool = False) -> JobFolder:
        """The job's folder with these parts, as far as the job has them. ``patient``: retries until the bucket answers.

        Raises NotFound where the bucket lacks a part that the job had, S3Unavailable, S3Refused, StorageFull.
        """
        if self._bucket is not None:
            fetch = partial(self._fetched, self._bucket, job, parts)
            await (self._patiently(fetch) if patient else fetch())
        return self.folder(job.id)

    # Submission, run, removal

    @contextmanager
    def coming(self, job_id: str) -> Iterator[JobFolder]:
        """While a document is submitted, its folder is not a stray."""
        self._coming.add(job_id)
        try:
            yield self.folder(job_id)
        finally:
            self._coming.discard(job_id)

    async def keep_input(self, folder: JobFolder, *, silent_s: float) -> float:
        """How long the bucket of ARTIFACTS=s3 said nothing, in seconds; at most ``silent_s``."""
        return await self._bucket.keep_input(folder, silent_s=silent_s) if self._bucket is not None else 0.0

    async def forget(self, folder: JobFolder) -> None:
        """Removes a refused submission. Its empty folder stays as a stray, so that its objects are removed later."""
        await asyncio.to_thread(folder.remove)
        if self._bucket is not None:
            await asyncio.to_thread(folder.work.mkdir)  # a stray

    @asynccontextmanager
    async def running(self, job: Job) -> AsyncIterator[JobFolder]:
        """While a run reads the job: its input and finished pages are in the folder. Waits for the bucket."""
        if self._bucket is None:
            yield self.folder(job.id)
            return
        await self._patiently(partial(self._begun, self._bucket, job))
        try:
            yield self.folder(job.id)
        finally:
            self._running -= Counter([job.id])

    async def keep_pages(self, folder: JobFolder, numbers: Sequence[int], run_id: str) -> None:
        """Called before the rows of the pages are written. Waits for the bucket."""
        if self._bucket is not None:
            await self._patiently(partial(self._bucket.keep_pages, folder, numbers, run_id))

    async def about_to_replace(self, folder: JobFolder, numbers: Iterable[int]) -> None:
        """Called before these pages are read again: if the run is interrupted, the earlier readings count."""
        if self._bucket is not None:
            await self._bucket.about_to_replace(folder, numbers)

    async def keep_result(self, folder: JobFolder, run_id: str) -> None:
        """Called before the job's end is stored. Waits for the bucket."""
        if self._bucket is not None:
            await self._patiently(partial(self._bucket.keep_result, folder, run_id))

    async def remove_from_bucket(self, job_id: str) -> None:
        """Raises S3Unavailable and S3Refused."""
        if self._bucket is not None:
            await self._bucket.remove(job_id)

    async def remove_folder(self, job_id: str) -> None:
        await asyncio.to_thread(self.folder(job_id).remove)

    async def remove_stray(self, job_id: str) -> None:
        """Raises S3Unavailable and S3Refused."""
        if self._bucket is not None:
            await self._bucket.remove(job_id)  # objects uploaded after the job was removed
            await self.remove_folder(job_id)
        else:
            # Published files stay: the folder may belong to another database.
            await asyncio.to_thread(shutil.rmtree, self.folder(job_id).work, ignore_errors=True)

    async def strays(self) -> list[str]:
        """Ids of local folders without a job: of refused uploads, of jobs that another replica removed."""
        found = await asyncio.to_thread(self._may_be_strays)
        known: set[str] = set()
        for start in range(0, len(found), 1000):
            known |= await self._store.known(found[start : start + 1000])
        return [job_id for job_id in found if job_id not in known]

    def _may_be_strays(self) -> list[str]:
        folders = [path for path in (self._root / ".jobs").glob("*") if path.is_dir()]
        if self._bucket is not None:  # no other process uses the folder
            return [path.name for path in folders if path.name not in self._coming]
        before = time.time() - _ORPHAN_AFTER_S
        return [path.name for path in folders if path.stat().st_mtime < before]

    # Fetching

    async def _fetched(self, bucket: S3Artifacts, job: Job, parts: Iterable[Part]) -> None:
        async with self._locks.of(job.id):
            if not self._running[job.id]:
                await self._fetch(bucket, job, parts)

    async def _begun(self, bucket: S3Artifacts, job: Job) -> None:
        async with self._locks.of(job.id):
            await self._fetch(bucket, job, ("input", "pages"))
            self._running[job.id] += 1

    async def _fetch(self, bucket: S3Artifacts, job: Job, parts: Iterable[Part]) -> None:
        folder = self.folder(job.id)
        if "input" in parts:
            await bucket.fetch_input(folder, job.file.sha256)
        if "pages" in parts:
            await bucket.fetch_pages(folder, await self._store.page_runs(job.id))
        if "result" in parts:
            await bucket.fetch_result(folder, await self._store.runs(job.id))

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        """Retries also after S3Refused: credentials and rights can be corrected while the jobs wait."""
        try:
            await work()
            return
        except _PASSING as error:
            if not self._waiting:
                log.warning("the bucket of ARTIFACTS=s3 fails, jobs wait for it: %s", error)
        self._waiting += 1
        try:
            await _RETRIES.call(work, _PASSING)
        finally:
            self._waiting -= 1
        if not self._waiting:
            log.info("the bucket of ARTIFACTS=s3 answers again, jobs go on")
