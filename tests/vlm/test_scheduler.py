"""Which region goes where: concurrency, fairness, health, cancel."""

from __future__ import annotations

import asyncio
import base64
import random
import threading
from collections import Counter
from contextlib import AsyncExitStack, ExitStack

import pytest

from ocr_service.document import Crop
from ocr_service.vlm.read_region import RegionReading, read_region
from ocr_service.vlm.scheduler import Scheduler
from tests.fakes.vllm import FakeVllm, Reply, failure
from tests.support.backends import CROP, RETRY, all_up, scheduling
from tests.support.running import free_port, until

pytestmark = pytest.mark.anyio


def named(name: str) -> Crop:
    """A crop that the fake can tell apart."""
    return Crop(prompt="OCR:", jpeg_base64=base64.b64encode(name.encode()), digest=name.encode())


async def read(scheduler: Scheduler, crop: Crop = CROP, document: str = "document", order: int = 0) -> RegionReading:
    return await read_region(scheduler, crop, document, order, retry=RETRY, max_tokens=64)


async def test_a_backend_is_kept_full_and_no_further(fake: FakeVllm) -> None:
    gate = threading.Event()
    fake.then = Reply(hold=gate)
    async with scheduling(fake.url, concurrency=4) as scheduler, asyncio.TaskGroup() as group:
        for order in range(20):
            group.create_task(read(scheduler, order=order))
        await fake.until(lambda fake: fake.in_flight == 4)
        assert scheduler.queued == 16
        assert not scheduler.wants_more
        gate.set()
    assert len(fake.asked) == 20
    assert fake.peak_in_flight == 4


async def test_documents_take_turns_and_earlier_pages_go_first(fake: FakeVllm) -> None:
    gate = threading.Event()
    fake.script.append(Reply(hold=gate))
    async with scheduling(fake.url, concurrency=1) as scheduler, asyncio.TaskGroup() as group:
        group.create_task(read(scheduler, named("first")))
        await fake.until(lambda fake: fake.in_flight == 1)
        for order in (3, 1, 2, 4):
            group.create_task(read(scheduler, named(f"book {order}"), "book", order))
        group.create_task(read(scheduler, named("letter 1"), "letter", 1))
        await until(lambda: scheduler.queued == 5)
        gate.set()
    assert [asked.jpeg.decode() for asked in fake.asked] == [
        "first",
        "book 1",
        "letter 1",
        "book 2",
        "book 3",
        "book 4",
    ]


async def test_work_is_spread_over_the_backends(fake: FakeVllm) -> None:
    gate = threading.Event()
    other = FakeVllm(then=Reply(hold=gate))
    fake.then = Reply(hold=gate)
    with other.running():
        async with scheduling(fake.url, other.url, concurrency=3) as scheduler, asyncio.TaskGroup() as group:
            await until(lambda: all_up(scheduler))
            for order in range(6):
                group.create_task(read(scheduler, order=order))
            await fake.until(lambda fake: fake.in_flight == 3)
            await other.until(lambda other: other.in_flight == 3)
            gate.set()


async def test_few_requests_are_spread_evenly_also_over_a_backend_that_comes_later() -> None:
    chance = random.Random(7)
    with ExitStack() as running, ExitStack() as later:
        fakes = [running.enter_context(FakeVllm().running()) for _ in range(3)]
        late = FakeVllm(port=free_port())
        async with scheduling(*(fake.url for fake in fakes), late.url) as scheduler:
            await until(lambda: sum(status.up for status in scheduler.status()) == 3)
            assert _within_10_percent(await _given(scheduler, 300, chance), 3)
            later.enter_context(late.running(late.port))
            await until(lambda: all_up(scheduler))
            given = await _given(scheduler, 400, chance)
            assert _within_10_percent(given, 4)


async def test_a_slow_backend_is_given_less_when_there_is_much_to_do(fake: FakeVllm) -> None:
    gate = threading.Event()
    fake.then = Reply(hold=gate)
    with FakeVllm().running() as quick:
        # However busy the machine: a request that is held neither times out nor is taken for that of a dead backend.
        patient = scheduling(fake.url, quick.url, concurrency=8, timeout_s=600, silence_s=600)
        async with patient as scheduler, asyncio.TaskGroup() as group:
            await until(lambda: all_up(scheduler))
            for order in range(40):
                group.create_task(read(scheduler, order=order))
            await quick.until(lambda quick: len(quick.asked) == 32)
            await fake.until(lambda fake: len(fake.asked) == 8)
            gate.set()
    assert (len(fake.asked), len(quick.asked)) == (8, 32)


