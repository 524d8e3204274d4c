"""The blocking client."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from ocr_service import Client
from ocr_service.client import Event, Refused
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow


def test_it_does_what_the_asynchronous_one_does(service: RunningService, tmp_path: Path) -> None:
    events: list[tuple[Event, str]] = []
    with Client(service.url) as client:
        client.check()
        job = client.submit(pdf("Blocking one", "Blocking two"), name="blocking.pdf", cache=False)
        ended = client.wait(job, on_event=lambda event: events.append((event, threading.current_thread().name)))
        assert ended.state == "completed" and client.job(job.id) == ended
        assert {thread for _, thread in events} == {threading.current_thread().name}
        assert [event.kind for event in client.events(job)][-1] == "end"
        assert "Blocking two" in client.document(job).markdown
        assert "Blocking two" in client.markdown(job)
        assert client.page(job, 1).markdown == "Blocking one"
        assert client.chunks(job)[0]["pages"] == [1, 2]
        assert client.download(job, "txt", tmp_path / "a.txt").read_text().startswith("Blocking one")
        assert job.id in {one.id for one in client.jobs(name="blocking.pdf")}
        assert client.retry(job, pages="2").id == job.id
        client.wait(job)
        client.cancel(job)
        client.remove(job)
        with pytest.raises(Refused):
            client.job(job)


def test_events_that_are_left_early_leave_nothing_open(service: RunningService) -> None:
    with Client(service.url) as client:
        job = client.submit(pdf("Left early"), cache=False)
        for event in client.events(job):
            assert event.id
            break
        assert client.wait(job).finished


def test_it_works_inside_a_running_loop(service: RunningService) -> None:
    async def cell() -> str:
        with Client(service.url) as client:
            return client.read(pdf("In a notebook")).markdown

    assert "In a notebook" in asyncio.run(cell())


def test_closing_it_twice_does_no_harm(service: RunningService) -> None:
    client = Client(service.url)
    client.close()
    client.close()
    assert "ocr_service client" not in {thread.name for thread in threading.enumerate()}
