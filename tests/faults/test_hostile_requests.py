"""Small requests that want much: each ends as a 4xx, the service answers meanwhile, and its memory does not grow."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.support.bombs import (
    FIELDS_PATHS,
    FIELDS_TYPE,
    FORM_PATHS,
    JSON_PATHS,
    Bomb,
    deep_json_bombs,
    fields_bombs,
    form_bombs,
    header_bombs,
    json_bombs,
    query_bombs,
    raw_bombs,
    send,
)
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

_MOST_GROWTH = 100 << 20  # bytes, of the service and its workers, for one request
_ALIVE_S = 60  # a guard against hanging; 0.02 s is usual
BOMBS = [*json_bombs(), *deep_json_bombs(), *form_bombs(), *fields_bombs(), *raw_bombs()]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("attacked"), MAX_UPLOAD_MB="64", LOG_LEVEL="INFO") as service:
        yield service
        log = service.log.read_text()
        assert "Traceback" not in log
        left = service.temp_files()
        assert left == []


class Watch:
    """What the probes said meanwhile, and the most memory that the service and its workers had."""

    def __init__(self, service: RunningService) -> None:
        assert service.process is not None
        self._process = psutil.Process(service.process.pid)
        self._url = service.url
        self.begin()
        self.probes = 0

    def begin(self) -> None:
        self.before = self.peak = self.memory()

    def memory(self) -> int:
        """Resident bytes. A worker may end while it is looked at."""
        total = 0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
        return total

    def look(self, done: threading.Event) -> None:
        with httpx.Client(base_url=self._url, timeout=_ALIVE_S) as client:
            while not done.wait(0.05):
                assert client.get("/health/live").status_code == 200
                self.probes += 1
                self.peak = max(self.peak, self.memory())


@contextmanager
def watched(service: RunningService) -> Iterator[Watch]:
    watch, done = Watch(service), threading.Event()
    thread = threading.Thread(target=watch.look, args=(done,))
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()


def test_every_route_that_takes_a_body_is_attacked(attacked: RunningService) -> None:
    taking: dict[str, set[str]] = {}
    for path, operations in attacked.client.get("/openapi.json").json()["paths"].items():
        for operation in operations.values():
            for kind in operation.get("requestBody", {}).get("content", {}):
                taking.setdefault(kind, set()).add(path)
    assert taking == {
        "application/json": set(JSON_PATHS),
        "multipart/form-data": set(FORM_PATHS),
        FIELDS_TYPE: set(FIELDS_PATHS),
        "application/octet-stream": {"/process"},
    }


def _is_refusal(answer: httpx.Response) -> bool:
    """JSON-RPC (of MCP) refuses a request that it understood with 200 and an ``error``."""
    return 400 <= answer.status_code < 500 or (answer.status_code == 200 and '"error"' in answer.text)


@pytest.mark.timeout(600)
def test_a_bomb_is_refused_and_costs_little(attacked: RunningService) -> None:
    attacked.read("warm.pdf", pdf(*map(str, range(12))))  # what the workers load is no growth
    answers: dict[str, httpx.Response] = {}
    growth: dict[str, int] = {}
    with watched(attacked) as watch:
        start = watch.before
        for bomb in BOMBS:
            watch.begin()
            answers[str(bomb)] = send(attacked.client, bomb)
            growth[str(bomb)] = watch.peak - watch.before
        end = watch.memory()
    assert len(answers) > 300
    assert {name: answer.text for name, answer in answers.items() if not _is_refusal(answer)} == {}
    assert watch.probes > 0
    assert {name: grown for name, grown in growth.items() if grown >= _MOST_GROWTH} == {}
    assert end - start < 2 * _MOST_GROWTH  # of all together, with what they were the first to import


def routes(service: RunningService, job_id: str) -> Iterator[tuple[str, str]]:
    """Every path of the schema, with a job that is there, and its methods."""
    for path, operations in service.client.get("/openapi.json").json()["paths"].items():
        filled = (
            path.replace("{job_id}", job_id)
            .replace("{number}", "1")
            .replace("{file_id}", "a")
            .replace("{task_id}", "a")
        )
        for method in operations:
            yield filled.replace("{batch_id}", "a"), method.upper()


@pytest.mark.timeout(600)
def test_no_query_and_no_header_is_too_much_for_any_route(attacked: RunningService) -> None:
    job_id = attacked.read("a.pdf", pdf("One")).json()["job_id"]
    bombs: list[Bomb] = []
    for path, method in routes(attacked, job_id):
        if method != "DELETE":
            bombs += [*query_bombs(path, method), *header_bombs(path, method)]
    with watched(attacked) as watch:
        answers = {str(bomb) + bomb.path[-20:]: send(attacked.client, bomb).status_code for bomb in bombs}
    assert len(answers) > 300
    assert {name: status for name, status in answers.items() if status >= 500} == {}
    assert watch.probes > 0
