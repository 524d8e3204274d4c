"""Backends behind a name, as they come and go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from ocr_service.errors import EngineUnavailable
from ocr_service.vlm.client import Backend, http_transport
from ocr_service.vlm.discovery import addresses_of, discovering
from ocr_service.vlm.read_region import read_region
from ocr_service.vlm.scheduler import Scheduler
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.backends import CROP, RETRY, no_probe
from tests.support.running import until

pytestmark = pytest.mark.anyio


class Name:
    """What a DNS name resolves to at the moment; ``None``: it does not."""

    def __init__(self, *addresses: str) -> None:
        self.addresses: tuple[str, ...] | None = addresses
        self.asked = 0

    async def resolve(self, host: str, port: int) -> frozenset[str]:
        self.asked += 1
        if self.addresses is None:
            raise OSError("Name or service not known")
        return frozenset(self.addresses)


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    """Set in the end: a thread of the fake waits for it."""
    event = threading.Event()
    yield event
    event.set()


@asynccontextmanager
async def scheduler_behind(name: Name, port: int, wait_s: float = 60.0) -> AsyncIterator[Scheduler]:
    async with http_transport(100) as transport:

        def backend_at(url: str) -> Backend:
            return Backend(url, transport)

        async with (
            Scheduler([], no_probe, concurrency=8, wait_s=wait_s) as scheduler,
            discovering([f"dns+http://vllm.test:{port}/v1"], scheduler, backend_at, resolve=name.resolve, every_s=0.01),
        ):
            yield scheduler


def up(*urls: str) -> Callable[[Scheduler], bool]:
    return lambda scheduler: {status.url for status in scheduler.status() if status.up} == set(urls)


async def test_every_address_of_the_name_is_a_backend() -> None:
    with FakeVllm(host="127.0.0.1").running() as one, FakeVllm(host="127.0.0.2").running(one.port) as two:
        name = Name("127.0.0.1")
        async with scheduler_behind(name, one.port) as scheduler:
            await until(lambda: up(one.url)(scheduler))
            name.addresses = ("127.0.0.1", "127.0.0.2")
            await until(lambda: up(one.url, two.url)(scheduler))
            name.addresses = ("127.0.0.2",)
            await until(lambda: [status.url for status in scheduler.status()] == [two.url])
            await read_region(scheduler, CROP, "d", 0, retry=RETRY, max_tokens=8)
    assert (len(one.asked), len(two.asked)) == (0, 1)


async def test_an_address_behind_two_names_is_one_backend_until_none_has_it() -> None:
    with FakeVllm().running() as one:
        names = {"a.test": Name("127.0.0.1"), "b.test": Name("127.0.0.1"), "c.test": Name()}
        async with http_transport(10) as transport:

            async def resolve(host: str, port: int) -> frozenset[str]:
                return await names[host].resolve(host, port)

            fixed = Backend(f"http://127.0.0.2:{one.port}/v1", transport)
            async with (
                Scheduler([fixed], no_probe, concurrency=8, wait_s=60.0) as scheduler,
                discovering(
                    [f"dns+http://{name}:{one.port}/v1" for name in names],
                    scheduler,
                    lambda url: Backend(url, transport),
                    resolve=resolve,
                    every_s=0.01,
                ),
            ):

                async def looked() -> None:
                    before = [name.asked for name in names.values()]
                    await until(lambda: all(n.asked > b + 1 for n, b in zip(names.values(), before, strict=True)))

                both = sorted([one.url, fixed.url])
                await looked()
                assert sorted(status.url for status in scheduler.status()) == both
                names["a.test"].addresses = ()
                await looked()
                assert sorted(status.url for status in scheduler.status()) == both
                names["c.test"].addresses = ("127.0.0.2",)  # what VLLM_URL names itself
                names["b.test"].addresses = ()
                await until(lambda: [status.url for status in scheduler.status()] == [fixed.url])
                names["c.test"].addresses = ()
                names["b.test"].addresses = ("127.0.0.1",)
                await until(lambda: sorted(status.url for status in scheduler.status()) == both)


@pytest.mark.slow
async def test_five_hundred_addresses_come_go_and_are_forgotten() -> None:
    many = [f"127.0.{number // 250}.{number % 250 + 1}" for number in range(500)]
    with FakeVllm(host="0.0.0.0").running() as everywhere:
        name = Name(*many)
        async with scheduler_behind(name, everywhere.port) as scheduler:
            await until(lambda: sum(status.up for status in scheduler.status()) == 500)
            crops = [read_region(scheduler, CROP, f"d{number}", 0, retry=RETRY, max_tokens=8) for number in range(40)]
            assert {answer.text for answer in await asyncio.gather(*crops)} == {"read"}
            name.addresses = tuple(many[:1])
            await until(lambda: len(scheduler.status()) == 1)
            assert scheduler.up


async def test_a_name_that_cannot_be_asked_for_changes_nothing() -> None:
    url = f"dns+http://{'a' * 70}.test:1/v1"
    async with (
        http_transport(1) as transport,
        Scheduler([], no_probe, concurrency=1, wait_s=0.01) as scheduler,
        discovering([url], scheduler, lambda url: Backend(url, transport), every_s=0.01),
    ):
        with pytest.raises(EngineUnavailable, match="VLLM_URL gives no address"):
            async with scheduler.slot("d", 0):
                pass
    with pytest.raises(EngineUnavailable, match="does not resolve"):
        await addresses_of(url)


async def test_a_backend_that_is_gone_ends_what_it_has_and_gets_no_more(hold: threading.Event) -> None:
    with FakeVllm(then=Reply(text="slow", hold=hold)).running() as one, FakeVllm(host="127.0.0.2").running(one.port):
        name = Name("127.0.0.1")
        async with scheduler_behind(name, one.port) as scheduler:
            await until(lambda: scheduler.up)
            reading = read_region(scheduler, CROP, "d", 0, retry=RETRY, max_tokens=8)
            task = asyncio.ensure_future(reading)
            await one.until(lambda fake: fake.in_flight == 1)
            name.addresses = ("127.0.0.2",)
            await until(lambda: any(status.reason == "draining" for status in scheduler.status()))
            other = await read_region(scheduler, CROP, "e", 0, retry=RETRY, max_tokens=8)
            assert other.text == "read"
            hold.set()
            assert (await task).text == "slow"
            await until(lambda: len(scheduler.status()) == 1)


async def test_one_that_comes_back_while_it_drains_stays(hold: threading.Event) -> None:
    with FakeVllm(then=Reply(hold=hold)).running() as one:
        name = Name("127.0.0.1")
        async with scheduler_behind(name, one.port) as scheduler:
            await until(lambda: scheduler.up)
            task = asyncio.ensure_future(read_region(scheduler, CROP, "d", 0, retry=RETRY, max_tokens=8))
            await one.until(lambda fake: fake.in_flight == 1)
            name.addresses = ()
            await until(lambda: not scheduler.up)
            name.addresses = ("127.0.0.1",)
            await until(lambda: scheduler.up)
            assert len(scheduler.status()) == 1
            hold.set()
            await task


async def test_a_name_that_does_not_resolve_changes_nothing() -> None:
    with FakeVllm().running() as one:
        name = Name("127.0.0.1")
        async with scheduler_behind(name, one.port) as scheduler:
            await until(lambda: scheduler.up)
            name.addresses, asked = None, name.asked
            await until(lambda: name.asked > asked + 3)
            assert up(one.url)(scheduler)


async def test_work_waits_for_the_first_address() -> None:
    with FakeVllm().running() as one:
        name = Name()
        async with scheduler_behind(name, one.port) as scheduler:
            task = asyncio.ensure_future(read_region(scheduler, CROP, "d", 0, retry=RETRY, max_tokens=8))
            await until(lambda: scheduler.queued == 1)
            name.addresses = ("127.0.0.1",)
            assert (await task).text == "read"


async def test_without_any_address_work_fails_after_the_wait() -> None:
    async with scheduler_behind(Name(), 9, wait_s=0.01) as scheduler:
        with pytest.raises(EngineUnavailable, match="VLLM_URL gives no address"):
            async with scheduler.slot("d", 0):
                pass
