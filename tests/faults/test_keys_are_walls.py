"""With a second key nothing of the first key's is seen, changed or used, whatever route and parameter names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import httpx
import pytest

from tests.fakes.fault_proxy import FaultProxy
from tests.support.running import RunningService, wait_until
from tests.support.s3_server import BUCKET, REGION, s3_proxy
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

ALICE, BOB = {"X-API-Key": "alice-key-0001"}, {"X-API-Key": "bob-key-0002"}
SECRET = "Dismissal of Ms Smith"
IDEMPOTENCY_KEY = "letter-1"


@dataclass(frozen=True)
class Alices:
    """What belongs to the first key: a job, a batch of one, an uploaded file, and keys of results in the bucket."""

    job_id: str
    batch_id: str
    file_id: str
    mistral_batch: str
    result_keys: tuple[str, ...]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, proxy_of_module: FaultProxy) -> Iterator[RunningService]:
    settings = {
        "API_KEYS": f"alice:{ALICE['X-API-Key']},bob:{BOB['X-API-Key']}",
        "CLOUDRU_S3_ENDPOINT": proxy_of_module.url,
        "CLOUDRU_S3_BUCKET": BUCKET,
        "CLOUDRU_S3_ACCESS_KEY": "key-id",
        "CLOUDRU_S3_SECRET_KEY": "very-secret-key",
        "PROTECT_METRICS": "true",
    }
    with RunningService(tmp_path_factory.mktemp("walls"), **settings) as running:
        yield running


@pytest.fixture(scope="module")
def proxy_of_module(moto: tuple[str, int]) -> Iterator[FaultProxy]:
    with s3_proxy(moto) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def alices(service: RunningService, proxy_of_module: FaultProxy) -> Alices:
    client = boto3.session.Session().client(
        "s3", endpoint_url=proxy_of_module.url, aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION
    )
    client.put_object(Bucket=BUCKET, Key=f"in/{SECRET}.pdf", Body=pdf(SECRET))
    form = {"file": (f"{SECRET}.pdf", pdf(SECRET))}
    job = service.client.post("/jobs", files=form, headers={**ALICE, "Idempotency-Key": IDEMPOTENCY_KEY}).json()
    batch = service.client.post("/jobs", json={"source": {"s3_prefix": "in/"}}, headers=ALICE).json()
    file = service.client.post("/v1/files", files=form, headers=ALICE).json()
    requests = [{"custom_id": SECRET, "body": {"document": {"type": "file", "file_id": file["id"]}}}]
    asked = {"endpoint": "/v1/ocr", "requests": requests}
    mistral = service.client.post("/v1/batch/jobs", json=asked, headers=ALICE).json()

    def uploaded() -> bool:
        answer = service.client.get(f"/jobs/{job['id']}/result", headers=ALICE)
        files = answer.json()["artifacts"]["s3"] if answer.is_success else []
        return bool(files) and all(one["state"] == "uploaded" for one in files)

    wait_until(uploaded, what="the upload of the result")
    wait_until(
        lambda: service.client.get(f"/batches/{batch['id']}", headers=ALICE).json()["state"] != "running",
        what="the end of the batch",
    )
    wait_until(
        lambda: service.client.get(f"/v1/batch/jobs/{mistral['id']}", headers=ALICE).json()["output_file"],
        what="the end of the requests",
    )
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=f"ocr/{job['id']}/")["Contents"]
    return Alices(job["id"], batch["id"], file["id"], mistral["id"], tuple(item["Key"] for item in listed))


Attempt = Callable[[httpx.Client, Alices], httpx.Response]


def of_job(method: str, path: str) -> Attempt:
    return lambda bob, alices: bob.request(method, path.format(job_id=alices.job_id, number=1, region=0))


def of_file(method: str, path: str) -> Attempt:
    return lambda bob, alices: bob.request(method, path.format(file_id=alices.file_id))


def of_results(method: str, path: str) -> Attempt:
    return lambda bob, alices: bob.request(method, path.format(file_id=f"{alices.mistral_batch}-output"))


def of_mistral_batch(method: str, path: str) -> Attempt:
    return lambda bob, alices: bob.request(method, path.format(job_id=alices.mistral_batch))


def reads(document: Callable[[Alices], dict[str, str]]) -> Attempt:
    return lambda bob, alices: bob.post("/v1/ocr", json={"document": document(alices)})


def from_bucket(field: str, key: Callable[[Alices], str]) -> Attempt:
    return lambda bob, alices: bob.post("/jobs", json={"source": {field: key(alices)}})


FIGURE = "p0001_r01_image.jpg"


def with_false_link(bob: httpx.Client, path: str) -> httpx.Response:
    """No key, and a link that says it is Alice's."""
    query = {"owner": "alice", "expires": "99999999999", "signature": "0" * 64}
    return httpx.get(str(bob.base_url).rstrip("/") + path, params=query, timeout=60)


