"""What another site's page can make a user's browser send is refused where no API key stands in the way."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from ocr_service.api.middleware.browser_requests import AllowedHosts, own_names
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

FORM = {"file": ("a.pdf", pdf("One"), "application/pdf")}


@pytest.mark.parametrize(
    "host",
    ["localhost:8081", "LOCALHOST", "app.localhost", "127.0.0.1:8081", "[::1]:8081", "10.1.2.3", socket.gethostname()],
)
def test_names_of_this_machine_and_addresses_are_answered(host: str) -> None:
    assert AllowedHosts(own_names()).allows(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8081",
        "evil.example.",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1.nip.io",
        "localhost@evil.example",
        "evil.example#localhost",
        "[::1].evil.example",
        "notlocalhost",
        "localhost:80:80",
        "localhost evil.example",
        "",
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert not AllowedHosts(own_names()).allows(host)


def test_allowed_hosts_are_those_that_are_set() -> None:
    hosts = AllowedHosts(("ocr.example.com", "*.internal.example"))
    assert hosts.allows("OCR.example.com:443")
    assert hosts.allows("a.b.internal.example")
    assert not hosts.allows("internal.example")
    assert not hosts.allows("localhost")
    assert AllowedHosts(("*",)).allows("anything.example")


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/jobs", "/", "/jobs/x", "/health", "/metrics", "/docs"])
def test_a_rebound_name_reaches_nothing(service: RunningService, method: str, path: str) -> None:
    headers = {"Host": "evil.example:8081", "Origin": "http://evil.example:8081", "Sec-Fetch-Site": "same-origin"}
    assert refused(service.client.request(method, path, headers=headers)) == (421, "host_refused")


def test_a_second_host_header_does_not_hide_the_first(service: RunningService) -> None:
    for hosts in (("evil.example", "localhost"), ("localhost", "evil.example")):
        head = "".join(f"Host: {host}\r\n" for host in hosts)
        with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
            connection.sendall(f"GET /jobs HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
            assert connection.recv(12) == b"HTTP/1.1 421"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/startup"])
def test_a_platform_may_probe_under_any_name(service: RunningService, path: str) -> None:
    assert service.client.get(path, headers={"Host": "ocr.platform.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://[broken"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_another_sites_page_changes_nothing(service: RunningService, headers: dict[str, str]) -> None:
    job_id = service.client.post("/jobs", files=FORM).json()["id"]
    client = service.client
    answers = [
        client.post("/jobs", files=FORM, headers=headers),
        client.post("/ocr/pdf", files=FORM, headers=headers),
        client.post("/v1/files", files=FORM, headers=headers),
        client.post("/v1/ocr", json={}, headers=headers),
        client.post("/layout-parsing", json={}, headers=headers),
        client.post("/restructure-pages", json={}, headers=headers),
        client.post(f"/jobs/{job_id}/retry", params={"pages": "1"}, headers=headers),
        client.delete(f"/jobs/{job_id}", headers=headers),
        client.delete("/v1/files/none", headers=headers),
    ]
    assert {refused(answer) for answer in answers} == {(403, "cross_site_refused")}
    assert client.get(f"/jobs/{job_id}").status_code == 200


def test_our_own_page_and_programs_are_let_in(service: RunningService) -> None:
    own = service.url
    for headers in (
        {},
        {"Origin": own},
        {"Origin": own, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://ocr.example.com", "Sec-Fetch-Site": "same-origin"},  # a proxy wrote another Host
        {"Sec-Fetch-Site": "none"},
    ):
        assert service.client.post("/jobs", files=FORM, headers=headers).status_code == 202


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("named")
    with RunningService(folder, ALLOWED_HOSTS="ocr.example.com", CORS_ORIGINS="https://page.example") as running:
        yield running


@pytest.mark.slow
def test_a_page_of_cors_origins_may_submit_under_a_name_of_allowed_hosts(named: RunningService) -> None:
    page = {"Host": "ocr.example.com", "Origin": "https://page.example", "Sec-Fetch-Site": "cross-site"}
    answer = named.client.post("/jobs", files=FORM, headers=page)
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == "https://page.example"
    other = page | {"Origin": "https://other.example"}
    assert refused(named.client.post("/jobs", files=FORM, headers=other)) == (403, "cross_site_refused")
    assert refused(named.client.get("/jobs", headers={"Host": "localhost"})) == (421, "host_refused")
