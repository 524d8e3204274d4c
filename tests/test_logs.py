"""Logs of a running service: one line an event, with its request and job, and nothing that should not be there."""

from __future__ import annotations

import gzip
import io
import json
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ocr_service.logs import configure_logging
from tests.fakes.vllm import FakeVllm, failure
from tests.fakes.web_server import Answer, WebServer
from tests.support.running import PATIENCE_S, RunningService, wait_until
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("talkative")
    with RunningService(folder, LOG_FORMAT="json", LOG_LEVEL="DEBUG") as running:
        yield running


def events(service: RunningService) -> list[dict[str, Any]]:
    """Every line of the log; a line that is no event fails the test."""
    return [json.loads(line) for line in service.log.read_text().splitlines()]


def of_request(service: RunningService, request_id: str) -> list[dict[str, Any]]:
    return [event for event in events(service) if event.get("request") == request_id]


def access_line(service: RunningService, request_id: str) -> str:
    """The request's line; it is written just after the answer's last byte is sent."""

    def lines() -> list[str]:
        found = of_request(service, request_id)
        return [str(event["message"]) for event in found if event["logger"] == "ocr_service.access"]

    wait_until(lines, what=f"the line of request {request_id}")
    [line] = lines()
    return line


def test_every_line_is_an_event_uvicorns_included(talkative: RunningService) -> None:
    talkative.client.get("/version")
    assert {"uvicorn.error", "ocr_service.access"} <= {event["logger"] for event in events(talkative)}
    for event in events(talkative):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"])
        assert event["level"] in ("DEBUG", "INFO", "WARNING", "ERROR")


def test_a_sane_request_id_is_taken_and_given_back(talkative: RunningService) -> None:
    answer = talkative.client.get("/version", headers={"X-Request-ID": "trace-41.a/b"})
    assert answer.headers["x-request-id"] == "trace-41.a/b"
    assert re.fullmatch(r"GET /version 200 \d+ ms", access_line(talkative, "trace-41.a/b"))


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "a\tb", "é"])
def test_an_id_that_a_log_cannot_hold_is_replaced(talkative: RunningService, given: str) -> None:
    request_id = talkative.client.get("/version", headers={b"X-Request-ID": given.encode()}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    assert access_line(talkative, request_id)


def test_a_refused_document_is_one_line_with_its_code_and_no_traceback(talkative: RunningService) -> None:
    answer = talkative.client.post(
        "/ocr/pdf", files={"file": ("private name.pdf", b"no pdf at all")}, headers={"X-Request-ID": "refused-1"}
    )
    assert answer.status_code == 415
    assert access_line(talkative, "refused-1").startswith("POST /ocr/pdf 415 unsupported_type")
    lines = [event for event in of_request(talkative, "refused-1") if event["level"] != "DEBUG"]
    assert [event["logger"] for event in lines] == ["ocr_service.access"]
    assert "traceback" not in lines[0]
    assert "private name" not in talkative.log.read_text()


def test_a_client_that_hangs_up_leaves_a_line_and_no_traceback(talkative: RunningService) -> None:
    head = "POST /ocr/pdf HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: gone-1\r\nContent-Length: 1000\r\n"
    form = "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    with socket.create_connection(("127.0.0.1", talkative.port), timeout=PATIENCE_S) as connection:
        connection.sendall((head + form).encode())
    assert access_line(talkative, "gone-1").startswith("POST /ocr/pdf 499")
    assert all("traceback" not in event for event in events(talkative))


def test_probes_are_quiet_at_info(service: RunningService) -> None:
    service.client.get("/health/live")
    assert "/health/live" not in service.log.read_text()


def test_no_document_content_and_no_password_at_debug(talkative: RunningService) -> None:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("Unmistakable sentence"))) as document:
        document.save(buffer, encryption=pikepdf.Encryption(user="open sesame", owner="another"))
    answer = talkative.client.post(
        "/ocr/pdf?password=open%20sesame", files={"file": ("private name.pdf", buffer.getvalue())}
    )
    assert "Unmistakable" in answer.text
    log = talkative.log.read_text()
    for secret in ("Unmistakable", "sesame", "private name"):
        assert secret not in log


@pytest.fixture
def loggers() -> Iterator[None]:
    """The loggers are afterwards as they were."""
    names = ("", "ocr_service", "uvicorn", "uvicorn.access", "python_multipart", "multipart")
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).propagate) for name in names}
    handlers = logging.getLogger().handlers[:]
    yield
    logging.captureWarnings(False)
    logging.getLogger().handlers[:] = handlers
    for name, (level, propagate) in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).propagate = propagate