# By route: what the second key tries, and the status that each attempt ends with.
REFUSED: dict[str, list[tuple[Attempt, int]]] = {
    f"{method} {path}": [(of_job(method, path), 404)]
    for method, path in (
        ("GET", "/jobs/{job_id}"),
        ("DELETE", "/jobs/{job_id}"),
        ("POST", "/jobs/{job_id}/retry"),
        ("GET", "/jobs/{job_id}/events"),
        ("GET", "/jobs/{job_id}/result"),
        ("GET", "/jobs/{job_id}/result.json"),
        ("GET", "/jobs/{job_id}/result.md"),
        ("GET", "/jobs/{job_id}/result.html"),
        ("GET", "/jobs/{job_id}/result.txt"),
        ("GET", "/jobs/{job_id}/result.chunks.json"),
        ("GET", "/jobs/{job_id}/result.zip"),
        ("GET", "/jobs/{job_id}/result.docx"),
        ("GET", "/jobs/{job_id}/result.pdf"),
        ("GET", "/jobs/{job_id}/pages/{number}"),
        ("GET", "/jobs/{job_id}/pages/{number}/image"),
        ("PATCH", "/jobs/{job_id}/pages/{number}/regions/{region}"),
    )
}
REFUSED |= {
    f"{method} {path}": [(of_file(method, path), 404), (of_results(method, path), 404)]
    for method, path in (
        ("GET", "/v1/files/{file_id}"),
        ("DELETE", "/v1/files/{file_id}"),
        ("GET", "/v1/files/{file_id}/url"),
        ("GET", "/v1/files/{file_id}/content"),
    )
}
REFUSED |= {
    f"{method} {path}": [(of_mistral_batch(method, path), 404)]
    for method, path in (
        ("GET", "/v1/batch/jobs/{job_id}"),
        ("DELETE", "/v1/batch/jobs/{job_id}"),
        ("POST", "/v1/batch/jobs/{job_id}/cancel"),
    )
}
REFUSED |= {
    "POST /v1/batch/jobs": [
        (
            lambda bob, alices: bob.post(
                "/v1/batch/jobs", json={"endpoint": "/v1/ocr", "input_files": [alices.file_id]}
            ),
            404,
        ),
    ],
    "GET /v1/status/poll/{task_id}": [
        (lambda bob, alices: bob.get(f"/v1/status/poll/{alices.job_id}-me"), 404),
        (lambda bob, alices: bob.get(f"/v1/status/poll/{alices.job_id}", params={"wait": 1}), 404),
        (lambda bob, alices: bob.get(f"/v1/status/poll/{alices.job_id}-hierarchical"), 404),
    ],
    "GET /v1/result/{task_id}": [
        (lambda bob, alices: bob.get(f"/v1/result/{alices.job_id}-mjhte"), 404),
        (lambda bob, alices: bob.get(f"/v1/result/{alices.job_id}"), 404),
        (lambda bob, alices: bob.get(f"/v1/result/{alices.job_id}-hybrid128mrd"), 404),
    ],
    "GET /api/v2/ocr/jobs/{job_id}": [
        (lambda bob, alices: bob.get(f"/api/v2/ocr/jobs/{alices.job_id}"), 404),
        (lambda bob, alices: bob.get(f"/api/v2/ocr/jobs/{alices.job_id}-d"), 404),
    ],
    "GET /api/v2/ocr/jobs/{job_id}/files/result.jsonl": [
        (lambda bob, alices: bob.get(f"/api/v2/ocr/jobs/{alices.job_id}/files/result.jsonl"), 404),
        (lambda bob, alices: with_false_link(bob, f"/api/v2/ocr/jobs/{alices.job_id}/files/result.jsonl"), 401),
    ],
    "GET /api/v2/ocr/jobs/{job_id}/files/images/{name}": [
        (lambda bob, alices: bob.get(f"/api/v2/ocr/jobs/{alices.job_id}/files/images/{FIGURE}"), 404),
        (lambda bob, alices: with_false_link(bob, f"/api/v2/ocr/jobs/{alices.job_id}/files/images/{FIGURE}"), 401),
    ],
    "GET /tasks/{task_id}": [(lambda bob, alices: bob.get(f"/tasks/{alices.job_id}-m"), 404)],
    "GET /tasks/{task_id}/result": [(lambda bob, alices: bob.get(f"/tasks/{alices.job_id}-mjciz/result"), 404)],
    "GET /api/v1/{endpoint}/{request_id}": [
        (lambda bob, alices: bob.get(f"/api/v1/marker/{alices.job_id}-m"), 404),
        (lambda bob, alices: bob.get(f"/api/v1/convert/{alices.job_id}-mhjpi"), 404),
    ],
    "GET /jobs/results.zip": [(lambda bob, alices: bob.get("/jobs/results.zip", params={"id": alices.job_id}), 404)],
    "GET /batches/{batch_id}": [
        (lambda bob, alices: bob.get(f"/batches/{alices.batch_id}"), 404),
        (lambda bob, alices: bob.get(f"/batches/{alices.mistral_batch}"), 404),
    ],
    "POST /v1/ocr": [
        (reads(lambda alices: {"type": "file", "file_id": alices.file_id}), 404),
        (
            reads(
                lambda alices: {
                    "type": "document_url",
                    "document_url": f"http://x/v1/files/{alices.file_id}/content",
                }
            ),
            404,
        ),
        (reads(lambda alices: {"type": "file", "file_id": f"../{alices.file_id}"}), 404),
    ],
    "POST /jobs": [
        (from_bucket("s3_key", lambda alices: alices.result_keys[0]), 404),
        (from_bucket("s3_key", lambda alices: alices.result_keys[1]), 404),
        (from_bucket("s3_prefix", lambda alices: "ocr/"), 404),
        (from_bucket("s3_prefix", lambda alices: f"ocr/{alices.job_id}"), 404),
        (from_bucket("s3_prefix", lambda alices: f"ocr/{alices.job_id}/images/"), 404),
        (from_bucket("s3_prefix", lambda alices: "oc"), 404),
        (from_bucket("s3_key", lambda alices: f"./{alices.result_keys[0]}"), 422),
        (from_bucket("s3_key", lambda alices: f"in/../{alices.result_keys[0]}"), 422),
        (from_bucket("s3_key", lambda alices: f"/{alices.result_keys[0]}"), 422),
        (from_bucket("s3_key", lambda alices: alices.result_keys[0].replace("/", "//")), 422),
        (from_bucket("s3_key", lambda alices: f"in/%2e%2e/{alices.result_keys[0]}"), 422),
        (from_bucket("s3_prefix", lambda alices: "in/../ocr/"), 422),
    ],
}
# Nothing of one key can be named there: what these routes give is looked at in the tests below.
NAMES_NOTHING = {
    "GET /backends",
    "GET /jobs",
    "GET /jobs/counts",
    "GET /options",
    "GET /usage",
    "GET /v1/batch/jobs",
    "GET /v1/models",
    "PUT /process",
    "GET /v1/files",
    "POST /v1/files",
    "POST /ocr/pdf",
    "POST /ocr/image",
    "POST /layout-parsing",
    "POST /restructure-pages",
    "POST /api/v2/ocr/jobs",
    "POST /v1/convert/file",
    "POST /v1/convert/file/async",
    "POST /v1/convert/source",
    "POST /v1/convert/source/async",
    "POST /api/v1/{endpoint}",
    "POST /file_parse",
    "POST /tasks",
    "POST /v1/chunk/{chunker}/file",
    "POST /v1/chunk/{chunker}/file/async",
    "POST /v1/chunk/{chunker}/source",
    "POST /v1/chunk/{chunker}/source/async",
}
OPEN = {"GET /health", "GET /health/live", "GET /health/ready", "GET /health/startup", "GET /version", "GET /metrics"}
# Parameters and fields that name something; each is tried above or below. The others say how, not what.
NAMING = {
    "task_id",
    "request_id",
    "name",
    "job_id",
    "number",
    "region",
    "id",
    "batch_id",
    "file_id",
    "after",
    "Last-Event-ID",
    "Idempotency-Key",
    "source",
    "document",
    "input_files",
    "requests",
}
SAYING_HOW = {
    "partial", "image_links", "markdown", "only", "pages", "state", "limit", "file", "dpi", "language", "engine",
    "output", "include_images", "join_pages", "priority", "deadline_s", "cache", "cancel_on_disconnect", "webhook_url",
    "webhook_events", "headers", "password", "text_layer", "model", "include_image_base64", "image_limit",
    "image_min_size", "min_confidence", "include_words",
    "table_format", "extract_header", "extract_footer", "include_blocks", "confidence_scores_granularity",
    "bbox_annotation_format", "document_annotation_format", "document_annotation_prompt", "purpose", "outputFormats",
    "fileType", "useDocOrientationClassify", "useDocUnwarping", "useLayoutDetection", "useChartRecognition",
    "useSealRecognition", "useOcrForImageBlock", "layoutThreshold", "layoutNms", "layoutUnclipRatio",
    "layoutMergeBboxesMode", "layoutShapeMode", "promptLabel", "formatBlockContent", "repetitionPenalty",
    "temperature", "topP", "minPixels", "maxPixels", "maxNewTokens", "mergeLayoutBlocks", "markdownIgnoreLabels",
    "vlmExtraArgs", "prettifyMarkdown", "showFormulaNumber", "returnMarkdownImages", "restructurePages", "mergeTables",
    "relevelTitles", "visualize", "logId", "concatenatePages", "wait",
    "revision", "content", "format", "label", "level", "order", "deleted", "undo",
    "size", "sort",
    "textLayer",
    # docling-serve: `sources` brings a document, or an address that the address rules judge
    "files", "sources", "options", "target", "target_type", "to_formats", "image_export_mode", "do_ocr", "force_ocr",
    "page_range", "table_mode", "page_markers", "max_tokens", "chunker", "include_converted_doc",
    "convert_options", "chunking_options", "convert_to_formats", "convert_image_export_mode", "convert_do_ocr",
    "convert_force_ocr", "convert_page_range", "convert_table_mode", "chunking_max_tokens", "chunking_merge_peers",
    "chunking_include_raw_text",
    "md_page_break_placeholder", "convert_md_page_break_placeholder",
    # Datalab; `file_url` is an address that the address rules judge
    "file_url", "endpoint", "output_format", "max_pages", "paginate", "strip_existing_ocr", "disable_image_extraction",
    "skip_cache",
    # MinerU
    "parse_method", "return_md", "return_middle_json", "return_content_list", "return_images", "response_format_zip",
    "start_page_id", "end_page_id",
    # PaddleOCR's hosted jobs; `fileUrl` is an address that the address rules judge
    "fileUrl", "optionalPayload", "pageRanges",
    "since", "until",
    # Mistral's batches: `requests` name documents as `document` does
    "inline", "page", "page_size", "created_after", "created_by_me", "status", "order_by", "agent_id",
    "metadata", "timeout_hours",
}  # fmt: skip


