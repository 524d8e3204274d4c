"""One run of a job: takes over stored pages, reads the missing ones, stores the job's end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

from ocr_service.document import Failure, Outcome, PageResult, ReaderName
from ocr_service.errors import EngineUnavailable, NotFound, NotReady, ServiceError, StorageFull, UploadLost
from ocr_service.export.result_json import page_from_json
from ocr_service.jobs.db.queue import DEADLINE_PASSED
from ocr_service.jobs.files.job_files import JobFiles
from ocr_service.jobs.files.page_writer import PageWriter, page_failure
from ocr_service.jobs.models import Claim, Job, JobFailure, JobState, RunLost
from ocr_service.jobs.observers import JobObserver, RunEnd
from ocr_service.jobs.store import Store
from ocr_service.logs import job_var
from ocr_service.net.retry import RetryPolicy
from ocr_service.reading.corrections import carried
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.pipeline import DocumentSummary, read_document
from ocr_service.reading.readers import DocumentWork, PageReader
from ocr_service.storage.filesystem import JobFolder

log = logging.getLogger(__name__)

_DISK_FULL_RETRIES = RetryPolicy(first_pause_s=2.0, longest_pause_s=2.0)


@dataclass(frozen=True, slots=True)
class Runner:
    """``readers`` has one entry for each configured engine."""

    store: Store
    pages: PageWriter
    readers: Mapping[ReaderName, PageReader]
    files: JobFiles
    observers: JobObserver

    async def __call__(self, claim: Claim) -> None:
        """Runs the job to its end and stores its state. Raises only CancelledError, of a cancelled run."""
        job = claim.job
        job_var.set(job.id)
        self.observers.started(job)
        started = time.monotonic()
        done = _Done()
        try:
            state, failure = await self._outcome(claim, done)
            await self._write_end(claim, state, failure, cached=done.cached)
        except RunLost:
            self.observers.lost(job)
            return
        except asyncio.CancelledError:
            self.observers.lost(job)
            raise
        seconds = time.monotonic() - started
        self.observers.ended(job, RunEnd(state, failure, done.pages, done.kept, done.failed, seconds, done.cached))

    async def _write_end(self, claim: Claim, state: JobState, failure: JobFailure | None, *, cached: bool) -> None:
        """Stores the job's end; retries while the disk is full or the database does not answer. Raises RunLost."""
        finish = partial(self.store.finish, claim.job.id, claim.run_id, state, failure=failure, cached=cached)
        await _DISK_FULL_RETRIES.call(
            finish,
            (StorageFull, NotReady),
            before_pause=lambda error, pause_s: log.warning(
                "cannot store state %s of the job: %s; retrying in %.1f s", state, error, pause_s
            ),
        )

    async def _outcome(self, claim: Claim, done: _Done) -> tuple[JobState, JobFailure | None]:
        deadline = asyncio.timeout(claim.deadline_in_s)
        try:
            async with deadline:
                summary = await self._read(claim, done)
                failure = await asyncio.to_thread(_first_failure, self.files.folder(claim.job.id), summary)
        except RunLost:
            raise
        except ServiceError as error:
            return JobState.FAILED, JobFailure(error.code, str(error))
        except Exception:  # the job's boundary: an unexpected error ends this job only
            if deadline.expired():
                return JobState.FAILED, DEADLINE_PASSED
            log.exception("job failed with internal_error")
            return JobState.FAILED, _INTERNAL
        return JobState(summary.status), failure

    async def _read(self, claim: Claim, done: _Done) -> DocumentSummary:
        job = claim.job
        reader = self.readers.get(job.engine)
        if reader is None:
            raise EngineUnavailable(f"The job asks for engine={job.engine}, which is not configured here.")

        async def keep(read: PageResult) -> None:
            done.read += 1
            last = done.kept + done.read == job.page_total
            again = read.number in work.again
            page, not_again = await asyncio.to_thread(better_reading, folder, read) if again else (read, None)
            await self.pages.keep_file(folder, page, last=last, again=again and not_again is None)
            await self.files.keep_pages(folder, [page.number], claim.run_id)
            await self.pages.store_row(folder, claim.run_id, page, read=read, not_again=not_again)
            done.pages += 1
            done.failed += read.status == "failed"
            self.observers.page_read(job, read)
            if not_again:
                log.info("page %d: kept the earlier reading, which is better", page.number)
            self.pages.check_room()  # the page is kept; the job must still be able to end

        await self.store.check_owned(job.id, claim.run_id)
        async with self.files.running(job) as folder:
            await asyncio.to_thread(folder.remove_unfinished)
            rows = await self.store.pages(job.id)
            again = frozenset(row.number for row in rows if row.again)
            done.cached = not again and await self._adopt(job, folder)
            if job.leader_id and not done.cached:
                await self.store.read_for_itself(job.id, claim.run_id)
            work = DocumentWork(folder, job.file, job.options, claim.run_id, again)
            await self.files.about_to_replace(folder, again)
            taken_over = await self._kept_but_not_written_down(folder, {row.number for row in rows})
            await self.files.keep_pages(folder, [page.number for page in taken_over], claim.run_id)
            writes = (
                self.pages.store_row(folder, claim.run_id, page, read=None if done.cached else page)
                for page in taken_over
            )
            await asyncio.gather(*writes)
            done.kept = len(set(await asyncio.to_thread(folder.kept_pages)) - again)
            if done.kept < job.page_total and not await asyncio.to_thread(folder.input.exists):
                raise UploadLost.input_gone()
            summary = await read_document(work, reader, keep)
            await self.files.keep_result(folder, claim.run_id, corrected=job.corrections > 0)
            return summary

    async def _adopt(self, job: Job, folder: JobFolder) -> bool:
        """Takes the pages of the job that read the same content with the same options. Whether all were there."""
        leader = await self.store.find(job.leader_id) if job.leader_id else None
        if leader is None or leader.state is not JobState.COMPLETED:
            return False
        wanted = select_pages(job.options.pages, job.file.pages)
        try:
            theirs = await self.files.of(leader, "pages", retry=True)
        except NotFound:  # the other job was removed meanwhile
            return False
        return await asyncio.to_thread(folder.adopt, theirs, wanted)

    async def _kept_but_not_written_down(self, folder: JobFolder, written_down: Collection[int]) -> list[PageResult]:
        """Pages whose file was written but not their row, because the process ended in between."""
        numbers = [number for number in await asyncio.to_thread(folder.kept_pages) if number not in written_down]
        return [page_from_json(await asyncio.to_thread(folder.page, number)) for number in numbers]


