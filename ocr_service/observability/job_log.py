"""A job's story in the log, at INFO: admitted, started, each page that did not end well, the end with its counts.

No file name and no text of a document: with the id, the holder of the job's API key finds them.
"""

from __future__ import annotations

import logging

from ocr_service.document import PageResult
from ocr_service.jobs.models import Job, JobState
from ocr_service.jobs.observers import RunEnd

log = logging.getLogger(__name__)


class JobLog:
    """A ``JobObserver``."""

    def admitted(self, job: Job) -> None:
        log.info(
            "job %s admitted: %s, %d bytes, %d of %d pages, engine %s%s",
            job.id,
            job.file.type,
            job.file.bytes,
            job.page_total,
            job.file.pages,
            job.engine,
            f", key {job.owner}" if job.owner else "",
        )

    def started(self, job: Job) -> None:
        again = f", run {job.runs}" if job.runs > 1 else ""
        waited = max(0.0, (job.started_at or job.created_at) - job.created_at)
        log.info("job started%s: %d pages, waited %.1f s", again, job.page_total, waited)

    def page_read(self, job: Job, page: PageResult) -> None:
        if page.error is not None:
            log.info("page %d %s: %s at %s", page.number, page.status, page.error.code, page.error.stage)
        elif page.status != "completed":
            codes = sorted({region.error.code for region in page.regions if region.error})
            failed = sum(region.error is not None for region in page.regions)
            log.info("page %d %s: %d regions failed: %s", page.number, page.status, failed, ", ".join(codes))

    def ended(self, job: Job, end: RunEnd) -> None:
        log.log(
            logging.WARNING if end.state is JobState.FAILED else logging.INFO,
            "job %s: %d pages read, %d kept from before, %d failed, %.1f s%s",
            end.state,
            end.pages,
            end.kept,
            end.failed,
            end.seconds,
            f": {end.failure.code}" if end.failure else "",
        )

    def lost(self, job: Job) -> None:
        log.info("run %d stopped: the job was cancelled, handed back or taken over", job.runs)
