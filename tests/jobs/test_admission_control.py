"""A place in the queue, given before a document is taken in: each document ahead counts once."""

from __future__ import annotations

import asyncio

import pytest

from ocr_service.errors import NotReady, QueueFull
from ocr_service.jobs.admission_control import AdmissionControl
from ocr_service.jobs.db.queue_load import Load, QueueLimits
from ocr_service.jobs.store import Store
from tests.support.postgres_server import PostgresServer
from tests.support.running import PATIENCE_S
from tests.support.store import OpenStore, new_job

pytestmark = pytest.mark.anyio


class Gate:
    """The store's ``load``, held back from its second call on, until ``opened``."""

    def __init__(self, store: Store) -> None:
        self.opened = asyncio.Event()
        self.reached = asyncio.Event()
        self.calls = 0
        self._store = store

    async def load(self, coming: int) -> Load:
        self.calls += 1
        if self.calls > 1:
            self.reached.set()
            await self.opened.wait()
        return await self._store.load(coming)


@pytest.mark.parametrize(("limits", "owners"), [((2, 0), ("", "")), ((9, 2), ("anna", "anna"))])
async def test_who_becomes_a_job_meanwhile_counts_once(
    open_store: OpenStore, limits: tuple[int, int], owners: tuple[str, str]
) -> None:
    async with open_store(limits=QueueLimits(*limits, cache_ttl_s=0)) as store, asyncio.TaskGroup() as group:
        gate = Gate(store)
        room = AdmissionControl(store.limits, gate.load)

        async def second() -> None:
            async with room.place(owners[1]):
                await store.submit(new_job(owner=owners[1]))

        async with room.place(owners[0]):
            group.create_task(second())
            await gate.reached.wait()
        await store.submit(new_job(owner=owners[0]))
        gate.opened.set()


async def test_who_is_taken_in_ahead_counts_and_who_comes_later_does_not(open_store: OpenStore) -> None:
    async with open_store(limits=QueueLimits(2, 0, cache_ttl_s=0)) as store:
        gate = Gate(store)
        room = AdmissionControl(store.limits, gate.load)
        decided = asyncio.Event()

        async def late() -> bool:
            try:
                async with room.place(""):
                    await decided.wait()
                    return True
            except QueueFull:
                return False

        async with room.place(""), asyncio.TaskGroup() as group:
            rest = [group.create_task(late()) for _ in range(3)]
            await gate.reached.wait()
            gate.opened.set()
            await asyncio.wait(rest[1:])
            decided.set()
        assert [task.result() for task in rest] == [True, False, False]


async def test_a_rush_shares_a_few_counts_and_fills_the_queue_exactly(open_store: OpenStore) -> None:
    async with open_store(limits=QueueLimits(20, 0, cache_ttl_s=0)) as store:
        gate = Gate(store)
        gate.opened.set()
        room = AdmissionControl(store.limits, gate.load)
        decided = asyncio.Event()
        undecided = 100

        async def client() -> bool:
            nonlocal undecided
            try:
                async with room.place(""):
                    undecided -= 1
                    await decided.wait()
            except QueueFull:
                undecided -= 1
                return False
            finally:
                if not undecided:
                    decided.set()
            await store.submit(new_job())
            return True

        admitted = await asyncio.gather(*(client() for _ in range(100)))
        assert admitted == [True] * 20 + [False] * 80
        assert gate.calls == 1
        assert (await store.load(0)).waiting == 20


async def test_who_waited_for_a_count_that_had_no_answer_does_not_wait_for_another(
    open_postgres_store: OpenStore, postgres: PostgresServer
) -> None:
    async with open_postgres_store() as store:
        await store.ping()
        calls, reached = 0, asyncio.Event()

        async def load(coming: int) -> Load:
            nonlocal calls
            calls += 1
            reached.set()
            return await store.within(1.0).load(coming)

        room = AdmissionControl(store.limits, load)

        async def code() -> str:
            try:
                async with room.place(""):
                    return "admitted"
            except NotReady as error:
                return error.code

        postgres.freeze()
        try:
            first = asyncio.create_task(code())
            await reached.wait()
            second = asyncio.create_task(code())
            await asyncio.wait({first, second}, timeout=PATIENCE_S)
            assert (first.result(), second.result(), calls) == ("not_ready", "not_ready", 1)
        finally:
            postgres.thaw()
        assert (await code(), calls) == ("admitted", 2)