async def _given(scheduler: Scheduler, requests: int, chance: random.Random) -> Counter[str]:
    """How many of these requests each backend was given, five in flight, which end in any order."""
    given: Counter[str] = Counter()
    in_flight: list[AsyncExitStack] = []
    for order in range(requests):
        if len(in_flight) == 5:
            await in_flight.pop(chance.randrange(5)).aclose()
        slot = AsyncExitStack()
        given[(await slot.enter_async_context(scheduler.slot("document", order))).url] += 1
        in_flight.append(slot)
    for slot in in_flight:
        await slot.aclose()
    return given


def _within_10_percent(given: Counter[str], backends: int) -> bool:
    return len(given) == backends and max(given.values()) - min(given.values()) <= 0.1 * given.total() / backends


async def test_a_retry_goes_to_another_backend(fake: FakeVllm) -> None:
    fake.then = failure(500)
    with FakeVllm().running() as other:
        async with scheduling(fake.url, other.url) as scheduler:
            await until(lambda: all_up(scheduler))
            readings = [await read(scheduler) for _ in range(4)]
    assert all(reading.text == "read" and reading.tries <= 2 for reading in readings)


async def test_a_killed_backend_is_left_out_and_returns(fake: FakeVllm) -> None:
    dying = FakeVllm(then=Reply(hang=True))
    with dying.running():
        port = dying.port
        async with scheduling(fake.url, dying.url, concurrency=4) as scheduler:
            await until(lambda: all_up(scheduler))
            readings = [asyncio.create_task(read(scheduler, order=order)) for order in range(8)]
            await dying.until(lambda dying: dying.in_flight > 0)
            await asyncio.to_thread(dying.stop)
            assert {(await reading).text for reading in readings} == {"read"}
            readings = [asyncio.create_task(read(scheduler, order=order)) for order in range(8)]
            assert {(await reading).text for reading in readings} == {"read"}
            assert [status.up for status in scheduler.status()] == [True, False]
            dying.then = Reply(text="back")
            with dying.running(port):
                await until(lambda: all_up(scheduler))
                texts = await asyncio.gather(*(read(scheduler, order=order) for order in range(8)))
            assert {reading.text for reading in texts} == {"read", "back"}


async def test_a_stopped_engine_is_found_by_time_outs_though_its_health_is_well(fake: FakeVllm) -> None:
    with FakeVllm(then=Reply(hang=True)).running() as stopped:
        async with scheduling(fake.url, stopped.url, timeout_s=1.0, probing=True) as scheduler:
            await until(lambda: scheduler.up)
            readings = await asyncio.gather(*(read(scheduler, order=order) for order in range(8)))
            assert {reading.text for reading in readings} == {"read"}
            assert [status.up for status in scheduler.status()] == [True, False]


async def test_requests_of_a_backend_that_stops_without_an_answer_are_read_by_the_other(
    fake: FakeVllm, caplog: pytest.LogCaptureFixture
) -> None:
    stopping = FakeVllm(then=Reply(hang=True))
    with stopping.running():
        async with scheduling(fake.url, stopping.url, concurrency=8, timeout_s=600) as scheduler:
            await until(lambda: all_up(scheduler))
            readings = [asyncio.create_task(read(scheduler, order=order)) for order in range(16)]
            await stopping.until(lambda stopping: stopping.in_flight == 8)
            await asyncio.to_thread(stopping.freeze)
            assert {await reading for reading in readings} == {RegionReading("read", tries=1)}
            await stopping.until(lambda stopping: stopping.aborted == 8)
            assert [status.up for status in scheduler.status()] == [True, False]
            assert scheduler.requests[stopping.url, "stopped"] == 8
    warnings = [record.getMessage() for record in caplog.records if "unanswered" in record.message]
    assert len(warnings) == 1
    assert "8 requests" in warnings[0]


async def test_without_another_backend_the_requests_wait_for_its_return() -> None:
    stopping = FakeVllm(then=Reply(hang=True))
    with stopping.running():
        port = stopping.port
        async with scheduling(stopping.url, timeout_s=600, wait_s=600) as scheduler:
            readings = [asyncio.create_task(read(scheduler, order=order)) for order in range(8)]
            await stopping.until(lambda stopping: stopping.in_flight == 8)
            await asyncio.to_thread(stopping.freeze)
            await until(lambda: scheduler.queued == 8)
            stopping.stop()
            stopping.then = Reply(text="back")
            with stopping.running(port):
                assert {await reading for reading in readings} == {RegionReading("back", tries=1)}


