"""The feeder of batches: whose quota is used up waits, and the batches of others go on."""

from __future__ import annotations

import asyncio

import pytest

from ocr_service.errors import QuotaExceeded
from ocr_service.jobs.batches.feeder import BatchFeeder
from ocr_service.jobs.batches.rows import BatchDocument, BatchRows
from ocr_service.jobs.models import new_job_id
from ocr_service.jobs.store import Store
from tests.support.running import until

pytestmark = pytest.mark.anyio


async def test_a_key_whose_quota_is_used_up_holds_up_no_other(store: Store) -> None:
    rows = BatchRows(store.database)
    ids = {owner: new_job_id() for owner in ("anna", "boris")}
    for owner, batch_id in ids.items():
        await rows.create(batch_id, owner=owner, prefix="in/", options={}, keys=["in/a.pdf", "in/b.pdf"])
    refused: list[BatchDocument] = []

    async def submit(document: BatchDocument) -> str:
        if document.batch.owner == "anna":
            refused.append(document)
            raise QuotaExceeded.pages(10, 10, 40_000.0)
        return new_job_id()

    async def states(owner: str) -> dict[str, int]:
        return (await rows.progress(ids[owner])).states

    async def boris_is_fed() -> bool:
        return await states("boris") == {"removed": 2}  # they have jobs, which this test makes none of

    feeder = BatchFeeder(rows)
    async with feeder.running(submit):
        await until(boris_is_fed)
        feeder.wake()
        await until(lambda: refused)
    assert await states("anna") == {"waiting": 2}
    assert [document.number for document in refused] == [1]
    claimed = [await rows.claim(most_of_owner=1) for _ in ids]  # boris's batch may not be closed yet
    assert ids["anna"] not in {batch.id for batch in claimed if batch}  # not before the postponement is over


async def test_batches_are_fed_side_by_side(store: Store) -> None:
    rows = BatchRows(store.database)
    for owner in ("anna", "boris"):
        await rows.create(
            owner, owner=owner, prefix="in/", options={}, keys=[f"in/{number}.pdf" for number in range(3)]
        )
    gate = asyncio.Event()

    async def submit(document: BatchDocument) -> str:
        if document.batch.owner == "anna":  # her documents come from a slow place
            await gate.wait()
        return new_job_id()

    async def is_fed(batch_id: str) -> bool:
        return (await rows.progress(batch_id)).states == {"removed": 3}  # they have jobs, which this test makes none of

    async with BatchFeeder(rows).running(submit):
        await until(lambda: is_fed("boris"))
        assert (await rows.progress("anna")).states == {"waiting": 3}
        gate.set()
        await until(lambda: is_fed("anna"))


async def test_a_key_with_many_batches_leaves_room_for_others(store: Store) -> None:
    rows = BatchRows(store.database)
    for number in range(4):
        await rows.create(f"a{number}", owner="anna", prefix="in/", options={}, keys=["in/a.pdf"])
    await rows.create("b0", owner="boris", prefix="in/", options={}, keys=["in/b.pdf"])
    claimed = [await rows.claim(most_of_owner=2) for _ in range(4)]
    assert [batch and batch.id for batch in claimed] == ["a0", "b0", "a1", None]
    await rows.release("a0")
    again = await rows.claim(most_of_owner=2)
    assert again is not None and again.id == "a0"


async def test_a_batch_that_cannot_be_fed_now_stops_no_other(store: Store) -> None:
    """An error of the program itself in one of them."""
    rows = BatchRows(store.database)
    await rows.create("a0", owner="anna", prefix="in/", options={}, keys=["in/a.pdf"])

    async def submit(document: BatchDocument) -> str:
        if document.batch.id == "a0":
            await rows.remove("a0")  # by somebody, while a document of it is taken in
        return new_job_id()

    async def is_fed() -> bool:
        return (await rows.progress("b0")).states == {"removed": 1}

    feeder = BatchFeeder(rows)
    async with feeder.running(submit):
        await rows.create("b0", owner="anna", prefix="in/", options={}, keys=["in/b.pdf"])
        feeder.wake()
        await until(is_fed)
