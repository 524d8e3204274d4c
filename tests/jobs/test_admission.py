"""A place in the queue, given before a document is taken in: each document ahead counts once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_service.api.admission import Admission, Defaults
from ocr_service.errors import QueueFull
from ocr_service.jobs.queue import Coming, QueueLimits
from ocr_service.jobs.store import Store
from ocr_service.render.pool import PagePool
from ocr_service.storage.space import FreeSpace
from tests.jobs.conftest import OpenStore, new_job

pytestmark = pytest.mark.anyio

DEFAULTS = Defaults(max_bytes=1 << 20, max_pages=10, dpi=200, language="eng", engine="tesseract")


class Gate:
    """The store's ``check_room``, held back from its second call on, until ``opened``."""

    def __init__(self, store: Store) -> None:
        self.opened = asyncio.Event()
        self.reached = asyncio.Event()
        self._store = store
        self._calls = 0

    async def check_room(self, owner: str, coming: Callable[[], Coming]) -> None:
        self._calls += 1
        if self._calls > 1:
            self.reached.set()
            await self.opened.wait()
        await self._store.check_room(owner, coming)


def admission(folder: Path, gate: Gate) -> Admission:
    return Admission(PagePool(workers=1), folder, DEFAULTS, FreeSpace((folder,), 0), gate.check_room)


@pytest.mark.parametrize(("limits", "owners"), [((2, 0), ("", "")), ((9, 2), ("anna", "anna"))])
async def test_who_becomes_a_job_meanwhile_counts_once(
    open_store: OpenStore, tmp_path: Path, limits: tuple[int, int], owners: tuple[str, str]
) -> None:
    async with open_store(limits=QueueLimits(*limits, cache_ttl_s=0)) as store, asyncio.TaskGroup() as group:
        gate = Gate(store)
        places = admission(tmp_path, gate)

        async def second() -> None:
            async with places.place(owners[1]):
                await store.submit(new_job(owner=owners[1]))

        async with places.place(owners[0]):
            group.create_task(second())
            await gate.reached.wait()
        await store.submit(new_job(owner=owners[0]))
        gate.opened.set()


async def test_who_is_taken_in_ahead_counts_and_who_comes_later_does_not(open_store: OpenStore, tmp_path: Path) -> None:
    async with open_store(limits=QueueLimits(2, 0, cache_ttl_s=0)) as store:
        gate = Gate(store)
        places = admission(tmp_path, gate)
        decided = asyncio.Event()

        async def late() -> bool:
            try:
                async with places.place(""):
                    await decided.wait()
                    return True
            except QueueFull:
                return False

        async with places.place(""), asyncio.TaskGroup() as group:
            rest = [group.create_task(late()) for _ in range(3)]
            await gate.reached.wait()
            gate.opened.set()
            await asyncio.wait(rest[1:])
            decided.set()
        assert [task.result() for task in rest] == [True, False, False]
