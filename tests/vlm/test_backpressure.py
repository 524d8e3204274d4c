"""Pages are prepared only while the backends want more, earlier pages first, each document its share."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ocr_service.vlm.backpressure import Backpressure
from ocr_service.vlm.client import Sampling
from ocr_service.vlm.scheduler import Scheduler
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.backends import CROP, scheduling
from tests.support.running import until

pytestmark = pytest.mark.anyio


async def holding(scheduler: Scheduler, order: int) -> None:
    async with scheduler.slot("busy", order) as backend:
        await backend.ask(CROP, Sampling(8))


async def test_permits_are_issued_by_document_and_page(fake: FakeVllm) -> None:
    order: list[str] = []
    async with scheduling(fake.url) as scheduler, Backpressure(scheduler, at_once=1) as backpressure:
        released = asyncio.Event()

        async def prepare(document: str, page: int) -> None:
            async with backpressure.permit(document, page):
                order.append(f"{document} {page}")
                await released.wait()

        async with asyncio.TaskGroup() as group:
            group.create_task(prepare("first", 1))
            await until(lambda: order == ["first 1"])
            for page in (3, 2, 1):
                group.create_task(prepare("book", page))
            group.create_task(prepare("letter", 1))
            await asyncio.sleep(0)
            released.set()
    assert order == ["first 1", "book 1", "letter 1", "book 2", "book 3"]


async def test_no_permit_is_issued_while_the_queue_is_full(fake: FakeVllm) -> None:
    gate = threading.Event()
    fake.then = Reply(hold=gate)
    async with scheduling(fake.url, concurrency=1) as scheduler, asyncio.TaskGroup() as group:
        await until(lambda: scheduler.up)
        for order in range(3):
            group.create_task(holding(scheduler, order))
        await until(lambda: not scheduler.wants_more)
        async with Backpressure(scheduler, at_once=4) as backpressure:
            prepared = asyncio.Event()

            async def prepare() -> None:
                async with backpressure.permit("document", 1):
                    prepared.set()

            waiting = group.create_task(prepare())
            for _ in range(20):
                await asyncio.sleep(0)
            assert not prepared.is_set()
            gate.set()
            await waiting


async def test_a_cancelled_page_gives_its_permit_back(fake: FakeVllm) -> None:
    async with scheduling(fake.url) as scheduler, Backpressure(scheduler, at_once=1) as backpressure:
        entered = asyncio.Event()

        async def prepare() -> None:
            async with backpressure.permit("document", 1):
                entered.set()
                await asyncio.Event().wait()

        first = asyncio.create_task(prepare())
        await entered.wait()
        second = asyncio.create_task(prepare())
        await asyncio.sleep(0)
        second.cancel()
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        async with backpressure.permit("document", 2):
            pass
