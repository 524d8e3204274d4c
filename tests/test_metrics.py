"""``/metrics`` of a running service: the names keep Prometheus' rules, and the figures are those of what was done."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from ocr_service.api.app import create_app
from ocr_service.metrics import Metrics
from ocr_service.settings import Settings
from tests.api.test_ocr import pdf
from tests.fakes.vllm import FakeVllm, Reply, failure
from tests.running import RunningService

DEPLOY = Path(__file__).parent.parent / "deploy"


@pytest.fixture(scope="module")
def backend() -> Iterator[FakeVllm]:
    """Reads; its script makes it fail, and cut an answer short."""
    fake = FakeVllm(then=Reply("read"))
    with fake.running():
        yield fake


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, backend: FakeVllm) -> Iterator[RunningService]:
    """A service that has read a page with Tesseract and one with the VLM, and refused a document."""
    settings = {"USE_VLM_API": "true", "VLLM_URL": backend.url, "LAYOUT_MODEL": "stub:4", "API_KEYS": "anna:key-0001"}
    with RunningService(tmp_path_factory.mktemp("busy"), **settings) as service:
        service.client.headers["X-API-Key"] = "key-0001"
        assert service.read("a.pdf", pdf("One", "Two"), engine="tesseract").status_code == 200
        backend.script.extend([failure(500), Reply("half an ans", finish_reason="length")])
        assert service.read("b.pdf", pdf("Three")).status_code == 200
        assert service.read("c.pdf", b"no pdf").status_code == 415
        assert service.client.get("/jobs/0123").status_code == 404
        service.client.request("BREW", "/ocr/pdf")
        yield service


def families(service: RunningService) -> list[Metric]:
    return list(parse(service.client.get("/metrics").text))


def value(service: RunningService, name: str, **labels: str) -> float:
    """The sum of the samples of this name that have these labels."""
    samples = [sample for family in families(service) for sample in family.samples if sample.name == name]
    assert samples, f"there is no {name}"
    return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


def test_names_units_and_labels_keep_the_conventions(busy: RunningService) -> None:
    """The rules of `promtool check metrics`, and of prometheus.io/docs/practices/naming."""
    found = families(busy)
    assert len({family.name for family in found}) == len(found)
    for family in found:
        assert re.fullmatch(r"(ocr|process|python)_[a-z0-9]+(_[a-z0-9]+)*", family.name)
        assert family.documentation
        assert family.type in ("counter", "gauge", "histogram")
        assert family.name.rpartition("_")[2] not in ("total", "count", "sum", "bucket", "info") or (
            family.name == "ocr_build_info"
        )
        assert not re.search(
            r"_(ms|milliseconds|minutes|hours|kb|mb|kilobytes|percent|counter|gauge)(_|$)", family.name
        )
        if family.type == "histogram" and family.name.startswith("ocr_"):
            assert family.name.endswith("_seconds")
        for sample in family.samples:
            if family.type == "counter":
                assert sample.name == f"{family.name}_total"
            for label in sample.labels:
                assert re.fullmatch(r"[a-z]+", label)
                assert f"_by_{label}" not in family.name


def test_openmetrics_is_valid_too(busy: RunningService) -> None:
    answer = busy.client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert {family.name for family in parse_openmetrics(answer.text)} >= {"ocr_pages", "ocr_jobs"}


def test_requests_are_counted_by_route_and_never_by_path(busy: RunningService) -> None:
    assert value(busy, "ocr_http_requests_total", route="/ocr/pdf", method="POST", status="200") == 2
    assert value(busy, "ocr_http_requests_total", route="/ocr/pdf", status="415") == 1
    assert value(busy, "ocr_http_request_duration_seconds_count", route="/ocr/pdf", method="POST") == 3
    before = sum(len(family.samples) for family in families(busy))
    for number in range(20):
        busy.client.get(f"/no-such-path-{number}")
        busy.client.get(f"/jobs/{number:032x}")
    assert sum(len(family.samples) for family in families(busy)) <= before + 4 * 16  # one new series, with its buckets
    assert "no-such-path" not in busy.client.get("/metrics").text


def test_pages_regions_and_stages_are_counted_by_reader(busy: RunningService) -> None:
    assert value(busy, "ocr_pages_total", reader="tesseract", status="completed") == 2
    assert value(busy, "ocr_pages_total", reader="vlm", status="completed") == 1
    assert value(busy, "ocr_regions_total", reader="vlm", label="text", outcome="completed") == 4
    for stage in ("render", "layout", "crops", "recognition"):
        assert value(busy, "ocr_stage_duration_seconds_count", stage=stage, reader="vlm") == 1
        assert value(busy, "ocr_stage_duration_seconds_sum", stage=stage, reader="tesseract") > 0


def test_jobs_are_counted_by_state(busy: RunningService) -> None:
    assert value(busy, "ocr_jobs", state="completed") == 2
    assert value(busy, "ocr_jobs", state="queued") == 0
    assert value(busy, "ocr_job_runs_total", state="completed") == 2
    assert value(busy, "ocr_jobs_admitted_total", engine="vlm") == 1
    assert value(busy, "ocr_job_queue_wait_seconds_count") == 2


def test_retries_and_guards_tell_their_cause(busy: RunningService, backend: FakeVllm) -> None:
    assert value(busy, "ocr_region_retries_total", cause="error") == 1
    assert value(busy, "ocr_region_guards_total", guard="cut") == 1
    assert value(busy, "ocr_backend_requests_total", backend=backend.url, outcome="error") == 1
    asked = sum(asked.body["max_completion_tokens"] == 4096 for asked in backend.asked)  # the warm-up asks for less
    assert asked >= 3
    assert value(busy, "ocr_backend_requests_total", backend=backend.url, outcome="answered") == asked - 1
    assert value(busy, "ocr_backend_up", backend=backend.url) == 1
    assert value(busy, "ocr_backend_requests_in_flight", backend=backend.url) == 0


def test_workers_and_disks_are_shown(busy: RunningService) -> None:
    assert value(busy, "ocr_page_workers", state="configured") == 2
    assert value(busy, "ocr_page_workers", state="warm") >= 1
    assert value(busy, "ocr_disk_free_bytes", folder="output") > 0
    assert value(busy, "process_open_fds") > 0


def test_metrics_are_open_unless_protected(busy: RunningService) -> None:
    del busy.client.headers["X-API-Key"]
    try:
        assert busy.client.get("/metrics").status_code == 200
        assert busy.client.get("/jobs").status_code == 401
    finally:
        busy.client.headers["X-API-Key"] = "key-0001"


def test_two_apps_in_one_process_do_not_share_figures(tmp_path: Path) -> None:
    apps = [create_app(Settings(output_dir=tmp_path / name, _env_file=None)) for name in "ab"]  # type: ignore[call-arg]
    first, second = (app.state.metrics for app in apps)
    assert isinstance(first, Metrics) and isinstance(first.registry, CollectorRegistry)
    first.request("GET", "/version", 200, 0.1)
    labels = {"method": "GET", "route": "/version", "status": "200"}
    assert first.registry.get_sample_value("ocr_http_requests_total", labels) == 1
    assert second.registry.get_sample_value("ocr_http_requests_total", labels) is None


def metric_names(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:ocr|process)_[a-z_]+", expression))


def test_dashboard_and_alerts_ask_for_metrics_that_exist(busy: RunningService) -> None:
    there = {sample.name for family in families(busy) for sample in family.samples}
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    asked = {target["expr"] for panel in board["panels"] for target in panel.get("targets", ())}
    groups = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    asked |= {rule["expr"] for group in groups for rule in group["rules"]}
    assert len(asked) > 20
    named = set().union(*map(metric_names, asked))
    assert named <= there


def test_without_traces_the_sdk_is_not_imported(tmp_path: Path) -> None:
    program = (
        "import sys; from ocr_service.api.app import create_app; from ocr_service.settings import Settings;"
        "create_app(Settings(_env_file=None)); sys.exit('opentelemetry.sdk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parent.parent).returncode == 0
