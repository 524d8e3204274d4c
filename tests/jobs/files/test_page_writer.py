"""Finished pages share their writes; each meets its own error, and a file comes before its row."""

import asyncio
from pathlib import Path

import pytest

from ocr_service.document import PageResult
from ocr_service.errors import StorageFull
from ocr_service.jobs.files.group_commit import GroupCommit
from ocr_service.jobs.files.page_writer import PageWriter
from ocr_service.jobs.models import RunLost
from ocr_service.jobs.store import Store
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.space import FreeSpace
from tests.support.small_disk import filled, small_disk
from tests.support.store import new_job

pytestmark = pytest.mark.anyio


def page(number: int) -> PageResult:
    return PageResult(number, "completed", 100, 100, 72, 0, "tesseract", f"page {number}")


async def running_job(store: Store, root: Path) -> tuple[JobFolder, str]:
    """A job that is being read, with its folder."""
    await store.submit(new_job())
    claim = await store.claim_next("here")
    assert claim is not None
    folder = JobFolder(root, claim.job.id)
    (root / "upload").write_bytes(b"content")
    folder.create(root / "upload")
    return folder, claim.run_id


async def keep(writer: PageWriter, folder: JobFolder, run: str, page: PageResult) -> None:
    await writer.keep_file(folder, page, last=False)
    await writer.store_row(folder, run, page, read=page)


async def test_what_comes_during_a_write_goes_together_with_the_next() -> None:
    batches: list[list[str]] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def write(items: list[str]) -> list[Exception | None]:
        batches.append(items)
        begun.set()
        await go_on.wait()
        return [ValueError(item) if item == "bad" else None for item in items]

    writes = GroupCommit(write, "test")
    first = asyncio.create_task(writes.add("first"))
    await begun.wait()
    others = [asyncio.create_task(writes.add(item)) for item in ("good", "bad", "given up", "good too")]
    await asyncio.sleep(0)
    others[2].cancel()
    go_on.set()
    await first
    outcomes = await asyncio.gather(*others, return_exceptions=True)
    assert batches == [["first"], ["good", "bad", "good too"]]
    assert [type(outcome) for outcome in outcomes] == [type(None), ValueError, asyncio.CancelledError, type(None)]


def written_to(batches: list[list[int]], *, pause_s: float) -> GroupCommit[int]:
    async def write(items: list[int]) -> list[None]:
        batches.append(items)
        return [None] * len(items)

    return GroupCommit(write, "test", pause_s=pause_s)


async def test_what_comes_soon_after_a_write_goes_together_too() -> None:
    batches: list[list[int]] = []
    writes = written_to(batches, pause_s=0.5)
    await writes.add(1)
    later = []
    for item in (2, 3, 4):
        later.append(asyncio.create_task(writes.add(item)))
        for _ in range(5):  # turns of the loop; without a pause the item would be written in them
            await asyncio.sleep(0)
    await asyncio.gather(*later)
    assert batches == [[1], [2, 3, 4]]


async def test_what_is_wanted_at_once_takes_all_that_waits_along() -> None:
    batches: list[list[int]] = []
    writes = written_to(batches, pause_s=3600)
    await writes.add(1)
    await asyncio.gather(writes.add(2), writes.add(3, at_once=True))
    await writes.add(4, at_once=True)
    assert batches == [[1], [2, 3], [4]]


async def test_a_cancel_waits_for_a_write_that_has_begun_and_takes_back_one_that_has_not() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    written: list[str] = []

    async def write(items: list[str]) -> list[None]:
        begun.set()
        await go_on.wait()
        written.extend(items)
        return [None] * len(items)

    writes = GroupCommit(write, "test")
    first = asyncio.create_task(writes.add("first", whole=True))
    await begun.wait()
    second = asyncio.create_task(writes.add("second", whole=True))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    await asyncio.wait([second])
    assert not first.done()
    go_on.set()
    await asyncio.wait([first])
    assert first.cancelled() and second.cancelled()
    assert written == ["first"]


async def test_a_page_whose_file_cannot_be_written_has_no_row_and_harms_no_other(store: Store, tmp_path: Path) -> None:
    folder, run = await running_job(store, tmp_path)
    other, other_run = await running_job(store, tmp_path)
    other.remove()
    writer = PageWriter(store, FreeSpace((tmp_path,), 0))
    kept = [
        keep(writer, folder, run, page(1)),
        keep(writer, other, other_run, page(1)),
        keep(writer, folder, run, page(2)),
    ]
    outcomes = await asyncio.gather(*kept, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), FileNotFoundError, type(None)]
    assert folder.kept_pages() == [1, 2] == [row.number for row in await store.pages(folder.job_id)]
    assert await store.pages(other.job_id) == []


async def test_a_run_that_lost_its_job_learns_it_and_the_others_do_not(store: Store, tmp_path: Path) -> None:
    folder, run = await running_job(store, tmp_path)
    other, other_run = await running_job(store, tmp_path)
    await store.cancel(other.job_id)
    writer = PageWriter(store, FreeSpace((tmp_path,), 0))
    kept = [keep(writer, folder, run, page(1)), keep(writer, other, other_run, page(1))]
    outcomes = await asyncio.gather(*kept, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), RunLost]


@pytest.mark.slow  # takes root, for a small disk
async def test_a_page_is_kept_before_a_full_disk_ends_its_job(store: Store, tmp_path: Path) -> None:
    folder, run = await running_job(store, tmp_path)
    with small_disk(tmp_path / "disk") as disk, filled(disk, leave=1 << 20):
        writer = PageWriter(store, FreeSpace((disk,), 8 << 20))
        await keep(writer, folder, run, page(1))
        with pytest.raises(StorageFull):
            writer.check_room()
    assert [row.number for row in await store.pages(folder.job_id)] == [1]
