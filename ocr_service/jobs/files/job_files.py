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
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from ocr_service.errors import NotFound, NotReady, S3Refused, S3Unavailable
from ocr_service.export.result_json import timings_of
from ocr_service.jobs.files.keyed_locks import KeyedLocks
from ocr_service.jobs.models import Job
from ocr_service.jobs.store import Store
from ocr_service.net.retry import RetryPolicy
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.pipeline import assemble
from ocr_service.reading.readers import DocumentWork
from ocr_service.storage.artifacts import S3Artifacts
from ocr_service.storage.file_lock import file_lock
from ocr_service.storage.filesystem import JobFolder, artifact_name
from ocr_service.storage.space import storage_errors

log = logging.getLogger(__name__)

Part = Literal["input", "pages", "result"]

_ORPHAN_AFTER_S = 3600.0
_PASSING = (S3Unavailable, S3Refused, NotReady)
_RETRIES = RetryPolicy(first_pause_s=0.5, longest_pause_s=8.0)


_CORRECTING, _PUBLISHING = "correcting.lock", "publishing.lock"


class JobFiles:
    """``root`` is OUTPUT_DIR; ``bucket`` is None where the folder is shared: then no call waits for anything."""

    def __init__(self, root: Path, store: Store, bucket: S3Artifacts | None) -> None:
        self._root = root
        self._store = store
        self._bucket = bucket
        self._locks: KeyedLocks[str] = KeyedLocks()
        self._publishing: KeyedLocks[str] = KeyedLocks()
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

    async def of(self, job: Job, *parts: Part, retry: bool = False) -> JobFolder:
        """The job's folder with these parts, as far as the job has them. ``retry``: again until the bucket answers.

        Raises NotFound where the bucket lacks a part that the job had, S3Unavailable, S3Refused, StorageFull.
        """
        if self._bucket is not None:
            fetch = partial(self._fetched, self._bucket, job, parts)
            await (self._retrying(fetch) if retry else fetch())
        if job.corrections and "result" in parts:
            await self._publish_corrections(job)
        return self.folder(job.id)

    # Corrections

    @asynccontextmanager
    async def correcting(self, job: Job) -> AsyncIterator[JobFolder]:
        """The job's folder with its pages, while nobody else corrects any and no run begins. Raises as ``of``."""
        async with self._locks.of(job.id):
            if self._bucket is not None:
                await self._fetch(self._bucket, job, ("pages",))
            folder = self.folder(job.id)
            async with _folder_lock(folder, _CORRECTING):
                yield folder

    async def replace_page(
        self, folder: JobFolder, number: int, content: bytes, version: str, commit: Callable[[], Awaitable[Job]]
    ) -> Job:
        """Keeps a corrected page. It counts once ``commit`` has stored its version; returns the job after that.

        The file is whole before that and only renamed after it: a full disk changes nothing. A process that ends in
        between leaves the page as it was, and the caller without an answer.
        """
        if self._bucket is not None:
            await self._bucket.keep_corrected(folder, number, content, version)
        with folder.staged_page(number) as staged:
            await asyncio.to_thread(staged.write, content)
            job = await commit()
            await asyncio.to_thread(staged.keep)
        if self._bucket is not None:
            await self._bucket.mark_corrected(folder, number, version)
        return job

    async def _publish_corrections(self, job: Job) -> None:
        """Publishes the result anew where it lacks corrections. A cancelled call waits for what has begun."""
        versions = await self._store.runs(job.id)
        if not versions or await asyncio.to_thread(self._is_published, job.id, versions[0]):
            return
        publishing = asyncio.create_task(self._published_anew(job.id), name=f"corrected result of job {job.id}")
        try:
            await asyncio.shield(publishing)
        except asyncio.CancelledError:
            await asyncio.wait([publishing])
            raise

    async def _published_anew(self, job_id: str) -> None:
        folder = self.folder(job_id)
        async with self._publishing.of(job_id), _folder_lock(folder, _PUBLISHING):
            job, versions = await self._store.get(job_id), await self._store.runs(job_id)
            if not job.state.finished or await asyncio.to_thread(self._is_published, job_id, versions[0]):
                return  # another run will publish, or another request has
            if self._bucket is not None:
                await self._fetched(self._bucket, job, ("pages",))
            if await asyncio.to_thread(_assemble_anew, folder, job):
                await asyncio.to_thread(folder.keep_published_version, versions[0])
                if self._bucket is not None:
                    await self._bucket.keep_result(folder, versions[0])

    def _is_published(self, job_id: str, version: str) -> bool:
        folder = self.folder(job_id)
        if self._bucket is not None:
            return self._bucket.has_result(folder, version)
        return folder.published_version == version

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
        """While a run reads the job: its input and finished pages are in the folder. Waits for the bucket.

        What is being corrected when the run begins is in the folder, too.
        """
        if job.corrections:
            for name in (_CORRECTING, _PUBLISHING):
                async with _folder_lock(self.folder(job.id), name):
                    pass
        if self._bucket is None:
            yield self.folder(job.id)
            return
        await self._retrying(partial(self._begun, self._bucket, job))
        try:
            yield self.folder(job.id)
        finally:
            self._running -= Counter([job.id])

    async def keep_pages(self, folder: JobFolder, numbers: Sequence[int], run_id: str) -> None:
        """Called before the rows of the pages are written. Waits for the bucket."""
        if self._bucket is not None:
            await self._retrying(partial(self._bucket.keep_pages, folder, numbers, run_id))

    async def about_to_replace(self, folder: JobFolder, numbers: Iterable[int]) -> None:
        """Called before these pages are read again: if the run is interrupted, the earlier readings count."""
        if self._bucket is not None:
            await self._bucket.about_to_replace(folder, numbers)

    async def keep_result(self, folder: JobFolder, run_id: str, *, corrected: bool) -> None:
        """Called before the job's end is stored. Waits for the bucket. ``corrected``: people have corrected pages."""
        if corrected:
            await asyncio.to_thread(folder.keep_published_version, run_id)
        if self._bucket is not None:
            await self._retrying(partial(self._bucket.keep_result, folder, run_id))

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

    async def _retrying(self, work: Callable[[], Awaitable[None]]) -> None:
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


@asynccontextmanager
async def _folder_lock(folder: JobFolder, name: str) -> AsyncIterator[None]:
    """One process and one task at a time, of all replicas that share the folder.

    Raises NotFound where it is gone, and StorageFull.
    """
    held = ExitStack()

    def take() -> None:
        try:
            with storage_errors("OUTPUT_DIR"):
                held.enter_context(file_lock(folder.work / name, on_wait=lambda: None))
        except FileNotFoundError:
            raise NotFound.job(folder.job_id) from None

    taking = asyncio.create_task(asyncio.to_thread(take), name=f"{name} of job {folder.job_id}")
    try:
        await asyncio.shield(taking)
        yield
    except asyncio.CancelledError:
        await asyncio.wait([taking])
        raise
    finally:
        held.close()


def _assemble_anew(folder: JobFolder, job: Job) -> bool:
    """Publishes the job's result from its pages as they are now; False where a page was never read."""
    wanted = select_pages(job.options.pages, job.file.pages)
    if not set(wanted) <= set(folder.kept_pages()):
        return False
    earlier = folder.published / f"{artifact_name(job.file.name)}.json"
    timings = timings_of(earlier) if earlier.exists() else {}
    try:
        assemble(DocumentWork(folder, job.file, job.options), wanted, job.engine, timings)
    except FileNotFoundError:  # the job was removed meanwhile
        raise NotFound.job(job.id) from None
    return True
