"""What durability costs: CPU a page of a job that survives, against the same pages read and thrown away.

    python -m bench.jobs [--documents 20] [--pages 100] [--database-url postgresql://…] [--s3-endpoint http://…]

A reader that answers 4 KB after about 50 ms stands for the VLM; everything else is the service's own code. CPU is user
and system time of this process, all threads; medians of five rounds, both sides in each. Nothing is removed between the
rounds: ext4 goes round the inodes that were freed in the last minutes, one by one, which costs the next files more than
writing them.
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
from ocr_service.jobs.models import JobState, NewJob, new_job_id
from ocr_service.jobs.queue import QueueLimits
from ocr_service.jobs.service import JobsConfig, run_jobs
from ocr_service.jobs.watch import Watches
from ocr_service.pipeline import assemble
from ocr_service.readers import DocumentWork
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.s3 import S3Config

_ROUNDS = 5
_TEXT = "Text of a region that somebody wrote down. " * 6
_REGIONS = tuple(RegionResult("text", (0, y, 100, y + 10), y, 0.9, content=_TEXT) for y in range(15))


class Reader:
    """Answers after 25 to 75 ms, so that pages do not end in step; ``pages_ahead`` pages of a document at once."""

    name: ReaderName = "vlm"
    pages_ahead = 16

    def __init__(self) -> None:
        self._chance = random.Random(0)

    async def read(self, work: DocumentWork, number: int) -> PageResult:
        await asyncio.sleep(self._chance.uniform(0.025, 0.075))
        return PageResult(number, "completed", 1654, 2339, 200, 0, "vlm", "\n\n".join([_TEXT] * 15), _REGIONS)


async def thrown_away(root: Path, documents: int, pages: int) -> float:
    reader = Reader()
    started = time.process_time()

    async def document() -> None:
        work = DocumentWork(JobFolder(root, new_job_id()), _file(pages), ReadOptions())
        slots = asyncio.Semaphore(reader.pages_ahead)

        async def page(number: int) -> None:
            async with slots:
                await reader.read(work, number)

        async with asyncio.TaskGroup() as group:
            for number in range(1, pages + 1):
                group.create_task(page(number))

    running = asyncio.Semaphore(4)

    async def limited() -> None:
        async with running:
            await document()

    async with asyncio.TaskGroup() as group:
        for _ in range(documents):
            group.create_task(limited())
    return time.process_time() - started


async def durable(
    root: Path, documents: int, pages: int, database_url: str | None, s3_endpoint: str | None
) -> tuple[float, float]:
    """CPU seconds, and how many of them the assembly took, which any service has to do."""
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
    async with run_jobs(config, {"vlm": Reader()}, Watches([])) as service:
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
        total = time.process_time() - started
        for job_id in ids:
            service.files.folder(job_id).published.rename(root / f"{job_id}-first")
        started = time.process_time()
        for job_id in ids:
            work = DocumentWork(service.files.folder(job_id), _file(pages), ReadOptions())
            assemble(work, range(1, pages + 1), "vlm", {})
        return total, time.process_time() - started


def _file(pages: int) -> FileInfo:
    return FileInfo(name="book.pdf", type="pdf", sha256="0" * 64, bytes=10, pages=pages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--database-url", help="PostgreSQL instead of SQLite; its server's CPU is not counted")
    parser.add_argument("--s3-endpoint", help="ARTIFACTS=s3 in its bucket named bench; its server's CPU is not counted")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    count = options.documents * options.pages
    plain, whole, assembly = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(_ROUNDS):
            root = Path(folder) / str(turn)
            root.mkdir()
            plain.append(asyncio.run(thrown_away(root, options.documents, options.pages)))
            where = options.database_url, options.s3_endpoint
            total, part = asyncio.run(durable(root, options.documents, options.pages, *where))
            whole.append(total - part)
            assembly.append(part)
    base, kept = median(plain) * 1000 / count, median(whole) * 1000 / count
    print(f"{options.documents} documents of {options.pages} pages, CPU a page:")
    print(f"  read and thrown away        {base:.2f} ms")
    print(f"  as a job that survives      {kept:.2f} ms")
    print(f"  durability                  {kept - base:.2f} ms")
    print(f"  (assembly and publication, not counted above: {median(assembly) * 1000 / count:.2f} ms)")


if __name__ == "__main__":
    main()
