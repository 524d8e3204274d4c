"""What durability costs: CPU a page of a job that survives, against the same pages read and thrown away.

    python -m bench.jobs [--documents 20] [--pages 100] [--page-s 0.05] [--database-url postgresql://…]
                         [--s3-endpoint http://…]

A reader that answers 4 KB after about ``--page-s`` seconds, 64 pages at once, stands for the VLM; everything else is
the service's own code. Pages that finish together share their writes, so a page costs less the more of them come: 0.05
is a machine that reads as much as the app can take, 2 is one GPU. Both sides assemble and publish their documents in
threads, beside the reading of the next ones: those that throw their pages away do it with pages that lay there before.
CPU is user and system time of this process, all threads; medians of five rounds, both sides in each. Nothing is removed
between the rounds: ext4 goes round the inodes that were freed in the last minutes, one by one, which costs the next
files more than writing them.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import tempfile
import time
from pathlib import Path
from statistics import median

from ocr_service.document import FileInfo, PageResult, ReaderName, ReadOptions, RegionResult
from ocr_service.export.result_json import page_to_json
from ocr_service.jobs.db.queue_load import QueueLimits
from ocr_service.jobs.models import JobState, NewJob, new_job_id
from ocr_service.jobs.observers import JobObservers
from ocr_service.jobs.service import JobsConfig, run_jobs
from ocr_service.reading.pipeline import assemble
from ocr_service.reading.readers import DocumentWork
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.s3 import S3Config

_ROUNDS = 5
_TEXT = "Text of a region that somebody wrote down. " * 6
_REGIONS = tuple(RegionResult("text", (0, y, 100, y + 10), y, 0.9, content=_TEXT) for y in range(15))


class Reader:
    """Answers after half to one and a half of ``page_s``, so that pages do not end in step."""

    name: ReaderName = "vlm"
    pages_ahead = 16

    def __init__(self, page_s: float) -> None:
        self._page_s = page_s
        self._chance = random.Random(0)

    async def read(self, work: DocumentWork, number: int) -> PageResult:
        await asyncio.sleep(self._page_s * self._chance.uniform(0.5, 1.5))
        return _page(number)


async def thrown_away(root: Path, documents: int, pages: int, reader: Reader) -> float:
    """CPU seconds."""
    works = [await _kept_before(root, pages) for _ in range(documents)]
    started = time.process_time()

    async def document(work: DocumentWork) -> None:
        slots = asyncio.Semaphore(reader.pages_ahead)

        async def page(number: int) -> None:
            async with slots:
                await reader.read(work, number)

        async with asyncio.TaskGroup() as group:
            for number in range(1, pages + 1):
                group.create_task(page(number))
        await asyncio.to_thread(assemble, work, range(1, pages + 1), reader.name, {})

    running = asyncio.Semaphore(4)

    async def limited(work: DocumentWork) -> None:
        async with running:
            await document(work)

    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(limited(work))
    return time.process_time() - started


async def _kept_before(root: Path, pages: int) -> DocumentWork:
    work = DocumentWork(JobFolder(root, new_job_id()), _file(pages), ReadOptions())
    work.folder.make()
    for number in range(1, pages + 1):
        work.folder.keep_page(number, page_to_json(_page(number)))
    return work


def _page(number: int) -> PageResult:
    return PageResult(number, "completed", 1654, 2339, 200, 0, "vlm", "\n\n".join([_TEXT] * 15), _REGIONS)


async def durable(
    root: Path, documents: int, pages: int, reader: Reader, database_url: str | None, s3_endpoint: str | None
) -> float:
    """CPU seconds."""
    config = JobsConfig(
        root=root,
        database_url=database_url,
        limits=QueueLimits(waiting=10_000, per_owner=0, cache_ttl_s=0),
        max_running=4,
        takeover_s=30,
        ttl_s=3600,
        grace_s=5,
        min_free=0,
        artifacts=S3Config(s3_endpoint, "us-east-1", "bench", "key", "secret") if s3_endpoint else None,
    )
    async with run_jobs(config, {"vlm": reader}, JobObservers([])) as service:
        ids = []
        started = time.process_time()
        for _ in range(documents):
            upload = root / "upload"
            upload.write_bytes(b"a document")
            new = NewJob(new_job_id(), _file(pages), pages, ReadOptions(), "vlm", "bench", use_cache=False)
            ids.append((await service.submit(new, upload)).job.id)
        for job_id in ids:
            job = await service.wait(job_id, 600)
            assert job.state is JobState.COMPLETED, job
        return time.process_time() - started


def _file(pages: int) -> FileInfo:
    return FileInfo(name="book.pdf", type="pdf", sha256="0" * 64, bytes=10, pages=pages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--page-s", type=float, default=0.05, help="seconds that the reader takes for a page")
    parser.add_argument("--database-url", help="PostgreSQL instead of SQLite; its server's CPU is not counted")
    parser.add_argument("--s3-endpoint", help="ARTIFACTS=s3 in its bucket named bench; its server's CPU is not counted")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    count = options.documents * options.pages
    plain, whole = [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(_ROUNDS):
            root = Path(folder) / str(turn)
            root.mkdir()
            size = options.documents, options.pages
            plain.append(asyncio.run(thrown_away(root, *size, Reader(options.page_s))))
            where = options.database_url, options.s3_endpoint
            whole.append(asyncio.run(durable(root, *size, Reader(options.page_s), *where)))
    base, kept = median(plain) * 1000 / count, median(whole) * 1000 / count
    print(f"{options.documents} documents of {options.pages} pages, CPU a page:")
    print(f"  thrown away when it is read {base:.2f} ms")
    print(f"  as a job that survives      {kept:.2f} ms")
    print(f"  durability                  {kept - base:.2f} ms")


if __name__ == "__main__":
    main()
