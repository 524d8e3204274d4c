"""Which documents run, how many, and what happens to them at a cancel, a takeover and the end of the process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from ocr_service.jobs.dispatcher import Dispatcher
from ocr_service.jobs.models import Change, Claim, JobState
from ocr_service.jobs.store import Store
from tests.support.running import until
from tests.support.store import OpenStore, new_job

pytestmark = pytest.mark.anyio


class Reading:
    """A run that lasts until the test lets it go, and writes down what became of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.running: list[str] = []
        self.most = 0
        self.cancelled: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, claim: Claim) -> None:
        self.running.append(claim.job.id)
        self.most = max(self.most, len(self.running))
        try:
            await self.go_on.wait()
            await self.store.finish(claim.job.id, claim.run_id, JobState.COMPLETED)
        except asyncio.CancelledError:
            self.cancelled.append(claim.job.id)
        finally:
            self.running.remove(claim.job.id)


@asynccontextmanager
async def replica(
    open_store: OpenStore, *, limit: int = 2, grace_s: float = 0.0, name: str = "r1"
) -> AsyncIterator[tuple[Store, Dispatcher, Reading]]:
    dispatchers: list[Dispatcher] = []

    def on_change(change: Change) -> None:
        for dispatcher in dispatchers:
            dispatcher.on_change(change)

    async with open_store(on_change) as store:
        reading = Reading(store)
        dispatcher = Dispatcher(store, reading, replica=name, limit=limit)
        dispatchers.append(dispatcher)
        async with dispatcher.running_jobs(grace_s):
            yield store, dispatcher, reading


async def submit(store: Store, count: int) -> list[str]:
    return [(await store.submit(new_job())).job.id for _ in range(count)]


async def in_state(store: Store, state: JobState, count: int) -> None:
    async def reached() -> bool:
        return (await store.state_counts()).get(state, 0) == count

    await until(reached)


async def test_no_more_than_the_limit_run_and_all_finish(open_store: OpenStore) -> None:
    async with replica(open_store, limit=3) as (store, _, reading):
        await submit(store, 10)
        await in_state(store, JobState.RUNNING, 3)
        reading.go_on.set()
        await in_state(store, JobState.COMPLETED, 10)
        assert reading.most == 3


async def test_what_waits_at_the_start_is_run(open_store: OpenStore) -> None:
    async with open_store() as store:
        await submit(store, 2)
    async with replica(open_store) as (store, _, reading):
        reading.go_on.set()
        await in_state(store, JobState.COMPLETED, 2)


async def test_cancel_stops_the_run_and_starts_the_next(open_store: OpenStore) -> None:
    async with replica(open_store, limit=1) as (store, dispatcher, reading):
        first, second = await submit(store, 2)
        await until(_running(reading, [first]))
        await store.cancel(first)
        await dispatcher.stopped(first)
        await until(_running(reading, [second]))
        assert reading.cancelled == [first]
        assert (await store.get(first)).state is JobState.CANCELLED
        reading.go_on.set()
        await in_state(store, JobState.COMPLETED, 1)


async def test_a_run_that_another_replica_took_over_is_stopped(open_store: OpenStore) -> None:
    async with replica(open_store, limit=1) as (store, dispatcher, reading):
        [job] = await submit(store, 1)
        await until(_running(reading, [job]))
        dispatcher.drain()
        await store.hand_back("r1", "replica lost")
        await until(_running(reading, []))
        assert reading.cancelled == [job]
        assert (await store.get(job)).state is JobState.QUEUED


async def test_the_end_waits_for_what_finishes_in_the_grace(open_store: OpenStore) -> None:
    async with replica(open_store, grace_s=10) as (store, _, reading):
        jobs = await submit(store, 3)
        await in_state(store, JobState.RUNNING, 2)
        asyncio.get_running_loop().call_later(0.2, reading.go_on.set)
    async with open_store() as store:
        states = [(await store.get(job)).state for job in jobs]
    assert states == [JobState.COMPLETED, JobState.COMPLETED, JobState.QUEUED]


async def test_the_end_hands_back_what_does_not_finish(open_store: OpenStore) -> None:
    async with replica(open_store, grace_s=0.05) as (store, _, reading):
        await submit(store, 3)
        await in_state(store, JobState.RUNNING, 2)
    assert len(reading.cancelled) == 2
    async with open_store() as store:
        assert await store.state_counts() == {JobState.QUEUED: 3}


async def test_two_replicas_share_the_queue_and_run_nothing_twice(
    open_postgres_store: OpenStore,
) -> None:
    async with (
        replica(open_postgres_store, name="a") as (store, _, here),
        replica(open_postgres_store, name="b") as (_, _, there),
    ):
        jobs = await submit(store, 12)
        await in_state(store, JobState.RUNNING, 4)
        assert len(here.running) == len(there.running) == 2
        here.go_on.set()
        there.go_on.set()
        await in_state(store, JobState.COMPLETED, 12)
        assert [(await store.get(job)).runs for job in jobs] == [1] * 12


async def test_a_cancel_reaches_the_replica_that_runs_the_job(
    open_postgres_store: OpenStore,
) -> None:
    async with replica(open_postgres_store, limit=1) as (_, _, there), open_postgres_store() as store:
        [job] = await submit(store, 1)
        await until(_running(there, [job]))
        await store.cancel(job)
        await until(_running(there, []))
        assert there.cancelled == [job]


def _running(reading: Reading, wanted: list[str]) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return reading.running == wanted

    return check