async def test_a_draining_backend_burns_no_tries(fake: FakeVllm) -> None:
    draining = FakeVllm()
    with draining.running():
        async with scheduling(fake.url, draining.url, concurrency=2, probing=True) as scheduler:
            await until(lambda: all_up(scheduler))
            draining.then, draining.health_status = failure(503), 503
            readings = await asyncio.gather(*(read(scheduler, order=order) for order in range(12)))
            assert set(readings) == {RegionReading("read", tries=1)}
            assert [status.up for status in scheduler.status()] == [True, False]


async def test_a_picture_that_ends_every_server_fails_in_the_end(fake: FakeVllm) -> None:
    fake.answer = lambda asked: Reply(reset=True) if asked.jpeg == b"deadly" else None
    fake.health_status = 503
    async with scheduling(fake.url) as scheduler:
        reading = await read(scheduler, named("deadly"))
    assert reading.error is not None
    assert (reading.error.code, reading.tries) == ("recognition_failed", 4)


async def test_a_slow_backend_whose_health_is_well_keeps_its_requests(fake: FakeVllm) -> None:
    gate, asked_health = threading.Event(), threading.Event()
    fake.then = Reply(hold=gate)
    fake.on_health = asked_health.set
    async with scheduling(fake.url, timeout_s=600) as scheduler:
        reading = asyncio.create_task(read(scheduler))
        assert await asyncio.to_thread(asked_health.wait, 300)
        gate.set()
        assert await reading == RegionReading("read", tries=1)
    assert (fake.aborted, len(fake.asked)) == (0, 1)


async def test_work_waits_for_a_backend_that_comes_up_late() -> None:
    late = FakeVllm()
    with late.running():
        port = late.port
    async with scheduling(f"http://127.0.0.1:{port}/v1") as scheduler:
        reading = asyncio.create_task(read(scheduler))
        await until(lambda: scheduler.queued == 1)
        with late.running(port):
            assert (await reading).text == "read"


async def test_work_fails_with_engine_unavailable_when_none_comes_up() -> None:
    with FakeVllm().running() as fake:
        gone = fake.url
    async with scheduling(gone, wait_s=1.0) as scheduler:
        first = await read(scheduler)
        assert first.error is not None
        assert (first.error.code, first.tries) == ("engine_unavailable", 0)
        # The document has waited once; it does not wait again for every region.
        others = [asyncio.create_task(read(scheduler, order=order)) for order in range(3)]
        for _ in range(50):  # turns of the loop, without a timer
            await asyncio.sleep(0)
        assert all(other.done() and other.result().error for other in others)


async def test_a_wrong_key_is_not_waited_for(fake: FakeVllm) -> None:
    fake.then = failure(401)
    async with scheduling(fake.url, wait_s=60, probing=True) as scheduler:
        reading = await read(scheduler)
    assert reading.error is not None
    assert reading.error.code == "backend_refused"
    assert "VLLM_API_KEY" in str(reading.error)


async def test_cancel_frees_the_backend_slot(fake: FakeVllm) -> None:
    fake.then = Reply(hang=True)
    async with scheduling(fake.url, concurrency=4) as scheduler:
        readings = [asyncio.create_task(read(scheduler, document="cancelled", order=order)) for order in range(10)]
        await fake.until(lambda fake: fake.in_flight == 4)
        for reading in readings:
            reading.cancel()
        await asyncio.gather(*readings, return_exceptions=True)
        await fake.until(lambda fake: fake.in_flight == 0)
        assert (fake.aborted, len(fake.asked), scheduler.queued) == (4, 4, 0)
        fake.then = Reply()
        assert (await read(scheduler)).text == "read"


async def test_the_model_is_read_again_when_a_backend_serves_another_one(fake: FakeVllm) -> None:
    async with scheduling(fake.url) as scheduler:
        assert (await read(scheduler)).text == "read"
        fake.model = "another"
        refused = await read(scheduler)
        assert refused.error is not None
        assert refused.error.code == "backend_refused"
        assert (await read(scheduler)).text == "read"


async def test_the_next_page_is_wanted_while_little_is_queued(fake: FakeVllm) -> None:
    gate = threading.Event()
    fake.then = Reply(hold=gate)
    async with scheduling(fake.url, concurrency=2) as scheduler, asyncio.TaskGroup() as group:
        for order in range(4):
            group.create_task(read(scheduler, order=order))
        await fake.until(lambda fake: fake.in_flight == 2)
        assert not scheduler.wants_more
        wanted = asyncio.create_task(scheduler.wait_until_wanted())
        gate.set()
        await wanted
        assert scheduler.wants_more
