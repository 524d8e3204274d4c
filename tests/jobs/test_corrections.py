"""Corrections in the rows and files of a job, on both databases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ocr_service.document import Failure, PageResult
from ocr_service.errors import CorrectionConflict, NotFinished, NotFound
from ocr_service.export.result_json import page_to_json
from ocr_service.jobs.corrections import Corrections
from ocr_service.jobs.files.job_files import JobFiles
from ocr_service.jobs.models import Claim, CorrectedPage, JobState, PageReplaced, PageRow
from ocr_service.jobs.runner import better_reading
from ocr_service.jobs.store import Store
from ocr_service.reading.corrections import Author, RegionChange
from ocr_service.reading.pipeline import assemble
from ocr_service.reading.readers import DocumentWork
from ocr_service.storage.filesystem import JobFolder
from tests.support.pages import page, region
from tests.support.running import until
from tests.support.store import keep_page, new_job

pytestmark = pytest.mark.anyio

LOST = Failure("recognition_failed", "the answer is empty", "recognition")


def by(name: str, seen: int = 0) -> Author:
    return Author(name, 1_700_000_000.0, seen)


def good(number: int) -> PageResult:
    return page(number, region("text", f"The totl of page {number}"))


async def ended(store: Store, root: Path, *pages: PageResult) -> Claim:
    """A job with these pages, read, assembled and stored."""
    new = new_job(pages=len(pages))
    new = replace(new, file=replace(new.file, pages=len(pages)))
    await store.submit(new)
    claim = await store.claim_next("r1")
    assert claim is not None
    folder = JobFolder(root, new.id)
    folder.make()
    for one in pages:
        folder.keep_page(one.number, page_to_json(one))
        await keep_page(store, new.id, claim.run_id, PageRow(one.number, one.status, 1.0))
    work = DocumentWork(folder, new.file, new.options)
    summary = assemble(work, range(1, len(pages) + 1), "tesseract", {"read_s": 7.5})
    await store.finish(new.id, claim.run_id, JobState(summary.status))
    return claim


@asynccontextmanager
async def corrections(store: Store, root: Path) -> AsyncIterator[Corrections]:
    """As a process has them."""
    found = Corrections(store, JobFiles(root, store, None))
    async with found.running():
        yield found


def published(root: Path, job_id: str) -> str:
    return (root / job_id / "letter.md").read_text()


async def test_a_correction_reaches_page_events_and_published_files(store: Store, tmp_path: Path) -> None:
    job_id = (await ended(store, tmp_path, good(1), good(2))).job.id
    before = await store.get(job_id)
    async with corrections(store, tmp_path) as made:
        answer = await made.correct(job_id, 2, 0, RegionChange(content="The total"), by("anna"))
        assert json.loads(answer)["corrections"][0]["by"] == "anna"
        assert JobFolder(tmp_path, job_id).page(2) == answer
        await until(lambda: "The total" in published(tmp_path, job_id))
    document = json.loads((tmp_path / job_id / "letter.json").read_text())
    assert document["pages"][1]["regions"][0]["content"] == "The total"
    assert document["timings"]["read_s"] == 7.5
    after = await store.get(job_id)
    assert (after.state, after.corrections, after.finished_at) == (before.state, 1, before.finished_at)
    told = await store.events(job_id, before.last_seq)
    assert [(event.kind, event.data.get("reason")) for event in told] == [
        ("page", None),
        ("state", "corrected"),
        ("end", "corrected"),
    ]
    assert told[-1].seq == after.last_seq


async def test_who_asks_for_the_result_gets_it_corrected_at_once(store: Store, tmp_path: Path) -> None:
    job_id = (await ended(store, tmp_path, good(1))).job.id
    files = JobFiles(tmp_path, store, None)
    await Corrections(store, files).correct(job_id, 1, 0, RegionChange(content="The total"), by("anna"))
    job = await store.get(job_id)
    await asyncio.gather(*(files.of(job, "result") for _ in range(4)))
    assert published(tmp_path, job_id) == "The total\n"


async def test_what_a_process_left_unpublished_is_published_at_the_next_start(store: Store, tmp_path: Path) -> None:
    job_id = (await ended(store, tmp_path, good(1))).job.id
    ends_at_once = Corrections(store, JobFiles(tmp_path, store, None))
    await ends_at_once.correct(job_id, 1, 0, RegionChange(content="The total"), by("anna"))
    assert "totl" in published(tmp_path, job_id)
    async with corrections(store, tmp_path):
        await until(lambda: published(tmp_path, job_id) == "The total\n")


async def test_two_processes_correct_one_page_and_nothing_is_lost(store: Store, tmp_path: Path) -> None:
    regions = [region("text", f"line {number}", (100, 40 * number, 900, 40 * number + 30)) for number in range(20)]
    job_id = (await ended(store, tmp_path, page(1, *regions))).job.id
    one, other = (Corrections(store, JobFiles(tmp_path, store, None)) for _ in range(2))
    done = await asyncio.gather(
        *(
            (one if number % 2 else other).correct(job_id, 1, number, RegionChange(content=f"LINE {number}"), by("a"))
            for number in range(20)
        )
    )
    assert len(done) == 20
    kept = json.loads(JobFolder(tmp_path, job_id).page(1))
    assert sorted(found["content"] for found in kept["regions"]) == sorted(f"LINE {number}" for number in range(20))
    assert kept["revision"] == (await store.get(job_id)).corrections == 20


async def test_of_two_who_correct_the_same_region_one_is_told(store: Store, tmp_path: Path) -> None:
    job_id = (await ended(store, tmp_path, good(1))).job.id
    one, other = (Corrections(store, JobFiles(tmp_path, store, None)) for _ in range(2))
    answers = await asyncio.gather(
        one.correct(job_id, 1, 0, RegionChange(content="anna's"), by("anna")),
        other.correct(job_id, 1, 0, RegionChange(content="boris's"), by("boris")),
        return_exceptions=True,
    )
    [refused] = [answer for answer in answers if isinstance(answer, CorrectionConflict)]
    [kept] = [json.loads(answer) for answer in answers if isinstance(answer, bytes)]
    assert kept["corrections"][0]["by"] in str(refused)


async def test_a_job_that_is_read_again_is_corrected_after_its_end(store: Store, tmp_path: Path) -> None:
    job_id = (await ended(store, tmp_path, good(1))).job.id
    await store.retry(job_id, [1])
    with pytest.raises(NotFinished, match="can be corrected once it has ended"):
        await Corrections(store, JobFiles(tmp_path, store, None)).correct(
            job_id, 1, 0, RegionChange(content="x"), by("anna")
        )
    assert "totl" in JobFolder(tmp_path, job_id).page(1).decode()


async def test_pages_and_jobs_that_are_not_there(store: Store, tmp_path: Path) -> None:
    job_id = (await ended(store, tmp_path, good(1))).job.id
    made = Corrections(store, JobFiles(tmp_path, store, None))
    with pytest.raises(NotFound, match="no page 2"):
        await made.correct(job_id, 2, 0, RegionChange(content="x"), by("anna"))
    JobFolder(tmp_path, job_id).remove()
    with pytest.raises(NotFound):
        await made.correct(job_id, 1, 0, RegionChange(content="x"), by("anna"))
    with pytest.raises(NotFound):
        await made.correct("0" * 32, 1, 0, RegionChange(content="x"), by("anna"))


async def test_the_state_follows_what_is_made_whole_and_undone(store: Store, tmp_path: Path) -> None:
    lost = page(2, region("text", "", error=LOST), region("text", "rest", (100, 500, 900, 540)), status="partial")
    job_id = (await ended(store, tmp_path, good(1), lost)).job.id
    assert (await store.get(job_id)).state is JobState.PARTIAL
    files = JobFiles(tmp_path, store, None)
    made = Corrections(store, files)
    await made.correct(job_id, 2, 0, RegionChange(content="found"), by("anna"))
    job = await store.get(job_id)
    assert job.state is JobState.COMPLETED
    await files.of(job, "result")
    assert json.loads((tmp_path / job_id / "letter.json").read_text())["status"] == "completed"
    await made.correct(job_id, 2, 0, RegionChange(undo=True), by("anna", 1))
    assert (await store.get(job_id)).state is JobState.PARTIAL


async def test_a_correction_of_an_older_version_of_the_page_is_not_written(store: Store, tmp_path: Path) -> None:
    claim = await ended(store, tmp_path, good(1))
    first = CorrectedPage(claim.job.id, 1, claim.run_id, "a" * 32, "completed")
    job = await store.correct_page(first)
    assert await store.correct_page(first) == job  # the answer of the commit was lost
    with pytest.raises(PageReplaced):
        await store.correct_page(replace(first, version="b" * 32))
    assert await store.runs(claim.job.id) == ["a" * 32, claim.run_id]


async def test_a_page_read_again_keeps_its_corrections_and_a_worse_one_does_not_replace_it(
    store: Store, tmp_path: Path
) -> None:
    job_id = (await ended(store, tmp_path, good(1))).job.id
    folder = JobFolder(tmp_path, job_id)
    made = Corrections(store, JobFiles(tmp_path, store, None))
    await made.correct(job_id, 1, 0, RegionChange(content="The total"), by("anna"))
    found, worse = better_reading(folder, page(1, region("text", "The tolt of page 1")))
    assert (worse, found.regions[0].content) == (None, "The total")
    assert found.corrections[0].original.content == "The tolt of page 1"
    failed = page(1, status="failed", error=LOST)
    found, worse = better_reading(folder, failed)
    assert (worse, found.regions[0].content) == (LOST, "The total")
