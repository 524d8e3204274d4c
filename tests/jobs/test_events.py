"""Many listeners of one job: each gets everything once and in order, and the rows are read for all of them together."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from ocr_service.jobs.db.database import Database, T, Work
from ocr_service.jobs.events import EventHub
from ocr_service.jobs.models import JobEvent, JobState, PageRow
from tests.support.running import PATIENCE_S
from tests.support.store import OpenStore, keep_page, new_job

pytestmark = pytest.mark.anyio

PAGES, LISTENERS = 40, 200


class CountingDatabase:
    """Counts the reads on their way to the real one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.reads = 0

    async def read(self, work: Work[T], *, give_up_s: float) -> T:
        self.reads += 1
        return await self._database.read(work, give_up_s=give_up_s)

    async def write(self, work: Work[T], *, give_up_s: float) -> T:
        return await self._database.write(work, give_up_s=give_up_s)


async def heard(batches: AsyncIterator[list[JobEvent]]) -> list[JobEvent]:
    return [event async for batch in batches for event in batch]


async def test_two_hundred_listeners_share_the_reads(open_sqlite_store: OpenStore) -> None:
    hub = EventHub()
    async with open_sqlite_store(hub.mark) as store:
        counting = CountingDatabase(store.database)
        new = new_job()
        await store.submit(new)
        claim = await store.claim_next("r1")
        assert claim is not None

        async def listen() -> list[JobEvent]:
            return await heard(hub.follow(replace(store, database=counting), new.id))

        async with asyncio.TaskGroup() as group:
            listening = [group.create_task(listen()) for _ in range(LISTENERS)]
            for number in range(1, PAGES + 1):
                await keep_page(store, new.id, claim.run_id, PageRow(number, "completed", 0.1))
            await store.finish(new.id, claim.run_id, JobState.COMPLETED)
        everything = await store.events(new.id, 0)
        assert all(task.result() == everything for task in listening)
        assert len(everything) == PAGES + 4
        assert counting.reads < LISTENERS + 2 * PAGES  # each looks once whether the job is there
        assert hub.listeners == 0


async def test_a_listener_that_comes_late_or_is_slow_misses_nothing(open_sqlite_store: OpenStore) -> None:
    hub = EventHub()
    async with open_sqlite_store(hub.mark) as store:
        new = new_job()
        await store.submit(new)
        claim = await store.claim_next("r1")
        assert claim is not None
        slow = hub.follow(store, new.id)
        seen = await anext(slow)
        for number in range(1, 601):  # more than the shared tail holds
            await keep_page(store, new.id, claim.run_id, PageRow(number, "completed", 0.1))
        await store.finish(new.id, claim.run_id, JobState.PARTIAL)
        late = await heard(hub.follow(store, new.id, after=seen[-1].seq))
        assert [*seen, *late] == await store.events(new.id, 0)
        assert await heard(slow) == late
        assert await heard(hub.follow(store, new.id, after=late[-1].seq)) == []


async def test_a_removed_job_ends_its_streams(open_sqlite_store: OpenStore) -> None:
    hub = EventHub()
    async with open_sqlite_store(hub.mark) as store:
        new = new_job()
        await store.submit(new)
        await store.cancel(new.id)
        last = (await store.get(new.id)).last_seq
        await store.remove(new.id)
        assert await heard(hub.follow(store, new.id, after=last)) == []


async def test_a_listener_that_was_slower_than_the_removal_is_let_go(open_sqlite_store: OpenStore) -> None:
    hub = EventHub()
    async with open_sqlite_store(hub.mark) as store:
        new = new_job()
        await store.submit(new)
        slow = hub.follow(store, new.id)
        assert (await anext(slow))[0].data["state"] == "queued"
        await store.cancel(new.id)
        await store.remove(new.id)
        async with asyncio.timeout(PATIENCE_S):
            assert await heard(slow) == []
