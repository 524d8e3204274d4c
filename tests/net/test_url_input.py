"""Documents by URL, from a real server on this machine that the rules are told to trust."""

from __future__ import annotations

import datetime
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ocr_service.errors import AddressRefused, FetchFailed, FileTooLarge
from ocr_service.net.address_rules import AddressRules
from ocr_service.net.safe_http import SafeHttp
from ocr_service.net.url_input import fetch_document
from tests.fakes.web_server import Answer, Request, WebServer

pytestmark = pytest.mark.anyio


def answer(request: Request) -> Answer:
    match request.path:
        case "/to-self":
            return Answer(302, headers=(("Location", "https://localhost/secret"),))
        case "/to-metadata":
            return Answer(307, headers=(("Location", "http://169.254.169.254/latest/meta-data/"),))
        case "/to-file":
            return Answer(301, headers=(("Location", "/files/%D0%B0.pdf"),))
        case "/round":
            return Answer(302, headers=(("Location", "/round"),))
        case "/large":
            return Answer(headers=(("Content-Length", "5000000000"),))
        case "/endless":
            return Answer(body=b"x" * 3000)
        case "/none":
            return Answer(404)
    return Answer(body=b"%PDF-1.7 ...")


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer(answer) as server:
        yield server


@pytest.fixture
async def http(server: WebServer) -> AsyncIterator[SafeHttp]:
    http = SafeHttp(AddressRules(trusted=(f"127.0.0.1:{server.port}",)), timeout_s=60)
    yield http
    await http.close()


async def fetch(http: SafeHttp, url: str, target: Path, timeout_s: float = 60) -> str:
    return await fetch_document(http, url, target, max_bytes=1000, timeout_s=timeout_s)


async def test_document_arrives_under_its_name(http: SafeHttp, server: WebServer, tmp_path: Path) -> None:
    target = tmp_path / "in"
    assert await fetch(http, f"{server.url}/to-file", target) == "to-file"
    assert target.read_bytes() == b"%PDF-1.7 ..."
    assert [request.path for request in server.requests] == ["/to-file", "/files/%D0%B0.pdf"]
    assert await fetch(http, f"{server.url}/files/%D0%B0.pdf?sig=1", target) == "а.pdf"


@pytest.mark.parametrize("path", ["/to-self", "/to-metadata", "/round"])
async def test_redirect_is_checked_like_the_first_address(
    http: SafeHttp, server: WebServer, tmp_path: Path, path: str
) -> None:
    with pytest.raises(AddressRefused):
        await fetch(http, server.url + path, tmp_path / "in")


@pytest.mark.parametrize("path", ["/large", "/endless"])
async def test_size_limit_holds(http: SafeHttp, server: WebServer, tmp_path: Path, path: str) -> None:
    with pytest.raises(FileTooLarge):
        await fetch(http, server.url + path, tmp_path / "in")


async def test_answer_other_than_200_is_no_document(http: SafeHttp, server: WebServer, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="404"):
        await fetch(http, f"{server.url}/none", tmp_path / "in")


async def test_slow_server_is_given_up(tmp_path: Path) -> None:
    release = threading.Event()

    def hang(_request: Request) -> Answer:
        release.wait()
        return Answer()

    with WebServer(hang) as server:
        http = SafeHttp(AddressRules(trusted=("127.0.0.1",)), timeout_s=60)
        with pytest.raises(FetchFailed, match=r"within 0\.2 s"):
            await fetch(http, f"{server.url}/", tmp_path / "in", timeout_s=0.2)
        await http.close()
        release.set()


async def test_certificate_is_checked_for_the_name_although_the_number_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with WebServer(answer, tls=tls) as server:
        http = SafeHttp(AddressRules(trusted=("localhost", "127.0.0.1")), timeout_s=60)
        await fetch(http, f"https://localhost:{server.port}/a.pdf", tmp_path / "in")
        assert server.requests[0].headers["host"] == f"localhost:{server.port}"
        with pytest.raises(FetchFailed):  # the same server under a name that is not in its certificate
            await fetch(http, f"https://127.0.0.1:{server.port}/a.pdf", tmp_path / "in")
        await http.close()


def _certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
