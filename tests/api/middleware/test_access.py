"""Keys, browsers' headers and CORS, on a running service."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.support.running import PATIENCE_S, RunningService
from tests.support.simple_documents import pdf

ANNA, BORIS, BORIS_NEW, NAMELESS = "anna-key-0001", "boris-key-0002", "boris-key-0003", "nameless-key-0004"
KEYS = f"anna:{ANNA}, boris:{BORIS},boris:{BORIS_NEW},{NAMELESS}"
PAGE = "https://page.example"


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("protected")
    with RunningService(folder, API_KEYS=KEYS, PROTECT_METRICS="true", CORS_ORIGINS=PAGE, LOG_LEVEL="DEBUG") as running:
        yield running


def submit(service: RunningService, **headers: str) -> httpx.Response:
    return service.client.post("/ocr/pdf", files={"file": ("a.pdf", pdf("One"))}, headers=headers)


def basic(credentials: str) -> str:
    return f"Basic {base64.b64encode(credentials.encode()).decode()}"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {ANNA}"},
        {"authorization": f"bearer  {BORIS_NEW}"},
        {"X-API-Key": NAMELESS},
        {"Authorization": "Bearer the-platform's-own-token", "X-API-Key": BORIS},
        {"Authorization": basic(f"any:{ANNA}")},
    ],
)
def test_a_key_opens_by_either_header(protected: RunningService, headers: dict[str, str]) -> None:
    assert submit(protected, **headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {ANNA}"},
        {"Authorization": "Basic *"},
        {"Authorization": basic(ANNA)},
        {"Authorization": basic(f"{ANNA}:")},
        {"Authorization": basic(f"any:{ANNA}"), "Sec-Fetch-Site": "same-origin"},
        {"Authorization": basic(f"any:{ANNA}"), "Origin": "http://localhost"},
        {"Authorization": "Bearer"},
        {"X-API-Key": ""},
        {"X-API-Key": f"anna:{ANNA}"},
        {"X-API-Key": ANNA[:-1]},
        {"X-API-Key": "anna"},
    ],
)
def test_without_a_valid_key_nothing_is_read(protected: RunningService, headers: dict[str, str]) -> None:
    answer = submit(protected, **headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_of_bytes_that_are_no_text_is_refused(protected: RunningService) -> None:
    answer = protected.client.get("/jobs", headers=[(b"x-api-key", b"\xff\xfe\xf0")])
    assert answer.status_code == 401


def test_the_refusal_comes_before_the_body(protected: RunningService) -> None:
    head = f"POST /ocr/pdf HTTP/1.1\r\nHost: {protected.url}\r\nContent-Length: 1000000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", protected.port), timeout=PATIENCE_S) as connection:
        connection.sendall(head.encode())
        assert connection.recv(12) == b"HTTP/1.1 401"


@pytest.mark.parametrize(
    "path", ["/jobs", "/version", "/metrics", "/ocr/pdf", "/no-such-path", "//health/live", "/Docs"]
)
def test_everything_else_is_closed(protected: RunningService, path: str) -> None:
    assert httpx.get(f"{protected.url}{path}").status_code == 401


@pytest.mark.parametrize(
    "path", ["/health", "/health/live", "/health/ready", "/health/startup", "/docs", "/openapi.json"]
)
def test_probes_and_documentation_stay_open(protected: RunningService, path: str) -> None:
    assert protected.client.get(path).status_code == 200


def test_swagger_ui_offers_to_authorize_and_its_files_load(protected: RunningService) -> None:
    schema = protected.client.get("/openapi.json").json()
    assert {"HTTPBearer": []} in schema["paths"]["/ocr/pdf"]["post"]["security"]
    assert {"APIKeyHeader": []} in schema["paths"]["/ocr/pdf"]["post"]["security"]
    assert "security" not in schema["paths"]["/health"]["get"]
    page = protected.client.get("/docs")
    assert "script-src 'self' 'unsafe-inline'" in page.headers["content-security-policy"]
    assert protected.client.get("/docs/assets/swagger-ui-bundle.js").status_code == 200


def test_every_answer_carries_the_headers(protected: RunningService) -> None:
    for path in ("/health", "/no-such-path", "/docs"):
        headers = protected.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]
        assert "server" not in headers
    assert protected.client.get("/no-such-path").headers["cache-control"] == "no-store"


def test_html_made_of_a_document_may_run_nothing(protected: RunningService) -> None:
    job_id = submit(protected, **{"X-API-Key": ANNA}).json()["job_id"]
    page = protected.client.get(f"/jobs/{job_id}/result.html", headers={"X-API-Key": ANNA})
    policy = [rule.strip() for rule in page.headers["content-security-policy"].split(";")]
    assert "sandbox" in policy and "default-src 'none'" in policy
    assert not any(rule.startswith("script-src") for rule in policy)


def test_a_preflight_of_an_allowed_origin_needs_no_key(protected: RunningService) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    answer = protected.client.options("/ocr/pdf", headers={"Origin": PAGE, **ask})
    assert answer.headers["access-control-allow-origin"] == PAGE
    other = protected.client.options("/ocr/pdf", headers={"Origin": "https://other.example", **ask})
    assert "access-control-allow-origin" not in other.headers
    refused = protected.client.get("/jobs", headers={"Origin": PAGE})
    assert refused.headers["access-control-allow-origin"] == PAGE  # so that the page can read the 401


def test_a_page_of_an_allowed_origin_may_use_every_method_of_the_api(protected: RunningService) -> None:
    paths = protected.client.get("/openapi.json").json()["paths"]
    for method in {method.upper() for operations in paths.values() for method in operations}:
        ask = {"Origin": PAGE, "Access-Control-Request-Method": method}
        answer = protected.client.options("/jobs", headers=ask)
        assert method in answer.headers["access-control-allow-methods"]
        assert answer.status_code == 200, method


def test_no_key_is_ever_logged(protected: RunningService) -> None:
    submit(protected, **{"X-API-Key": ANNA})
    submit(protected, **{"X-API-Key": "wrong-key-9999"})
    protected.client.get("/health", params={"key": "query-key-7777"})
    log = protected.log.read_text()
    assert "key=anna" in log
    for secret in (ANNA, BORIS, BORIS_NEW, NAMELESS, "wrong-key-9999", "query-key-7777"):
        assert secret not in log


def test_without_keys_the_service_is_open_and_says_so_once(service: RunningService) -> None:
    assert service.log.read_text().count("API_KEYS is empty") == 1
    assert "security" not in service.client.get("/openapi.json").json()["paths"]["/ocr/pdf"]["post"]
    assert "access-control-allow-origin" not in service.client.get("/health", headers={"Origin": PAGE}).headers


@pytest.mark.slow
def test_docs_can_be_switched_off(tmp_path_factory: pytest.TempPathFactory) -> None:
    with RunningService(tmp_path_factory.mktemp("no-docs"), ENABLE_DOCS="false") as service:
        for path in ("/docs", "/docs/assets/swagger-ui.css", "/openapi.json", "/redoc"):
            assert service.client.get(path).status_code == 404
