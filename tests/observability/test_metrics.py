"""``/metrics`` of a running service: the names keep Prometheus' rules, and the figures are those of what was done."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from ocr_service.api.app import create_app
from ocr_service.observability.metrics import Metrics
from ocr_service.settings import Settings
from tests.fakes.vllm import FakeVllm, Reply, failure
from tests.support.aftermath import page_workers
from tests.support.processes import gone, kill_all
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="module")
def backend() -> Iterator[FakeVllm]:
    """Reads; its script makes it fail, and cut an answer short."""
    fake = FakeVllm(then=Reply("read"))
    with fake.running():
        yield fake


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, backend: FakeVllm) -> Iterator[RunningService]:
    """A service that has read a page with Tesseract and one with the VLM, and refused a document."""
    settings = {
        "USE_VLM_API": "true",
        "RENDER_WORKERS": "2",
        "VLLM_URL": backend.url,
        "LAYOUT_MODEL": "stub:4",
        "API_KEYS": "anna:key-0001",
    }
    with RunningService(tmp_path_factory.mktemp("busy"), **settings) as service:
        service.client.headers["X-API-Key"] = "key-0001"
        assert service.read("a.pdf", pdf("One", "Two"), engine="tesseract").status_code == 200
        backend.script.extend([failure(500), Reply("half an ans", finish_reason="length")])
        assert service.read("b.pdf", pdf("Three")).status_code == 200
        assert service.read("c.pdf", b"no pdf").status_code == 415
        assert service.client.get("/jobs/0123").status_code == 404
        service.client.request("PROPFIND", "/ocr/pdf")
        yield service


def families(service: RunningService) -> list[Metric]:
    return list(parse(service.client.get("/metrics").text))


def value(service: RunningService, name: str, **labels: str) -> float:
    """The sum of the samples of this name that have these labels."""
    samples = [sample for family in families(service) for sample in family.samples if sample.name == name]
    assert samples, f"there is no {name}"
    return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


# Of `promtool check metrics` (client_golang's promlint): each prefix of a unit that is not a base unit, each
# abbreviation, and the types' names.
UNITS = "seconds|meters|grams|bytes|bits|joules|amperes|volts|kelvin|celsius|fahrenheit|ratio|percent"
PREFIXES = "pico|nano|micro|milli|centi|deci|deca|hecto|kilo|kibi|mega|mibi|mebi|giga|gibi|tera|tebi|peta|pebi"
NOT_BASE = f"({PREFIXES})({UNITS})|minutes|hours|days|weeks|grams|bits|ounces|feet|inches|miles|percent|calories"
ABBREVIATIONS = "s|ms|us|ns|sec|b|kb|mb|gb|tb|pb|m|h|d"
TYPES = "untyped|gauge|counter|summary|histogram"


def complaints(family: Metric) -> Iterator[str]:
    """What `promtool check metrics` says; it must say nothing. (Run by hand against the real one: nothing, too.)"""
    name = family.name
    if not family.documentation:
        yield "no help text"
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name):
        yield "a name with colons or capitals"
    for word in name.split("_"):
        if re.fullmatch(f"{NOT_BASE}|{ABBREVIATIONS}|{TYPES}", word):
            yield f"{word!r} in the name"
    if family.type != "counter" and name.endswith("_total"):
        yield "_total, and no counter"
    if family.type not in ("histogram", "summary") and re.search(r"_(bucket|count|sum)$", name):
        yield "a histogram's suffix"
    for sample in family.samples:
        if family.type == "counter" and sample.name != f"{name}_total":
            yield "a counter without _total"
        if (family.type != "histogram" and "le" in sample.labels) or "quantile" in sample.labels:
            yield "a label of histograms or summaries"
        if not all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", label) for label in sample.labels):
            yield "a label with capitals"


def test_promtool_has_nothing_to_say(busy: RunningService) -> None:
    assert {family.name: list(complaints(family)) for family in families(busy) if any(complaints(family))} == {}


@pytest.mark.parametrize(
    "lines",
    [
        "# TYPE a_seconds gauge\na_seconds 1",
        "# HELP a_ms It\n# TYPE a_ms gauge\na_ms 1",
        "# HELP a_kilobytes It\n# TYPE a_kilobytes gauge\na_kilobytes 1",
        "# HELP a_total It\n# TYPE a_total gauge\na_total 1",
        "# HELP a_count It\n# TYPE a_count gauge\na_count 1",
        "# HELP a_gauge It\n# TYPE a_gauge gauge\na_gauge 1",
        "# HELP aB It\n# TYPE aB gauge\naB 1",
        '# HELP a It\n# TYPE a gauge\na{le="1"} 1',
        '# HELP a It\n# TYPE a gauge\na{aB="1"} 1',
    ],
)
def test_what_promtool_complains_of_is_found(lines: str) -> None:
    [family] = parse(lines + "\n")
    assert list(complaints(family))


def test_names_and_units_keep_our_own_conventions(busy: RunningService) -> None:
    """As prometheus.io/docs/practices/naming has them."""
    found = families(busy)
    assert len({family.name for family in found}) == len(found)
    for family in found:
        assert re.match(r"(ocr|process|python)_", family.name)
        assert family.type in ("counter", "gauge", "histogram")
        assert not family.name.endswith("_info") or family.name == "ocr_build_info"
        if family.type == "histogram" and family.name.startswith("ocr_"):
            assert family.name.endswith("_seconds")
        for sample in family.samples:
            assert all(re.fullmatch(r"[a-z]+", label) for label in sample.labels)
            assert not any(f"_by_{label}" in family.name for label in sample.labels)


def test_openmetrics_is_valid_too(busy: RunningService) -> None:
    answer = busy.client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = parse_openmetrics(answer.text)  # type: ignore[no-untyped-call]
    assert {family.name for family in families} >= {"ocr_pages", "ocr_jobs"}


def test_requests_are_counted_by_route_and_never_by_path(busy: RunningService) -> None:
    assert value(busy, "ocr_http_requests_total", route="/ocr/pdf", method="POST", status="200") == 2
    assert value(busy, "ocr_http_requests_total", route="/ocr/pdf", status="415") == 1
    assert value(busy, "ocr_http_request_duration_seconds_count", route="/ocr/pdf", method="POST") == 3
    assert value(busy, "ocr_http_requests_total", method="other") == 1
    assert "PROPFIND" not in busy.client.get("/metrics").text
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
    assert value(busy, "ocr_pages_admitted_total", engine="tesseract") == 2
    assert value(busy, "ocr_job_queue_wait_seconds_count") == 2
    assert value(busy, "ocr_pages_waiting") == 0
    assert value(busy, "ocr_oldest_job_seconds") == 0


def test_retries_and_answer_problems_are_counted_by_cause(busy: RunningService, backend: FakeVllm) -> None:
    assert value(busy, "ocr_region_retries_total", cause="error") == 1
    assert value(busy, "ocr_answer_problems_total", problem="cut") == 1
    assert value(busy, "ocr_backend_requests_total", backend=backend.url, outcome="error") == 1
    asked = sum(asked.body["max_completion_tokens"] == 4096 for asked in backend.asked)  # the warm-up asks for less
    assert asked >= 3
    assert value(busy, "ocr_backend_requests_total", backend=backend.url, outcome="answered") == asked - 1
    assert value(busy, "ocr_backend_up", backend=backend.url) == 1
    assert value(busy, "ocr_backend_requests_in_flight", backend=backend.url) == 0


def test_workers_and_disks_are_shown(busy: RunningService) -> None:
    assert value(busy, "ocr_page_workers", pool="pages", state="configured") == 2
    assert value(busy, "ocr_page_workers", pool="inspector", state="configured") == 1
    wait_until(lambda: value(busy, "ocr_page_workers", pool="pages", state="warm") >= 1)
    assert value(busy, "ocr_disk_free_bytes", folder="output") > 0
    assert value(busy, "process_open_fds") > 0


def test_lost_workers_are_counted_those_that_look_at_uploads_too(busy: RunningService) -> None:
    def crashed(pool: str) -> float:
        return value(busy, "ocr_page_worker_restarts_total", pool=pool, reason="crashed")

    before = {pool: crashed(pool) for pool in ("inspector", "pages")}
    workers = page_workers(busy)
    kill_all(workers)
    wait_until(lambda: gone(workers))
    assert busy.read("d.pdf", pdf("Four"), engine="tesseract", cache="false").status_code == 200
    assert crashed("inspector") == before["inspector"] + 1
    assert crashed("pages") > before["pages"]


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
