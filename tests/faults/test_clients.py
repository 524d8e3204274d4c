"""Clients that are slow, many, or go away: others are answered, nothing stays."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.vllm import FakeVllm
from tests.support.aftermath import VLM, Holdings, check_holdings, check_nothing_left, wait_ended
from tests.support.jobs import document, held
from tests.support.running import PATIENCE_S, RunningService, wait_until
from tests.support.rush import rush

FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
FORM_TYPE = b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
HEAD = b"POST /jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n" + FORM_TYPE
QUEUE_LIMIT, RUNNING, CLIENTS = 100, 4, 500


@pytest.fixture(scope="module")
def gate() -> threading.Event:
    """While it is clear, the backend reads no page."""
    gate = threading.Event()
    gate.set()
    return gate


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, gate: threading.Event) -> Iterator[RunningService]:
    with FakeVllm(answer=held(gate)).running() as backend:
        settings = {**VLM, "VLLM_URL": backend.url, "CLIENT_TIMEOUT_S": "2", "QUEUE_LIMIT": str(QUEUE_LIMIT)}
        with RunningService(tmp_path_factory.mktemp("clients"), **settings, MAX_RUNNING_JOBS=str(RUNNING)) as running:
            yield running


@pytest.fixture(autouse=True)
def nothing_is_left(service: RunningService) -> Iterator[None]:
    before = Holdings.of(service)
    yield
    check_nothing_left(service)
    # The first burst fills the pools of threads: one for files, a thread a core and four more, and four that read rows.
    check_holdings(service, before, files=16, threads=16)
    assert service.client.get("/health/ready").status_code == 200


def connected(service: RunningService) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S)


def received(connection: socket.socket) -> bytes:
    """All that comes until the server closes; a reset is an end, too."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def trickle(connection: socket.socket, data: bytes) -> int:
    """A byte every tenth of a second, until the server has enough; the number of bytes that it took."""
    for sent, byte in enumerate(data, 1):
        try:
            connection.send(bytes([byte]))
            if select.select([connection], [], [], 0.1)[0]:  # an answer, or the end
                return sent
        except ConnectionError:
            return sent
    return len(data)


def test_a_body_that_trickles_in_gets_408(service: RunningService) -> None:
    with connected(service) as connection:
        connection.sendall(HEAD + FORM)
        assert 1 < trickle(connection, b"%PDF-1.7" * 1000) < 8000
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 408") and b"upload_too_slow" in answer


def test_a_head_that_trickles_in_loses_its_connection(service: RunningService) -> None:
    with connected(service) as connection:
        assert 1 < trickle(connection, b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 7000) < 7000


def test_a_connection_that_says_nothing_is_closed(service: RunningService) -> None:
    with connected(service) as connection:
        assert received(connection) == b""


@pytest.mark.parametrize("line", [b"X-Header: " + b"a" * 1000 + b"\r\n", b"b" * 1010])
def test_a_head_without_end_is_refused(service: RunningService, line: bytes) -> None:
    before = Holdings.of(service).memory_mb
    with connected(service) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(20_000):  # 20 MB
                connection.sendall(line)
        answer = received(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert Holdings.of(service).memory_mb < before + 10


def test_uploads_that_break_off_leave_nothing(service: RunningService) -> None:
    for _ in range(50):
        with connected(service) as connection:
            connection.sendall(HEAD + FORM + b"%PDF-1.7" * 1000)
    wait_until(lambda: service.log.read_text().count("POST /jobs 499") >= 50)


def test_probes_answer_beside_500_open_connections(service: RunningService) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(CLIENTS):
            connection = stack.enter_context(connected(service))
            connection.sendall(HEAD[:40])
        assert service.client.get("/health/live").status_code == 200


def test_ten_times_the_load_is_refused_at_once_and_what_is_admitted_is_done(
    service: RunningService, gate: threading.Event
) -> None:
    gate.clear()
    try:
        answers, _ = asyncio.run(rush(service.url, [document(f"rush {number}", 1) for number in range(CLIENTS)]))
    finally:
        gate.set()
    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) == {202, 429}
    assert statuses[202] + statuses[429] == CLIENTS
    assert QUEUE_LIMIT <= statuses[202] <= QUEUE_LIMIT + RUNNING  # what waits, and what had been taken before
    refused = [answer for answer in answers if answer.status == 429]
    assert all(1 <= int(answer.retry_after) <= 600 for answer in refused)
    jobs = [answer.job_id for answer in answers if answer.status == 202]
    assert set(wait_ended(service, jobs)) == {"completed"}


def test_jobs_of_one_key_are_bounded(tmp_path: Path) -> None:
    gate = threading.Event()
    with FakeVllm(answer=held(gate)).running() as backend:
        keys = {"API_KEYS": "anna:key-0001,boris:key-0002", "JOBS_PER_KEY": "3"}
        with RunningService(tmp_path, **VLM, VLLM_URL=backend.url, **keys) as guarded:

            def send(key: str, title: str) -> int:
                files = {"file": ("a.pdf", document(title, 4))}
                return guarded.client.post("/jobs", files=files, headers={"X-API-Key": key}).status_code

            assert [send("key-0001", f"anna {number}") for number in range(5)] == [202, 202, 202, 429, 429]
            assert send("key-0002", "boris") == 202
            own = {"X-API-Key": "key-0001"}
            jobs = [job["id"] for job in guarded.client.get("/jobs", headers=own).json()["jobs"]]
            assert len(jobs) == 3
            other = {"X-API-Key": "key-0002"}
            for path in ("", "/result", "/pages/1", "/events", "/result.md"):
                assert guarded.client.get(f"/jobs/{jobs[0]}{path}", headers=other).status_code == 404, path
            assert guarded.client.delete(f"/jobs/{jobs[0]}", headers=other).status_code == 404
            assert guarded.client.post(f"/jobs/{jobs[0]}/retry", headers=other).status_code == 404
            assert len(guarded.client.get("/jobs", headers=other).json()["jobs"]) == 1
            gate.set()