@pytest.mark.usefixtures("loggers")
def test_control_characters_cannot_forge_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "text")
    logging.getLogger("ocr_service.test").info("path %s", "/a\nWARNING forged\r\x1b[31m\u2028end")
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith(r"path /a\nWARNING forged\r\x1b[31m\u2028end")


@pytest.mark.usefixtures("loggers")
def test_libraries_stay_silent_below_warning(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("DEBUG", "text")
    logging.getLogger("sqlalchemy.engine").debug("INSERT … password")
    logging.getLogger("python_multipart.multipart").warning("Skipping … of what a client sent")
    logging.getLogger("botocore.auth").debug("AWS4-HMAC…")
    logging.getLogger("ocr_service.test").debug("ours")
    assert [line.split(": ")[1] for line in capsys.readouterr().err.splitlines()] == ["ours"]


def test_a_failed_job_tells_its_whole_story(tmp_path: Path) -> None:
    """Admitted, started, each failed page with its code, the end with counts and seconds; all under the job's id."""
    with FakeVllm().running() as backend:
        settings = {"USE_VLM_API": "true", "VLLM_URL": backend.url, "LAYOUT_MODEL": "stub:2", "LOG_FORMAT": "json"}
        with RunningService(tmp_path, **settings) as service:
            backend.then = failure(400)  # after the warm-up
            answer = service.read("private name.pdf", pdf("Unmistakable", "words"))
            job_id, request_id = answer.json()["job_id"], answer.headers["x-request-id"]
            story = [event for event in events(service) if event.get("job") == job_id and "job_log" in event["logger"]]
            admitted, started, *pages, ended = [event["message"] for event in story]
    assert re.fullmatch(rf"job {job_id} admitted: pdf, \d+ bytes, 2 of 2 pages, engine vlm", admitted)
    assert story[0]["request"] == request_id
    assert re.fullmatch(r"job started: 2 pages, waited \d+\.\d s", started)
    assert sorted(pages) == [f"page {number} failed: 2 regions failed: backend_refused" for number in (1, 2)]
    assert {event["page"] for event in story[2:4]} == {1, 2}
    assert re.fullmatch(r"job failed: 2 pages read, 0 kept from before, 2 failed, \d+\.\d s: backend_refused", ended)
    assert "Unmistakable" not in service.log.read_text() and "private name" not in service.log.read_text()


def test_traces_hold_a_span_for_each_stage_with_job_and_page(tmp_path: Path) -> None:
    with WebServer(lambda request: Answer(200)) as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_SERVICE_NAME": "ours", "LAYOUT_MODEL": "stub:2"}
        with RunningService(tmp_path, **settings, OTEL_EXPORTER_OTLP_HEADERS="x-tenant=anna") as service:
            job_id = service.read("a.pdf", pdf("One", "Two")).json()["job_id"]
        # The end of the process sends what is left.
    assert {(request.path, request.headers["x-tenant"]) for request in collector.requests} == {("/v1/traces", "anna")}
    spans, resources = [], []
    for request in collector.requests:
        body = gzip.decompress(request.body) if request.headers.get("content-encoding") == "gzip" else request.body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {item.key: item.value.string_value for item in resource.resource.attributes}
            resources.append(named["service.name"])
            spans += [span for scope in resource.scope_spans for span in scope.spans]
    assert set(resources) == {"ours"}
    by_id = {span.span_id: span for span in spans}
    [job] = [span for span in spans if span.name == "job"]
    pages = {attribute(span, "ocr.page.number"): span for span in spans if span.name == "page"}
    assert set(pages) == {1, 2} and all(span.parent_span_id == job.span_id for span in pages.values())
    for name in ("render", "layout", "recognition"):
        stages = [span for span in spans if span.name == name]
        assert {attribute(span, "ocr.page.number") for span in stages} == {1, 2}
        for span in stages:
            assert attribute(span, "ocr.job.id") == job_id
            page = by_id[span.parent_span_id]
            assert page.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
            assert span.end_time_unix_nano <= page.end_time_unix_nano
    assert attribute(job, "ocr.job.state") == "completed"


def attribute(span: Span, name: str) -> object:
    [value] = [item.value for item in span.attributes if item.key == name]
    return getattr(value, value.WhichOneof("value"))