@dataclass(slots=True)
class _Done:
    """Counts of a run: pages ``read``; of these stored (``pages``) and ``failed``; ``kept``: stored before the run."""

    read: int = 0
    pages: int = 0
    failed: int = 0
    kept: int = 0
    cached: bool = False


_INTERNAL = JobFailure(ServiceError.code, "The service met an error of its own; its log has the story.")


def _first_failure(folder: JobFolder, summary: DocumentSummary) -> JobFailure | None:
    """The failure of the first failed page, for the job."""
    if not summary.failed:
        return None
    error = page_failure(page_from_json(folder.page(summary.failed[0])))
    if error is None:
        return None
    return JobFailure(error.code, error.message, summary.failed[0], error.stage)


_STAYS = "as it was read before; read again, it failed: "
_RANKS: dict[Outcome, int] = {"failed": 0, "partial": 1, "completed": 2}


def better_reading(folder: JobFolder, read: PageResult) -> tuple[PageResult, Failure | None]:
    """The page as it was ``read`` again, with its corrections, or the page that the folder keeps where that is better.

    With an earlier page that stays comes why the new one is no better, which its warnings say, too.
    """
    try:
        earlier = page_from_json(folder.page(read.number))
    except FileNotFoundError:
        return read, None
    new = carried(earlier, read)
    failure = page_failure(new)
    loses_corrections = new.error is not None and any(entry.changed for entry in earlier.corrections)
    if failure is None or (_worth(new) >= _worth(earlier) and not loses_corrections):
        return new, None
    others = (warning for warning in earlier.warnings if not warning.startswith(_STAYS))
    return replace(earlier, warnings=(*others, f"{_STAYS}{failure.message}")), failure


def _worth(page: PageResult) -> tuple[int, int]:
    """Sorts by status; of two partial pages, the one with fewer failed regions is greater."""
    return _RANKS[page.status], -sum(region.error is not None for region in page.regions)
