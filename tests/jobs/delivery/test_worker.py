"""Uploads and webhooks from rows: tried again until they arrive, in order, across restarts; on both databases."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ocr_service.jobs.delivery.rows import DeliveryRows
from ocr_service.jobs.delivery.webhooks import WebhookSender
from ocr_service.jobs.delivery.worker import Deliveries, UploadDelivery, WebhookDelivery
from ocr_service.jobs.files.job_files import JobFiles
from ocr_service.jobs.models import Change, Job, JobState, PageRow, Webhook
from ocr_service.jobs.store import Store
from ocr_service.net.address_rules import AddressRules
from ocr_service.net.retry import RetryPolicy
from ocr_service.net.safe_http import SafeHttp
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.s3 import S3Config, S3Store
from tests.fakes.fault_proxy import FaultProxy
from tests.fakes.web_server import Answer, Request, WebServer
from tests.support.running import until
from tests.support.s3_server import BUCKET, REGION
from tests.support.store import OpenStore, keep_page, new_job

pytestmark = pytest.mark.anyio

QUICK = RetryPolicy(give_up_s=60, first_pause_s=0.05, longest_pause_s=0.2)


@asynccontextmanager
async def delivering(
    open_store: OpenStore,
    output: Path,
    *,
    proxy: FaultProxy | None = None,
    retries: RetryPolicy = QUICK,
    secret: str = "geheim",
) -> AsyncIterator[tuple[Store, DeliveryRows]]:
    """One life of the process: the store, and deliveries that on_change its changes."""
    on_change: list[Callable[[Change], None]] = []
    async with open_store(lambda change: [one(change) for one in on_change]) as store:
        rows = DeliveryRows(store.database)
        http = SafeHttp(AddressRules(trusted=("127.0.0.1",)), timeout_s=5)
        kinds: list[UploadDelivery | WebhookDelivery] = [
            WebhookDelivery(store, WebhookSender(http, secret, clock=lambda: 1_700_000_000), retries)
        ]
        s3 = S3Store(S3Config(proxy.url, REGION, BUCKET, "k", "s", prefix="ocr")) if proxy else None
        if s3 is not None:
            kinds.append(UploadDelivery(s3, JobFiles(output, store, None), retries))
        deliveries = Deliveries(store, rows, kinds)
        on_change.append(deliveries.on_change)
        await rows.release_all()
        async with deliveries.running():
            yield store, rows
        await http.close()
        if s3 is not None:
            s3.close()


async def read(store: Store, output: Path, *, upload: bool = False, webhook: Webhook | None = None) -> Job:
    """A job from submission to its end, with what the pipeline would publish."""
    submitted = await store.submit(new_job(upload=upload, webhook=webhook))
    claim = await store.claim_next("here")
    assert claim is not None
    publish(output, submitted.job.id)
    for number in (1, 2, 3):
        await keep_page(store, claim.job.id, claim.run_id, PageRow(number, "completed", 0.1))
    await store.finish(claim.job.id, claim.run_id, JobState.COMPLETED)
    return await store.get(claim.job.id)


def publish(output: Path, job_id: str) -> None:
    folder = JobFolder(output, job_id)
    folder.work.mkdir(parents=True)
    with folder.publishing() as staging:
        (staging / "letter.md").write_text("# Письмо", encoding="utf-8")
        (staging / "letter.json").write_text("{}", encoding="utf-8")
        for number in range(5):
            (staging / "images" / f"p0001_r{number:02}_image.jpg").write_bytes(bytes([number]) * 100)


def keys(proxy: FaultProxy, job: Job) -> set[str]:
    return {f"ocr/{job.id}/{name}" for name in ("letter.md", "letter.json")} | {
        f"ocr/{job.id}/images/p0001_r{number:02}_image.jpg" for number in range(5)
    }


async def stored(proxy: FaultProxy) -> set[str]:
    s3 = S3Store(S3Config(f"http://{proxy.upstream[0]}:{proxy.upstream[1]}", REGION, BUCKET, "k", "s"))
    try:
        return {item.key for item in await s3.objects("")}
    finally:
        s3.close()


def is_state(rows: DeliveryRows, job: Job, kind: str, state: str) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        found = await rows.state(job.id, kind)  # type: ignore[arg-type]
        return found is not None and found.state == state

    return check


async def test_result_is_uploaded_once_with_its_json_last(
    open_sqlite_store: OpenStore, proxy: FaultProxy, tmp_path: Path
) -> None:
    async with delivering(open_sqlite_store, tmp_path, proxy=proxy) as (store, rows):
        job = await read(store, tmp_path, upload=True)
        await until(is_state(rows, job, "s3", "done"))
    assert await stored(proxy) == keys(proxy, job)
    puts = [seen.path for seen in proxy.seen if seen.method == "PUT"]
    assert len(puts) == 7
    assert puts[-1].endswith("letter.json")


async def test_upload_arrives_through_errors_and_an_outage(
    open_sqlite_store: OpenStore, proxy: FaultProxy, tmp_path: Path
) -> None:
    async with delivering(open_sqlite_store, tmp_path, proxy=proxy) as (store, rows):
        proxy.faults = ["500", "reset", "500", "reset"]
        first = await read(store, tmp_path, upload=True)
        await until(is_state(rows, first, "s3", "done"))
        proxy.take_down()
        second = await read(store, tmp_path, upload=True)

        async def failed() -> bool:
            state = await rows.state(second.id, "s3")
            return state is not None and state.state == "pending" and state.error is not None

        await until(failed)
        proxy.bring_up()
        await until(is_state(rows, second, "s3", "done"))
    assert await stored(proxy) == keys(proxy, first) | keys(proxy, second)


async def test_upload_goes_on_after_a_restart_without_sending_twice(
    open_sqlite_store: OpenStore, proxy: FaultProxy, tmp_path: Path
) -> None:
    async with delivering(open_sqlite_store, tmp_path) as (store, rows):  # a life without S3: nothing is sent
        job = await read(store, tmp_path, upload=True)
        assert await is_state(rows, job, "s3", "pending")()
    async with delivering(open_sqlite_store, tmp_path, proxy=proxy) as (store, rows):
        await until(is_state(rows, job, "s3", "done"))
    async with delivering(open_sqlite_store, tmp_path, proxy=proxy) as (store, rows):
        assert await is_state(rows, job, "s3", "done")()
        other = await read(store, tmp_path, upload=True)
        await until(is_state(rows, other, "s3", "done"))
    assert await stored(proxy) == keys(proxy, job) | keys(proxy, other)
    assert sum(seen.method == "PUT" for seen in proxy.seen) == 14


async def test_upload_that_fails_for_too_long_is_given_up_and_said(
    open_sqlite_store: OpenStore, proxy: FaultProxy, tmp_path: Path
) -> None:
    proxy.take_down()
    retries = RetryPolicy(give_up_s=0.01, first_pause_s=0.05)
    async with delivering(open_sqlite_store, tmp_path, proxy=proxy, retries=retries) as (store, rows):
        job = await read(store, tmp_path, upload=True)
        await until(is_state(rows, job, "s3", "given_up"))
        state = await rows.state(job.id, "s3")
    assert state is not None and state.error is not None and "no answer" in state.error
    proxy.bring_up()


async def test_receiver_that_fails_five_times_gets_one_signed_delivery(open_store: OpenStore, tmp_path: Path) -> None:
    answers = iter([500, 503, 301, 404, 500])
    with WebServer(lambda request: Answer(next(answers, 200))) as receiver:
        async with delivering(open_store, tmp_path) as (store, rows):
            job = await read(store, tmp_path, webhook=Webhook(f"{receiver.url}/hook?x=1"))
            await until(is_state(rows, job, "webhook", "done"))
    assert len(receiver.requests) == 6
    assert len({request.body for request in receiver.requests}) == 1
    request = receiver.requests[-1]
    assert request.path == "/hook?x=1"
    assert request.headers["x-ocr-event"] == "completed"
    expected = hmac.new(b"geheim", b"1700000000." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-ocr-signature"] == f"t=1700000000,v1={expected}"
    body = json.loads(request.body)
    assert body["event"] == "completed"
    assert body["job"]["pages"] == {"total": 3, "done": 3, "failed": 0}
    assert body["id"] == request.headers["x-ocr-delivery"]


async def test_events_come_in_order_although_the_receiver_fails(open_store: OpenStore, tmp_path: Path) -> None:
    count = iter(range(1000))
    accepted: list[Request] = []

    def answer(request: Request) -> Answer:
        if next(count) % 3:
            return Answer(500)
        accepted.append(request)
        return Answer()

    with WebServer(answer) as receiver:
        async with delivering(open_store, tmp_path) as (store, rows):
            job = await read(store, tmp_path, webhook=Webhook(receiver.url, ("page", "completed")))
            await until(is_state(rows, job, "webhook", "done"))
    bodies = [json.loads(request.body) for request in accepted]
    assert [(body["event"], body.get("page", {}).get("number")) for body in bodies] == [
        ("page", 1),
        ("page", 2),
        ("page", 3),
        ("completed", None),
    ]


async def test_webhook_to_an_address_inside_is_never_called(open_store: OpenStore, tmp_path: Path) -> None:
    """A name may lead elsewhere by the time of the call than when the job was accepted: the rules hold at the call."""
    retries = RetryPolicy(give_up_s=0.01, first_pause_s=0.05)
    with WebServer(lambda request: Answer()) as receiver:
        async with delivering(open_store, tmp_path, retries=retries) as (store, rows):
            job = await read(store, tmp_path, webhook=Webhook(f"https://localhost:{receiver.port}/"))
            await until(is_state(rows, job, "webhook", "given_up"))
            state = await rows.state(job.id, "webhook")
    assert receiver.requests == []
    assert state is not None and state.error is not None and "not a public address" in state.error


async def test_webhook_goes_on_after_a_restart(open_store: OpenStore, tmp_path: Path) -> None:
    up: list[bool] = []
    with WebServer(lambda request: Answer(200 if up else 500)) as receiver:
        async with delivering(open_store, tmp_path) as (store, rows):
            job = await read(store, tmp_path, webhook=Webhook(receiver.url))

            async def tried() -> bool:
                return bool(receiver.requests)

            await until(tried)
        up.append(True)
        async with delivering(open_store, tmp_path) as (store, rows):
            await until(is_state(rows, job, "webhook", "done"))
            calls = len(receiver.requests)
        async with delivering(open_store, tmp_path) as (store, rows):
            assert await is_state(rows, job, "webhook", "done")()
    assert len(receiver.requests) == calls


async def test_job_that_is_read_again_is_told_again(open_store: OpenStore, tmp_path: Path) -> None:
    with WebServer(lambda request: Answer()) as receiver:
        async with delivering(open_store, tmp_path) as (store, rows):
            submitted = await store.submit(new_job(webhook=Webhook(receiver.url)))
            await store.cancel(submitted.job.id)
            await until(is_state(rows, submitted.job, "webhook", "done"))
            await store.retry(submitted.job.id)
            claim = await store.claim_next("here")
            assert claim is not None
            await store.finish(claim.job.id, claim.run_id, JobState.COMPLETED)

            async def both() -> bool:
                return len(receiver.requests) == 2

            await until(both)
    assert [request.headers["x-ocr-event"] for request in receiver.requests] == ["cancelled", "completed"]