@pytest.fixture
def bob(service: RunningService) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, headers=BOB, timeout=60) as client:
        yield client


def operations(service: RunningService) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in service.client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_route_is_listed(service: RunningService) -> None:
    routes = {name for name, _ in operations(service)} | {"GET /jobs/{job_id}/result.json"}  # its second name
    assert routes == REFUSED.keys() | NAMES_NOTHING | OPEN


def test_every_parameter_is_listed(service: RunningService) -> None:
    for route, operation in operations(service):
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        for content in operation.get("requestBody", {}).get("content", {}).values():
            names |= content["schema"].get("properties", {}).keys()
        assert names <= NAMING | SAYING_HOW, route
        if route in NAMES_NOTHING:
            assert names & NAMING <= {"after", "batch_id", "name", "Idempotency-Key"}, route


@pytest.mark.parametrize("route", REFUSED)
def test_what_is_anothers_is_not_there(bob: httpx.Client, alices: Alices, route: str) -> None:
    for attempt, status in REFUSED[route]:
        answer = attempt(bob, alices)
        assert answer.status_code == status, answer.text
        told = SECRET in answer.request.read().decode()  # the error may repeat what it was asked for
        assert told or SECRET not in answer.text


def test_lists_hold_ones_own_alone(bob: httpx.Client, alices: Alices) -> None:
    for query in (
        {},
        {"batch_id": alices.batch_id},
        {"after": "f" * 32},
        {"after": alices.job_id},
        {"sort": "name"},
        {"sort": "oldest"},
        {"name": SECRET[:9]},
        {"state": "completed"},
    ):
        answer = bob.get("/jobs", params=query)
        assert answer.status_code == 200
        assert alices.job_id not in answer.text and SECRET not in answer.text
    assert sum(bob.get("/jobs/counts").json().values()) == len(bob.get("/jobs", params={"limit": 500}).json()["jobs"])
    files = bob.get("/v1/files").json()["data"]
    assert alices.file_id not in [file["id"] for file in files]
    assert "alice" not in bob.get("/usage").text
    assert bob.get("/v1/batch/jobs").json() == {"data": [], "object": "list", "total": 0}


