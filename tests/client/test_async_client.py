"""The asynchronous client against a real service, over a network that breaks."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_service import AsyncClient
from ocr_service.client import Event, JobFailed, Refused, Unreachable
from tests.fakes.fault_proxy import FaultProxy
from tests.support.encrypted import encrypted
from tests.support.jobs import document
from tests.support.running import RunningService, free_port, until
from tests.support.simple_documents import pdf

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_document_is_read_with_its_pages_and_events(service: RunningService, tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    path.write_bytes(pdf("First of two", "Second of two"))
    events: list[Event] = []
    async with AsyncClient(service.url) as client:
        read = await client.read(path, on_event=events.append, cache=False, include_images=False)
        assert (read.name, read.status, [page.number for page in read.pages]) == ("two.pdf", "completed", [1, 2])
        assert "Second of two" in read.markdown
        [region] = read.pages[0].regions
        assert region.content == "First of two" and region.bbox[2] <= read.pages[0].width
        assert {event.data["number"] for event in events if event.kind == "page"} == {1, 2}
        assert [event.kind for event in events][-1] == "end"
        assert (await client.page(read.job_id, 2)).markdown == "Second of two"
        assert await client.markdown(read.job_id) == read.markdown
        assert [chunk["pages"] for chunk in await client.chunks(read.job_id, max_tokens=64)] == [[1, 2]]
        [listed] = [job for job in await client.jobs(name="two.pdf") if job.id == read.job_id]
        assert (listed.pages_done, listed.pages_total, listed.finished) == (2, 2, True)
        target = await client.download(read.job_id, "json", tmp_path / "two.json")
        assert json.loads(target.read_bytes())["job_id"] == read.job_id
        await client.cancel(read.job_id)  # it has ended: nothing happens
        await client.remove(read.job_id)
        await client.remove(read.job_id)  # it is gone already
        with pytest.raises(Refused) as gone:
            await client.job(read.job_id)
        assert gone.value.code == "not_found"


async def test_an_answer_that_was_lost_gives_the_same_job(service: RunningService) -> None:
    with FaultProxy(("127.0.0.1", service.port), faults=["reset"], methods=frozenset({"POST"})) as proxy:
        async with AsyncClient(proxy.url) as client:
            job = await client.submit(pdf("Lost answer"), name="lost answer.pdf")
    keys = [seen.headers["idempotency-key"] for seen in proxy.seen if seen.method == "POST"]
    assert len(keys) == 2 and len(set(keys)) == 1
    async with AsyncClient(service.url) as client:
        assert len(await client.jobs(name="lost answer.pdf")) == 1
        assert (await client.wait(job)).state == "completed"


async def test_events_that_broke_off_go_on_after_the_last_one(service: RunningService) -> None:
    with FaultProxy(
        ("127.0.0.1", service.port), faults=["truncate"], methods=frozenset({"GET"}), at="/events"
    ) as proxy:
        async with AsyncClient(proxy.url) as client:
            job = await client.submit(document("Broken stream", 4), cache=False)
            seen = [event.id async for event in client.events(job)]
    assert len(seen) == len(set(seen)) and seen == sorted(seen, key=int)
    first, second = [one.headers["last-event-id"] for one in proxy.seen if "/events" in one.path]
    assert first == "0" and int(second) > 0


async def test_what_is_refused_is_told_with_its_code(service: RunningService, tmp_path: Path) -> None:
    async with AsyncClient(service.url) as client:
        with pytest.raises(Refused) as locked:
            await client.read(encrypted(pdf("Hidden"), "geheim"))
        assert locked.value.code == "encrypted_pdf"
        with pytest.raises(FileNotFoundError):
            await client.read(tmp_path / "missing.pdf")
        with pytest.raises(Refused, match="not_found"):
            await client.job("../jobs")


async def test_a_wrong_key_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS="anna:anna-key-0001") as keyed:
        async with AsyncClient(keyed.url, "wrong") as client:
            with pytest.raises(Refused) as refused:
                await client.check()
            assert refused.value.code == "unauthorized"
        async with AsyncClient(keyed.url, "anna-key-0001") as client:
            assert (await client.read(pdf("Keyed"))).status == "completed"


async def test_a_service_that_does_not_answer_is_given_up_after_the_patience() -> None:
    async with AsyncClient(f"http://127.0.0.1:{free_port()}", patience_s=0.2) as client:
        with pytest.raises(Unreachable):
            await client.submit(b"%PDF")


async def test_a_job_without_a_result_is_an_error(service: RunningService) -> None:
    async with AsyncClient(service.url) as client:
        job = await client.submit(document("Never read", 50), cache=False, priority="batch")
        await client.cancel(job)
        ended = await client.wait(job)
        assert ended.state == "cancelled"
        with pytest.raises(JobFailed) as failed:
            await client.document(ended)
        assert (failed.value.code, failed.value.job.id) == ("cancelled", job.id)


async def test_thirty_pages_come_with_their_progress(service: RunningService) -> None:
    async with AsyncClient(service.url) as client:
        job = await client.submit(document("Of thirty", 30), cache=False)
        pages = [event.data["number"] async for event in client.events(job) if event.kind == "page"]
        assert sorted(pages) == list(range(1, 31))
        read = await client.document(job)
    assert "Of thirty 30" in read.markdown


async def test_a_restart_of_the_service_is_waited_out(tmp_path: Path) -> None:
    with RunningService(tmp_path, RENDER_WORKERS="1") as service:
        async with AsyncClient(service.url) as client:
            job = await client.submit(document("Over a restart", 60))
            pages: set[int] = set()

            def note(event: Event) -> None:
                pages.update({event.data["number"]} if event.kind == "page" else ())

            waiting = asyncio.create_task(client.wait(job, on_event=note))
            await until(lambda: pages)
            await asyncio.to_thread(service.kill)
            await asyncio.to_thread(service.start)
            ended = await waiting
            assert (ended.state, ended.pages_done, ended.fields["runs"]) == ("completed", 60, 2)
            assert "Over a restart 60" in (await client.document(ended)).markdown
    assert pages == set(range(1, 61))


@pytest.mark.parametrize("name", ["Client", "AsyncClient"])
def test_importing_it_imports_nothing_of_the_server(name: str) -> None:
    program = f"import sys; from ocr_service import {name}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    ours = {module for module in modules if module.startswith("ocr_service.")}
    assert {module.split(".")[1] for module in ours} == {"client", "net", "storage"}
    assert {module for module in ours if module.startswith("ocr_service.net.")} == {"ocr_service.net.retry"}
    assert not modules & {"fastapi", "starlette", "pydantic", "numpy", "cv2", "onnxruntime", "sqlalchemy", "boto3"}
