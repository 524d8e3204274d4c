"""Replicas on one PostgreSQL that share no folder (ARTIFACTS=s3): what one has, the others fetch from the bucket."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import signal
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError

from tests.fakes.fault_proxy import FaultProxy
from tests.fakes.vllm import Asked, FakeVllm, Reply
from tests.support.jobs import document, events, held, is_page, job, quick_service, submit, wait_finished
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.running import RunningService, wait_until
from tests.support.s3_server import BUCKET, REGION, s3_proxy, s3_server

SECRET = "very-secret-key"
PAGES = 12


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    with s3_server() as server, s3_proxy(server) as proxy:
        yield proxy


@contextmanager
def replica(
    folder: Path, fake: FakeVllm, proxy: FaultProxy, url: str, *, started: bool = True, **settings: str
) -> Iterator[RunningService]:
    """A service with an OUTPUT_DIR of its own."""
    service = quick_service(
        folder,
        fake,
        **{
            "ARTIFACTS": "s3",
            "CLOUDRU_S3_ENDPOINT": proxy.url,
            "CLOUDRU_S3_BUCKET": BUCKET,
            "CLOUDRU_S3_ACCESS_KEY": "key-id",
            "CLOUDRU_S3_SECRET_KEY": SECRET,
            "DATABASE_URL": url,
            "TAKEOVER_S": "8",
            "RENDER_WORKERS": "1",
            "VLM_CONCURRENCY": "2",
            **settings,
        },
    )
    try:
        if started:
            service.start()
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.process.send_signal(signal.SIGCONT)
            service.stop()
        service.client.close()
        if service.log.exists():
            assert SECRET not in service.log.read_text()


@dataclass(frozen=True)
class Pair:
    """Two replicas that are up; either may run what is submitted."""

    a: RunningService
    b: RunningService
    fake: FakeVllm
    proxy: FaultProxy

    def of(self, job_id: str) -> tuple[RunningService, RunningService]:
        """Who runs or ran the job first, while the other was not asked for its pages; and the other."""
        ran_here = (self.a.output / ".jobs" / job_id / "pages" / "p0001.json").exists()
        return (self.a, self.b) if ran_here else (self.b, self.a)


@pytest.fixture(scope="module")
def both(postgres: PostgresServer, proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    fake = FakeVllm()
    url, folder = postgres.create_database("pair"), tmp_path_factory.mktemp("pair")
    with (
        fake.running(),
        replica(folder / "a", fake, proxy, url, VLM_RETRIES="0") as a,
        replica(folder / "b", fake, proxy, url, VLM_RETRIES="0") as b,
    ):
        yield Pair(a, b, fake, proxy)


@pytest.fixture
def pair(both: Pair) -> Pair:
    """Both up, with a backend that answers as ever and a bucket that is there."""
    both.fake.answer = lambda asked: None
    if not both.proxy.up:
        both.proxy.bring_up()
    for service in (both.a, both.b):
        assert service.process is not None
        if service.process.poll() is not None:
            service.start()
    return both


def keys(proxy: FaultProxy, prefix: str = "ocr/.jobs/") -> list[str]:
    """What lies in the bucket, asked behind the proxy."""
    client: Any = boto3.session.Session().client(
        "s3",
        endpoint_url=f"http://{proxy.upstream[0]}:{proxy.upstream[1]}",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name=REGION,
    )
    try:
        return [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]
    finally:
        client.close()


def local_files(service: RunningService, job_id: str) -> list[Path]:
    folders = (service.output / job_id, service.output / ".jobs" / job_id)
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def times_read(fake: FakeVllm, since: int = 0) -> Counter[bytes]:
    return Counter(hashlib.sha256(asked.jpeg).digest() for asked in fake.asked[since:] if is_page(asked))


def pages_done(service: RunningService, job_id: str) -> int:
    done: int = job(service.client, job_id)["pages"]["done"]
    return done


def _remove(folder: Path) -> None:
    """Under a service that may still write there."""

    def removed() -> bool:
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    wait_until(removed, what=f"the end of {folder}")


def test_a_killed_replicas_book_is_finished_by_the_other_that_reads_only_the_missing_pages(pair: Pair) -> None:
    gate = threading.Event()
    pair.fake.answer = held(gate, after=5)
    before = len(pair.fake.asked)
    book = submit(pair.a.client, "killed", document("killed", PAGES))
    wait_until(lambda: pages_done(pair.a, book) == 5)
    pair.fake.wait_until(lambda fake: fake.in_flight == 2)
    killed, other = pair.of(book)
    client = other.client
    assert page_text(other, book, 1) == "read"  # while it runs at the other
    assert len(client.get(f"/jobs/{book}/result", params={"partial": True}).json()["pages"]) == 5
    assert client.get(f"/jobs/{book}/pages/{PAGES}").json()["code"] == "not_finished"
    killed.kill()
    gate.set()
    ended = wait_finished(client, [book])[book]
    assert (ended["state"], ended["runs"]) == ("completed", 2)
    times = times_read(pair.fake, before)
    assert len(times) == PAGES
    assert sum(times.values()) <= PAGES + 2  # those that were in flight at the kill
    result = client.get(f"/jobs/{book}/result").json()
    assert [page["number"] for page in result["pages"]] == list(range(1, PAGES + 1))
    assert page_events(other, book) == list(range(1, PAGES + 1))
    other.stop()

    third, client = killed, killed.client
    shutil.rmtree(third.output)
    third.start()  # as a new one, with an empty folder
    again = submit(client, "killed", document("killed", PAGES))  # the same document
    ended = wait_finished(client, [again])[again]
    assert (ended["state"], ended["cached"]) == ("completed", True)
    for job_id in (book, again):
        assert client.get(f"/jobs/{job_id}/result").json()["markdown"] == result["markdown"]
        for form in ("md", "html", "txt", "zip", "pdf"):
            answer = client.get(f"/jobs/{job_id}/result.{form}")
            assert answer.status_code == 200, (form, answer.text)
        assert client.get(f"/jobs/{job_id}/pages/{PAGES}/image").headers["content-type"] == "image/jpeg"
        assert page_events(third, job_id) == list(range(1, PAGES + 1))
        assert client.get(f"/jobs/{job_id}/pages/{PAGES + 1}").status_code == 404
    client.delete(f"/jobs/{book}").raise_for_status()
    _remove(third.output / ".jobs" / again)
    _remove(third.output / again)
    assert client.get(f"/jobs/{again}/result.html").status_code == 200  # it has pages of its own in the bucket
    assert times_read(pair.fake, before) == times


def page_events(service: RunningService, job_id: str) -> list[int]:
    told = [event.data for event in events(service.client, job_id) if event.kind == "page"]
    assert {data["markdown"] for data in told} == {"read"}
    return sorted(data["number"] for data in told)


def test_figures_come_with_their_pages(
    tmp_path: Path, postgres: PostgresServer, proxy: FaultProxy, contract_scan: Path
) -> None:
    url, embedded_reader = postgres.create_database("figures"), {"USE_VLM_API": "false", "LAYOUT_MODEL": "embedded"}
    with replica(tmp_path, FakeVllm(), proxy, url, started=True, RENDER_DPI="120", **embedded_reader) as service:
        scan = submit(service.client, "contract", contract_scan.read_bytes())
        assert wait_finished(service.client, [scan])[scan]["state"] == "completed"
        before = unzipped(service, scan)
        figures = [name for name in before if name.startswith("images/")]
        assert figures
        for folder in (service.output / scan, service.output / ".jobs" / scan):
            _remove(folder)
        assert unzipped(service, scan) == before
        embedded = service.client.get(f"/jobs/{scan}/result.md", params={"image_links": "embedded"}).text
        assert embedded.count("data:image/jpeg") == len(figures)
        assert service.client.get(f"/jobs/{scan}/result.html").text.count("data:image/jpeg") == len(figures)


def unzipped(service: RunningService, job_id: str) -> dict[str, bytes]:
    content = service.client.get(f"/jobs/{job_id}/result.zip").raise_for_status().content
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist() if not name.endswith(".json")}


def test_a_bucket_that_is_away_during_a_run_loses_nothing(pair: Pair) -> None:
    a, b = pair.a, pair.b
    pair.fake.answer = held(gate := threading.Event(), after=10)
    before, waits = len(pair.fake.asked), times_waited(pair)
    book = submit(a.client, "away", document("away", 40))
    other = submit(a.client, "cancelled", document("cancelled", 40))
    wait_until(lambda: pages_done(a, book) > 2)
    pair.proxy.take_down()
    gate.set()
    wait_until(lambda: times_waited(pair) > waits, what="a run that waits")
    for service in (a, b):
        wait_until(lambda: service.client.get("/health/ready").status_code == 503)  # noqa: B023
        assert "ARTIFACTS=s3" in str(service.client.get("/health/ready").json()["waiting_for"])
        assert service.client.get("/health/live").status_code == 200
    assert job(a.client, book)["state"] == "running"

    assert b.client.delete(f"/jobs/{other}").status_code == 204
    assert job(a.client, other)["state"] == "cancelled"

    pair.proxy.bring_up()
    ended = wait_finished(a.client, [book])[book]
    assert (ended["state"], ended["runs"]) == ("completed", 1)
    for service in (a, b):
        pages = service.client.get(f"/jobs/{book}/result").json()["pages"]
        assert [page["number"] for page in pages] == list(range(1, 41))
        wait_until(lambda: service.client.get("/health/ready").status_code == 200)  # noqa: B023
    assert set(times_read(pair.fake, before).values()) == {1}


def test_sigterm_waits_for_no_answer_of_a_silent_bucket_and_the_next_start_loses_nothing(
    tmp_path: Path, postgres: PostgresServer, proxy: FaultProxy
) -> None:
    fake = FakeVllm(then=Reply(delay_s=0.05))
    url = postgres.create_database("silent")
    with fake.running(), replica(tmp_path, fake, proxy, url, SHUTDOWN_GRACE_S="4") as service:
        book = submit(service.client, "book", document("silent", 30))
        wait_until(lambda: pages_done(service, book) > 2)
        with proxy.silent() as unanswered, ThreadPoolExecutor(1) as threads:
            upload = {"file": ("late.pdf", document("late", 1))}
            late = threads.submit(service.client.post, "/jobs", files=upload)
            for part in (f"/{book}/p", "/input"):
                wait_until(lambda: any(part in seen.path for seen in unanswered), what=part)  # noqa: B023
            assert service.stop() == 0
            assert (late.result().status_code, late.result().json()["code"]) == (503, "not_ready")
        log = service.log.read_text()
        assert "Traceback" not in log and "1 handed back" in log
        before = keys(proxy, f"ocr/.jobs/{book}/p")
        service.start()
        ended = wait_finished(service.client, [book])[book]
        assert (ended["state"], ended["runs"]) == ("completed", 2)
        pages = service.client.get(f"/jobs/{book}/result").json()["pages"]
        assert [page["number"] for page in pages] == list(range(1, 31))
        assert set(before) <= set(keys(proxy, f"ocr/.jobs/{book}/p"))


def times_waited(pair: Pair) -> int:
    return sum(service.log.read_text().count("jobs wait for it") for service in (pair.a, pair.b))


def test_a_submission_while_the_bucket_is_away_is_refused_and_leaves_nothing(pair: Pair) -> None:
    client, before = pair.a.client, keys(pair.proxy)
    jobs, here = client.get("/jobs").json(), uploads(pair.a)
    pair.proxy.take_down()
    answer = client.post("/jobs", files={"file": ("letter.pdf", document("refused", 1))})
    assert (answer.status_code, answer.json()["code"]) == (503, "s3_unavailable")
    assert "retry-after" in answer.headers
    assert client.get("/jobs").json() == jobs
    assert uploads(pair.a) == here
    assert client.get("/health").json()["artifacts"].startswith("s3: error")
    pair.proxy.bring_up()
    assert keys(pair.proxy) == before
    letter = submit(client, "letter", document("refused", 1))
    assert wait_finished(client, [letter])[letter]["state"] == "completed"
    wait_until(lambda: client.get("/health").json()["artifacts"] == "s3: ok")


def uploads(service: RunningService) -> set[Path]:
    """Those of jobs, and those that are being received."""
    received = set(service.temp_files())
    return received | set((service.output / ".jobs").glob("*/input"))


def test_a_retry_replaces_what_replicas_have_of_the_run_before(pair: Pair) -> None:
    count = iter(range(1000))

    def refuse(asked: Asked) -> Reply | None:
        if not is_page(asked) or next(count) < 2:
            return None
        return Reply(status=400, error={"message": "scripted"})

    pair.fake.answer = refuse
    book = submit(pair.a.client, "retried", document("retried", 4))
    assert wait_finished(pair.a.client, [book])[book]["state"] == "partial"
    for service in (pair.a, pair.b):
        first = service.client.get(f"/jobs/{book}/result").json()
        assert [page["status"] for page in first["pages"]].count("completed") == 2
        assert [page_text(service, book, number) for number in range(1, 5)].count("read") == 2
    pair.fake.answer = lambda asked: Reply("mended") if is_page(asked) else None
    pair.b.client.post(f"/jobs/{book}/retry").raise_for_status()
    assert wait_finished(pair.b.client, [book])[book]["state"] == "completed"
    for service in (pair.a, pair.b):
        second = service.client.get(f"/jobs/{book}/result").json()
        assert sorted(page["markdown"] for page in second["pages"]) == ["mended", "mended", "read", "read"]
        assert [page_text(service, book, number) for number in range(1, 5)] == [
            page["markdown"] for page in second["pages"]
        ]


def test_a_correction_at_one_replica_is_what_the_other_shows_and_reads_on_from(pair: Pair) -> None:
    book = submit(pair.a.client, "corrected", document("corrected", 3))
    wait_finished(pair.a.client, [book])
    for service in (pair.a, pair.b):  # both have copies
        assert service.client.get(f"/jobs/{book}/result.md").text.count("read") == 3
    for revision, (service, text) in enumerate(((pair.a, "by a"), (pair.b, "by a and b"))):
        change = {"revision": revision, "content": text}
        service.client.patch(f"/jobs/{book}/pages/2/regions/0", json=change).raise_for_status()
        for other in (pair.a, pair.b):
            assert other.client.get(f"/jobs/{book}/pages/2").json()["markdown"] == text
            assert text in other.client.get(f"/jobs/{book}/result.md").text
    stale = pair.a.client.patch(f"/jobs/{book}/pages/2/regions/0", json={"revision": 1, "content": "late"})
    assert (stale.status_code, stale.json()["code"]) == (409, "correction_conflict")
    pair.fake.answer = lambda asked: Reply("mended") if is_page(asked) else None
    pair.b.client.post(f"/jobs/{book}/retry", params={"pages": "1-2"}).raise_for_status()
    wait_finished(pair.b.client, [book])
    for service in (pair.a, pair.b):
        assert service.client.get(f"/jobs/{book}/result.md").text == "mended by a and b read\n"


def test_a_retry_that_another_replica_takes_over_goes_on_and_keeps_what_cannot_be_read_again(pair: Pair) -> None:
    gate = threading.Event()
    book = submit(pair.a.client, "again", document("again", 6))
    assert wait_finished(pair.a.client, [book])[book]["state"] == "completed"
    hold = held(gate, after=2)
    pair.fake.answer = lambda asked: hold(asked) or (Reply("mended") if is_page(asked) else None)
    pair.a.client.post(f"/jobs/{book}/retry", params={"pages": "1-4"}).raise_for_status()
    wait_until(lambda: pages_done(pair.a, book) == 4)  # two of them, and two that are not read again
    pair.fake.wait_until(lambda fake: fake.in_flight == 2)
    killed, other = (pair.a, pair.b) if runs_again(pair.a, book) else (pair.b, pair.a)
    for service in (killed, other):
        assert sorted(page_text(service, book, number) for number in range(1, 7)) == ["mended"] * 2 + ["read"] * 4
    killed.kill()
    pair.fake.answer = lambda asked: Reply(status=400, error={"message": "scripted"}) if is_page(asked) else None
    gate.set()
    ended = wait_finished(other.client, [book])[book]
    assert (ended["state"], ended["runs"]) == ("completed", 3)
    killed.start()
    for service in (killed, other):
        pages = [service.client.get(f"/jobs/{book}/pages/{number}").json() for number in range(1, 7)]
        assert sorted(page["markdown"] for page in pages) == ["mended"] * 2 + ["read"] * 4
        assert [page["markdown"] for page in pages if page["warnings"]] == ["read"] * 2
        assert service.client.get(f"/jobs/{book}/result").json()["pages"] == pages


def runs_again(service: RunningService, job_id: str) -> bool:
    return any(job_id in line and "job started, run 2" in line for line in service.log.read_text().splitlines())


def page_text(service: RunningService, job_id: str, number: int) -> str:
    text: str = service.client.get(f"/jobs/{job_id}/pages/{number}").json()["markdown"]
    return text


def test_a_frozen_replica_that_wakes_up_changes_nothing_that_is_read(pair: Pair) -> None:
    gate = threading.Event()
    pair.fake.answer = held(gate, after=3)
    book = submit(pair.a.client, "frozen", document("frozen", 6))
    wait_until(lambda: pages_done(pair.a, book) == 3)
    pair.fake.wait_until(lambda fake: fake.in_flight == 2)
    frozen, other = pair.of(book)
    assert frozen.process is not None
    os.kill(frozen.process.pid, signal.SIGSTOP)
    try:
        gate.set()
        ended = wait_finished(other.client, [book])[book]
        assert (ended["state"], ended["runs"]) == ("completed", 2)
        result = other.client.get(f"/jobs/{book}/result").json()
        there = keys(pair.proxy, f"ocr/.jobs/{book}/result-")
    finally:
        os.kill(frozen.process.pid, signal.SIGCONT)
    wait_until(lambda: "run 1 stopped" in frozen.log.read_text(), what="an end of the frozen run")
    assert job(frozen.client, book) == ended
    for service in (frozen, other):
        assert service.client.get(f"/jobs/{book}/result").json()["timings"] == result["timings"]  # the same run's
        assert [page_text(service, book, number) for number in range(1, 7)] == ["read"] * 6
    assert keys(pair.proxy, f"ocr/.jobs/{book}/result-") == there


def test_nobody_reads_other_keys_documents_by_their_place_in_the_bucket(pair: Pair) -> None:
    letter = submit(pair.a.client, "private", document("private", 1))
    wait_finished(pair.a.client, [letter])
    assert f"ocr/.jobs/{letter}/input" in keys(pair.proxy)
    for source in ({"s3_key": f"ocr/.jobs/{letter}/input"}, {"s3_prefix": "ocr/.jobs/"}):
        answer = pair.a.client.post("/jobs", json={"source": source})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_removed_job_is_gone_from_the_bucket_and_from_every_replica(pair: Pair) -> None:
    a, b, proxy = pair.a, pair.b, pair.proxy
    gone = submit(a.client, "gone", document("gone", 3))
    kept = submit(a.client, "kept", document("kept", 3))
    wait_finished(a.client, [gone, kept])
    for service in (a, b):
        for job_id in (gone, kept):
            assert service.client.get(f"/jobs/{job_id}/result.pdf").status_code == 200
            assert local_files(service, job_id)
    proxy.take_down()
    refused = a.client.delete(f"/jobs/{gone}")
    assert (refused.status_code, refused.json()["code"]) == (503, "s3_unavailable")
    for call in ("", "/result", "/pages/1"):  # what is here needs no bucket
        assert a.client.get(f"/jobs/{gone}{call}").status_code == 200
    proxy.bring_up()
    assert a.client.delete(f"/jobs/{gone}").status_code == 204
    assert keys(proxy, f"ocr/.jobs/{gone}/") == []
    assert local_files(a, gone) == []
    for call in ("", "/result", "/pages/1"):
        assert b.client.get(f"/jobs/{gone}{call}").status_code == 404
    b.stop()
    b.start()  # looks at its folders, as it does every ten minutes
    wait_until(lambda: not local_files(b, gone), what="the end of the other's copy")
    assert local_files(b, kept)
    assert keys(proxy, f"ocr/.jobs/{kept}/")


def test_two_processes_on_one_folder_are_refused(pair: Pair, postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.create_database("one_folder")
    output = str(pair.a.output)
    with replica(tmp_path, pair.fake, pair.proxy, url, started=False, OUTPUT_DIR=output) as second:
        with pytest.raises(AssertionError, match="ended with 2"):
            second.start()
        assert "ARTIFACTS=s3" in second.log.read_text().splitlines()[-1]


def test_without_a_bucket_the_start_says_so_in_one_line(tmp_path: Path) -> None:
    service = RunningService(tmp_path, ARTIFACTS="s3")
    with pytest.raises(AssertionError, match="ended with 2"):
        service.start()
    service.client.close()
    [line] = service.log.read_text().splitlines()
    assert line.startswith("settings: ARTIFACTS=s3: CLOUDRU_S3_BUCKET, ")


def test_an_uploaded_file_is_that_of_all_replicas(pair: Pair) -> None:
    content = document("uploaded", 2)
    with Mistral(api_key="any", server_url=pair.a.url) as a, Mistral(api_key="any", server_url=pair.b.url) as b:
        kept = a.files.upload(file={"file_name": "uploaded.pdf", "content": content}, purpose="ocr")
        assert b.files.download(file_id=kept.id).read() == content
        assert kept.id in {file.id for file in b.files.list().data}
        answer = b.ocr.process(model="any", document={"type": "file", "file_id": kept.id})
        assert len(answer.pages) == 2
        assert b.files.delete(file_id=kept.id).deleted
        for client in (a, b):  # both had a copy
            with pytest.raises(SDKError, match="not_found"):
                client.files.download(file_id=kept.id)
    assert not keys(pair.proxy, f"ocr/.files/{kept.id}/")


def test_a_batch_goes_on_at_the_other_replica_and_is_answered_by_any(pair: Pair) -> None:
    gate = threading.Event()
    pair.fake.answer = held(gate, after=2)
    requests = [
        {"custom_id": f"d{number}", "body": {"document": {"type": "document_url", "document_url": data_url(number)}}}
        for number in range(60)
    ]
    with Mistral(api_key="any", server_url=pair.a.url) as a, Mistral(api_key="any", server_url=pair.b.url) as b:
        job: Any = a.batch.jobs.create(endpoint="/v1/ocr", requests=requests)
        wait_until(lambda: b.batch.jobs.get(job_id=job.id).completed_requests == 2, what="the first answers")
        pair.a.kill()
        pair.a.start()
        gate.set()
        wait_until(lambda: b.batch.jobs.get(job_id=job.id).completed_at, what="the end of the batch")
        for client in (a, b):
            done = client.batch.jobs.get(job_id=job.id)
            assert (done.status, done.succeeded_requests) == ("SUCCESS", 60)
            answers = client.files.download(file_id=str(done.output_file)).read().splitlines()
            assert [json.loads(line)["custom_id"] for line in answers] == [f"d{number}" for number in range(60)]


def test_an_upload_is_refused_while_the_bucket_is_away_and_leaves_nothing(pair: Pair) -> None:
    pair.proxy.take_down()
    sent = {"file": ("a.pdf", document("away", 1))}
    answer = pair.a.client.post("/v1/files", files=sent, data={"purpose": "ocr"})
    assert (answer.status_code, answer.json()["code"]) == (503, "s3_unavailable")
    pair.proxy.bring_up()
    assert pair.a.client.post("/v1/files", files=sent, data={"purpose": "ocr"}).status_code == 200


def data_url(number: int) -> str:
    return f"data:application/pdf;base64,{base64.b64encode(document(f'd{number}', 1)).decode()}"