def test_a_request_of_a_batch_reads_no_file_of_anothers(bob: httpx.Client, alices: Alices) -> None:
    requests = [{"body": {"document": {"type": "file", "file_id": alices.file_id}}}]
    job = bob.post("/v1/batch/jobs", json={"endpoint": "/v1/ocr", "requests": requests}).json()
    path = f"/v1/batch/jobs/{job['id']}"
    wait_until(lambda: bob.get(path).json()["error_file"], what="the end of the batch")
    assert (bob.get(path).json()["status"], bob.get(path).json()["output_file"]) == ("FAILED", None)
    errors = bob.get(f"/v1/files/{bob.get(path).json()['error_file']}/content").text
    assert "not_found" in errors and SECRET not in errors
    assert bob.delete(path).status_code == 200


def test_an_idempotency_key_is_ones_own(bob: httpx.Client, alices: Alices) -> None:
    form = {"file": ("mine.pdf", pdf("Mine"))}
    for path in ("/jobs", "/ocr/pdf", "/ocr/image"):
        headers = {"Idempotency-Key": IDEMPOTENCY_KEY, "Prefer": "respond-async"}
        answer = bob.post(path, files=form, headers=headers)
        assert answer.status_code == 202, answer.text
        assert answer.json()["id"] != alices.job_id


def test_the_same_document_is_read_anew_for_another_key(bob: httpx.Client, alices: Alices) -> None:
    answer = bob.post("/jobs", files={"file": ("mine.pdf", pdf(SECRET))})
    assert answer.json()["cached"] is False


def test_what_is_open_names_nobodys_documents(service: RunningService, bob: httpx.Client, alices: Alices) -> None:
    for route in sorted(OPEN):
        text = bob.get(route.partition(" ")[2]).text
        assert SECRET not in text and alices.job_id not in text and "alice" not in text


def test_all_of_it_is_still_there_for_its_owner(service: RunningService, alices: Alices) -> None:
    job = service.client.get(f"/jobs/{alices.job_id}", headers=ALICE).json()
    assert (job["state"], job["runs"]) == ("completed", 1)
    assert service.client.get(f"/v1/files/{alices.file_id}", headers=ALICE).status_code == 200
    batch = service.client.get(f"/batches/{alices.batch_id}", headers=ALICE).json()
    assert batch["documents"] == {"completed": 1}
