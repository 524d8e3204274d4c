"""Mistral's batch API, driven by Mistral's own client: requests in a file or inline, on jobs like any other."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from mistralai.client.models import BatchJob, OCRResponse

from tests.fakes.clock import WallClock
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.jobs import document, held, quick_service
from tests.support.running import RunningService, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path_factory.mktemp("batches"), fake) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: RunningService) -> Iterator[Mistral]:
    with Mistral(api_key="any", server_url=service.url) as mistral:
        yield mistral


def request(name: str, content: bytes, **options: object) -> Any:
    address = f"data:application/pdf;base64,{base64.b64encode(content).decode()}"
    asked = {"document": {"type": "document_url", "document_url": address, "document_name": f"{name}.pdf"}, **options}
    return {"custom_id": name, "body": asked}


def jsonl(*requests: object) -> bytes:
    return b"\n".join(json.dumps(one).encode() if not isinstance(one, bytes) else one for one in requests)


def upload(client: Mistral, content: bytes) -> str:
    return client.files.upload(file={"file_name": "in.jsonl", "content": content}, purpose="batch").id


def create(client: Mistral, *requests: object, **options: Any) -> BatchJob:
    file_id = upload(client, jsonl(*requests))
    return client.batch.jobs.create(endpoint="/v1/ocr", input_files=[file_id], **options)


def ended(client: Mistral, job: BatchJob) -> BatchJob:
    wait_until(lambda: client.batch.jobs.get(job_id=job.id).completed_at, what="the end of the batch")
    return client.batch.jobs.get(job_id=job.id)


def lines(client: Mistral, file_id: object) -> list[dict[str, Any]]:
    assert isinstance(file_id, str)
    return [json.loads(line) for line in client.files.download(file_id=file_id).read().splitlines()]


def test_requests_of_a_file_are_answered_line_by_line(client: Mistral) -> None:
    job = create(
        client,
        request("first", document("first", 2)),
        b"",
        request("second", document("second", 1), include_blocks=True, model="mine"),
        model="mistral-ocr-latest",
        metadata={"for": "tests"},
    )
    assert (job.total_requests, job.status in ("QUEUED", "RUNNING"), job.output_file) == (2, True, None)
    done = ended(client, job)
    assert (done.status, done.succeeded_requests, done.failed_requests) == ("SUCCESS", 2, 0)
    assert (done.model, done.metadata, done.errors) == ("mistral-ocr-latest", {"for": "tests"}, [])
    assert done.error_file is None
    first, second = lines(client, done.output_file)
    assert (first["custom_id"], second["custom_id"], first["error"]) == ("first", "second", None)
    assert first["response"]["status_code"] == 200
    answers = [OCRResponse.model_validate(one["response"]["body"]) for one in (first, second)]
    assert [len(answer.pages) for answer in answers] == [2, 1]
    assert [answer.model for answer in answers] == ["mistral-ocr-latest", "mine"]
    assert "read" in answers[0].pages[0].markdown
    assert answers[1].pages[0].blocks
    kept = client.files.retrieve(file_id=str(done.output_file))
    assert kept.size_bytes == len(client.files.download(file_id=str(done.output_file)).read())


def test_requests_may_be_inline_and_so_may_the_answers(client: Mistral) -> None:
    big = document("inline", 1) + b"%" * 200_000  # longer than what a body's strings may be
    uploaded = client.files.upload(file={"file_name": "a.pdf", "content": document("by id", 1)}, purpose="ocr")
    by_id: Any = {"body": {"document": {"type": "file", "file_id": uploaded.id}}}
    job = client.batch.jobs.create(endpoint="/v1/ocr", requests=[request("inline", big), by_id])
    assert len(job.input_files) == 1
    done = ended(client, job)
    assert done.succeeded_requests == 2
    got = client.batch.jobs.get(job_id=job.id, inline=True)
    assert isinstance(got.outputs, list)
    assert [one["custom_id"] for one in got.outputs] == ["inline", None]
    assert lines(client, job.input_files[0]) == [request("inline", big), by_id]


def test_inline_answers_are_bounded_in_bytes(tmp_path: Path) -> None:
    fake = FakeVllm(then=Reply(" ".join(map(str, range(50_000)))))
    with (
        fake.running(),
        quick_service(tmp_path, fake) as service,
        Mistral(api_key="any", server_url=service.url) as client,
    ):
        job = ended(client, create(client, *(request(f"d{number}", document("same", 1)) for number in range(16))))
        assert job.succeeded_requests == 16
        got = client.batch.jobs.get(job_id=job.id, inline=True)
        assert (got.outputs, got.output_file) == (None, job.output_file)
        assert len(lines(client, job.output_file)) == 16


def test_a_request_that_cannot_be_read_stops_no_other(client: Mistral) -> None:
    job = create(
        client,
        b"{not json",
        request("good", document("good", 1)),
        {"custom_id": "no body"},
        request("wrong option", document("x", 1), image_limit=-1),
        request("no pdf", b"MZ this is no document"),
        {"custom_id": "gone", "body": {"document": {"type": "file", "file_id": "0" * 36}}},
        {"custom_id": "address", "body": {"document": {"type": "document_url", "document_url": "http://10.0.0.1/a"}}},
    )
    done = ended(client, job)
    assert (done.status, done.succeeded_requests, done.failed_requests) == ("SUCCESS", 1, 6)
    errors = {one["custom_id"]: one["error"]["code"] for one in lines(client, done.error_file)}
    assert errors == {
        None: "bad_option",
        "no body": "bad_option",
        "wrong option": "bad_option",
        "no pdf": "unsupported_type",
        "gone": "not_found",
        "address": "address_refused",
    }
    assert lines(client, done.error_file)[0]["response"]["status_code"] == 422
    assert sum(error.count or 0 for error in done.errors) == 6
    assert [one["custom_id"] for one in lines(client, done.output_file)] == ["good"]


def test_batches_are_listed_filtered_and_forgotten(client: Mistral) -> None:
    old = create(client, request("old", document("old", 1)), model="old")
    new = create(client, request("new", document("new", 1)), model="new")
    for job in (old, new):
        ended(client, job)
    newest = client.batch.jobs.list(page_size=2).data
    assert newest is not None and [job.id for job in newest] == [new.id, old.id]
    assert [job.id for job in client.batch.jobs.list(page_size=1, page=1).data or ()] == [old.id]
    assert [job.id for job in client.batch.jobs.list(model="old").data or ()] == [old.id]
    assert client.batch.jobs.list(status=["FAILED"], model="old").total == 0
    assert client.batch.jobs.list(status=["SUCCESS"], model="old").total == 1
    ids = [job.id for job in client.batch.jobs.list(order_by="created").data or ()]
    assert ids == sorted(ids)
    assert client.batch.jobs.delete(job_id=old.id).deleted
    with pytest.raises(SDKError, match="not_found"):
        client.batch.jobs.get(job_id=old.id)
    assert client.files.delete(file_id=str(ended(client, new).output_file)).deleted is False


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"endpoint": "/v1/chat/completions", "requests": [{"body": {}}]}, "bad_option"),
        ({"endpoint": "/v1/ocr"}, "bad_option"),
        ({"endpoint": "/v1/ocr", "requests": []}, "bad_option"),
        ({"endpoint": "/v1/ocr", "requests": [{"body": {}}], "input_files": ["x"]}, "bad_option"),
        ({"endpoint": "/v1/ocr", "requests": [{"body": {}}], "agent_id": "a"}, "bad_option"),
        ({"endpoint": "/v1/ocr", "requests": [{"body": {}}], "timeout_hours": 0}, "bad_option"),
        ({"endpoint": "/v1/ocr", "input_files": ["0" * 36]}, "not_found"),
        ({"endpoint": "/v1/ocr", "requests": [{"body": {}}] * 10_001}, "too_many_documents"),
        (
            {"endpoint": "/v1/ocr", "requests": [{"body": {}}], "metadata": dict.fromkeys(map(str, range(65)), "")},
            "items",
        ),
    ],
)
def test_what_is_no_batch_is_refused_at_once(client: Mistral, options: dict[str, Any], code: str) -> None:
    with pytest.raises(SDKError, match=code):
        client.batch.jobs.create(**options)


def test_a_file_that_is_named_often_counts_each_time(client: Mistral) -> None:
    file = upload(client, jsonl(*[{"body": {}}] * 6000))
    with pytest.raises(SDKError, match="too_many_documents"):
        client.batch.jobs.create(endpoint="/v1/ocr", input_files=[file, file])


def test_too_many_requests_are_counted_before_each_is_looked_at(service: RunningService) -> None:
    body = f'{{"endpoint": "/v1/ocr", "requests": [{",".join(["1"] * 10_001)}]}}'
    answer = service.client.post("/v1/batch/jobs", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_documents")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_batches_are_listed_after_any_moment(service: RunningService, moment: str) -> None:
    assert service.client.get("/v1/batch/jobs", params={"created_after": moment}).status_code == 200


def test_a_file_is_called_by_its_name_alone(service: RunningService) -> None:
    file = service.client.post("/v1/files", files={"file": ("../../etc/a\\b.pdf", b"%PDF")}).json()
    assert file["filename"] == "b.pdf"
    content = service.client.get(f"/v1/files/{file['id']}/content")
    assert content.headers["Content-Disposition"] == 'attachment; filename="b.pdf"'


def test_a_file_without_requests_is_refused(client: Mistral) -> None:
    with pytest.raises(SDKError, match="bad_option"):
        create(client, b"\n\n")


def test_a_batch_is_cancelled_and_what_is_read_stays(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=1))
    with (
        fake.running(),
        quick_service(tmp_path, fake, MAX_RUNNING_JOBS="2") as service,
        Mistral(api_key="any", server_url=service.url) as client,
    ):
        job = create(client, *(request(f"d{number}", document(f"d{number}", 1)) for number in range(60)))
        wait_until(lambda: client.batch.jobs.get(job_id=job.id).completed_requests, what="the first answer")
        with pytest.raises(SDKError, match="not_finished"):
            client.batch.jobs.delete(job_id=job.id)
        client.batch.jobs.cancel(job_id=job.id)
        done = ended(client, job)
        assert (done.status, done.succeeded_requests, done.failed_requests) == ("CANCELLED", 1, 59)
        assert len(lines(client, done.output_file)) == 1
        assert {one["error"]["code"] for one in lines(client, done.error_file)} == {"cancelled"}
        assert client.batch.jobs.cancel(job_id=job.id).status == "CANCELLED"
        fake.wait_until(lambda fake: fake.in_flight == 0)
        gate.set()


def test_a_batch_goes_on_after_a_kill_and_each_request_is_answered_once(tmp_path: Path) -> None:
    fake = FakeVllm()
    with (
        fake.running(),
        quick_service(tmp_path, fake) as service,
        Mistral(api_key="any", server_url=service.url) as client,
    ):
        job = create(client, *(request(f"d{number}", document(f"d{number}", 1)) for number in range(40)))
        wait_until(lambda: client.batch.jobs.get(job_id=job.id).completed_requests >= 5, what="five answers")
        service.kill()
        service.start()
        done = ended(client, job)
        assert (done.status, done.succeeded_requests) == ("SUCCESS", 40)
        names = [one["custom_id"] for one in lines(client, done.output_file)]
        assert names == [f"d{number}" for number in range(40)]
        listed = service.client.get("/jobs", params={"batch_id": job.id, "limit": 100}).json()["jobs"]
        assert len(listed) == 40


def test_batches_of_two_keys_are_read_side_by_side(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate))
    keys = {"API_KEYS": "anna:secret-of-anna,boris:secret-of-boris", "MAX_RUNNING_JOBS": "100"}
    with (
        fake.running(),
        quick_service(tmp_path, fake, **keys) as service,
        Mistral(api_key="secret-of-anna", server_url=service.url) as anna,
        Mistral(api_key="secret-of-boris", server_url=service.url) as boris,
    ):
        large = create(anna, *(request(f"a{number}", document(f"a{number}", 1)) for number in range(60)))
        fake.wait_until(lambda fake: fake.in_flight == 50)  # as many of it as may be unfinished
        small = create(boris, *(request(f"b{number}", document(f"b{number}", 1)) for number in range(3)))
        fake.wait_until(lambda fake: fake.in_flight == 53)
        gate.set()
        assert [ended(client, job).succeeded_requests for client, job in ((anna, large), (boris, small))] == [60, 3]


def test_what_is_not_read_within_timeout_hours_fails_and_what_is_read_stays(tmp_path: Path) -> None:
    gate, clock = threading.Event(), WallClock(tmp_path)
    fake = FakeVllm(answer=held(gate, after=1))
    with (
        fake.running(),
        quick_service(tmp_path, fake, MAX_RUNNING_JOBS="1", **clock.settings) as service,
        Mistral(api_key="any", server_url=service.url) as client,
    ):
        requests = [request(f"d{number}", document(f"d{number}", 1)) for number in range(60)]
        job = create(client, *requests, timeout_hours=2)
        wait_until(lambda: client.batch.jobs.get(job_id=job.id).completed_requests, what="the first answer")
        fake.wait_until(lambda fake: fake.in_flight == 1)
        clock.set(3600)
        assert client.batch.jobs.get(job_id=job.id).status == "RUNNING"
        clock.set(2 * 3600 + 60)
        gate.set()  # what runs has its own time left, and ends well or not; what waits is over
        done = ended(client, job)
        assert (done.status, done.completed_requests) == ("TIMEOUT_EXCEEDED", 60)
        assert {one["error"]["code"] for one in lines(client, done.error_file)} == {"deadline_exceeded"}
        assert "d0" in {one["custom_id"] for one in lines(client, done.output_file)}
        submitted = 1 + 50  # before the clock was set: what was read, and the most that waits
        assert done.failed_requests == len(lines(client, done.error_file)) >= len(requests) - submitted


def test_a_removed_input_file_fails_the_requests_that_are_not_read_yet(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate))
    with (
        fake.running(),
        quick_service(tmp_path, fake, MAX_RUNNING_JOBS="1") as service,
        Mistral(api_key="any", server_url=service.url) as client,
    ):
        # 50 of a batch are unfinished at a time: the others still have to be taken from the file
        job = create(client, *(request(f"d{number}", document(f"d{number}", 1)) for number in range(55)))
        wait_until(
            lambda: len(service.client.get("/jobs", params={"batch_id": job.id, "limit": 100}).json()["jobs"]) == 50,
            what="50 jobs",
        )
        client.files.delete(file_id=job.input_files[0])
        gate.set()
        done = ended(client, job)
        assert (done.succeeded_requests, done.failed_requests) == (50, 5)
        assert {one["error"]["code"] for one in lines(client, done.error_file)} == {"not_found"}
