"""``/usage`` and PAGES_PER_DAY on a running service: who sees what, what is refused, what a kill does to the count."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.jobs import document, held, quick_service, submit, wait_finished
from tests.support.postgres_server import postgres_server
from tests.support.replicas import Replicas
from tests.support.running import RunningService

pytestmark = pytest.mark.slow

ANNA, BORIS, BOSS = ({"X-API-Key": f"{name}-key-0001"} for name in ("anna", "boris", "boss"))
KEYS = "anna:anna-key-0001,boris:boris-key-0001,boss:boss-key-0001"


@pytest.fixture(scope="module")
def backend() -> Iterator[FakeVllm]:
    fake = FakeVllm(then=Reply("read", usage=(700, 30)))
    with fake.running():
        yield fake


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, backend: FakeVllm) -> Iterator[RunningService]:
    """Anna has read a page with the VLM and two with Tesseract, Boris one with the VLM."""
    settings = {
        "API_KEYS": KEYS,
        "ADMIN_KEYS": "boss",
        "PAGES_PER_DAY": "6,boss:0",
        "PROTECT_METRICS": "true",
    }
    with quick_service(tmp_path_factory.mktemp("usage"), backend, **settings) as running:
        for headers, name, pages, engine in (
            (ANNA, "one", 1, "vlm"),
            (ANNA, "two", 2, "tesseract"),
            (BORIS, "three", 1, "vlm"),
        ):
            form = {"file": (f"{name}.pdf", document(name, pages))}
            answer = running.client.post("/ocr/pdf", files=form, data={"engine": engine}, headers=headers)
            assert answer.json()["status"] == "completed"
        yield running


def usage(service: RunningService, headers: dict[str, str], **query: str) -> Any:
    answer = service.client.get("/usage", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_key_sees_what_it_has_read(service: RunningService) -> None:
    [today] = usage(service, ANNA)["usage"]
    assert today["key"] == "anna"
    assert (today["pages"], today["failed_pages"]) == (3, 0)
    assert (today["prompt_tokens"], today["completion_tokens"]) == (700, 30)
    assert today["regions"] >= 3
    assert today["cpu_s"] > 0


def test_the_quota_says_what_is_left_and_until_when(service: RunningService) -> None:
    quota = usage(service, ANNA)["quota"]
    assert {name: quota[name] for name in ("pages_per_day", "read", "waiting", "left")} == {
        "pages_per_day": 6, "read": 3, "waiting": 0, "left": 3,
    }  # fmt: skip
    assert quota["resets_at"].endswith("T00:00:00Z")
    assert usage(service, BOSS)["quota"] is None


def test_a_key_of_admin_keys_sees_all(service: RunningService) -> None:
    seen = {day["key"]: day["pages"] for day in usage(service, BOSS)["usage"]}
    assert seen == {"anna": 3, "boris": 1}
    assert [day["key"] for day in usage(service, BORIS)["usage"]] == ["boris"]


def test_days_can_be_chosen(service: RunningService) -> None:
    today = datetime.now(UTC).date()
    assert usage(service, ANNA, since=str(today - timedelta(days=1)))["usage"]
    assert usage(service, ANNA, until=str(today - timedelta(days=2)))["usage"] == []
    for wrong in ({"since": "yesterday"}, {"since": "2020-01-01"}, {"day": str(today)}):
        answer = service.client.get("/usage", headers=ANNA, params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_option"), answer.text


def test_metrics_name_keys_for_admin_keys_alone(service: RunningService) -> None:
    def pages(headers: dict[str, str]) -> dict[str, float]:
        text = service.client.get("/metrics", headers=headers).text
        samples = [sample for family in parse(text) for sample in family.samples]
        return {one.labels["key"]: one.value for one in samples if one.name == "ocr_usage_pages_total"}

    assert pages(BOSS) == {"anna": 3, "boris": 1}
    assert pages(ANNA) == {}
    text = service.client.get("/metrics", headers=ANNA).text
    assert 'ocr_tokens_total{kind="prompt"} 1400.0' in text


def test_a_document_beyond_the_quota_is_refused_and_one_within_it_is_not(service: RunningService) -> None:
    many = {"file": ("many.pdf", document("many", 6))}
    answer = service.client.post("/jobs", files=many, headers=BORIS)
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded"), answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 86400
    huge = {"file": ("huge.pdf", document("huge", 7))}
    answer = service.client.post("/jobs", files=huge, headers=BORIS)
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_pages")
    answer = service.client.post("/jobs", files=many, data={"pages": "1-2"}, headers=BORIS)
    assert answer.status_code == 202
    refused = service.client.post("/ocr/pdf", files=many, headers=BORIS)
    assert refused.status_code == 429


def test_a_page_carries_its_own_usage(service: RunningService) -> None:
    [job] = service.client.get("/jobs", headers=ANNA, params={"name": "one"}).json()["jobs"]
    [page] = service.client.get(f"/jobs/{job['id']}/result", headers=ANNA).json()["pages"]
    assert (page["usage"]["prompt_tokens"], page["usage"]["completion_tokens"]) == (700, 30)


def test_pages_are_counted_once_when_the_service_is_killed_under_them(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=3), then=Reply("read", usage=(10, 1)))
    with fake.running(), quick_service(tmp_path, fake, VLM_CONCURRENCY="2") as service:
        book = submit(service.client, "book", document("book", 8))
        fake.wait_until(lambda fake: fake.in_flight == 2)
        service.kill()
        gate.set()
        service.start()
        wait_finished(service.client, [book])
        copy = submit(service.client, "copy", document("book", 8))  # the same pages, taken over
        assert wait_finished(service.client, [copy])[copy]["cached"]
        [today] = usage(service, {})["usage"]
        assert (today["key"], today["pages"]) == ("", 8)
        assert (today["prompt_tokens"], today["completion_tokens"]) == (80, 8)


def test_replicas_count_together_and_a_take_over_counts_nothing_twice(tmp_path: Path) -> None:
    fake = FakeVllm(then=Reply("read", usage=(10, 1), delay_s=0.05))
    with (
        postgres_server() as postgres,
        fake.running(),
        Replicas(tmp_path, fake, postgres.create_database("usage"), VLM_CONCURRENCY="2", PAGES_PER_DAY="60") as pair,
    ):
        jobs = [submit((pair.a, pair.b)[index % 2].client, f"d{index}", document(f"d{index}", 6)) for index in range(8)]
        fake.wait_until(lambda fake: len(fake.asked) > 20)
        pair.a.kill()
        wait_finished(pair.b.client, jobs)
        found = usage(pair.b, {})
        assert [(day["pages"], day["prompt_tokens"]) for day in found["usage"]] == [(48, 480)]
        assert found["quota"]["left"] == 12
        refused = pair.b.client.post("/jobs", files={"file": ("more.pdf", document("more", 13))})
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
