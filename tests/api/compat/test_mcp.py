"""The Model Context Protocol, driven by its own client over HTTP."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.encrypted import encrypted
from tests.support.jobs import document, submit, wait_finished
from tests.support.running import PATIENCE_S, RunningService
from tests.support.simple_documents import pdf

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ANNA, BORIS = "anna-key-0001", "boris-key-0002"
TOOLS = {"read_document", "job_status", "list_jobs", "read_text", "read_pages", "search_document"}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("mcp"), API_KEYS=f"anna:{ANNA},boris:{BORIS}") as service:
        yield service


@asynccontextmanager
async def connected(service: RunningService, mode: Any = "auto", **headers: str) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S) as http,
        Client(streamable_http_client(f"{service.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


async def called(client: Client, tool: str, **arguments: Any) -> str:
    answer = await client.call_tool(tool, arguments)
    [content] = answer.content
    text = str(getattr(content, "text", content))
    return f"error: {text}" if answer.is_error else text


def content(document: bytes, name: str = "a.pdf") -> dict[str, str]:
    return {"content_base64": base64.b64encode(document).decode(), "name": name}


def job_of(text: str) -> str:
    found = re.search(r"job ([0-9a-f]{32})", text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_document_is_read_and_its_text_is_that_of_the_job(
    service: RunningService, contract_scan: Path, mode: str
) -> None:
    async with connected(service, mode) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        text = await called(client, "read_document", **content(contract_scan.read_bytes(), "contract.pdf"))
        job_id = job_of(text)
        own = service.client.get(f"/jobs/{job_id}/result.md").text
        assert text.partition("\n\n")[2] == own
        assert "contract.pdf: completed, 2 of 2 pages read" in await called(client, "job_status", job_id=job_id)
        assert job_id in await called(client, "list_jobs", name="contract.pdf")


async def test_a_long_text_is_read_on_and_searched(service: RunningService, contract_scan: Path) -> None:
    async with connected(service) as client:
        document = content(contract_scan.read_bytes())
        first = await called(client, "read_document", max_characters=500, **document)
        job_id = job_of(first)
        own = service.client.get(f"/jobs/{job_id}/result.md").text
        assert f"[{len(own) - 500} characters follow: read_text with start=500]" in first
        rest = await called(client, "read_text", job_id=job_id, start=500)
        assert rest.partition("\n\n")[2] == own[500:]
        pages = await called(client, "read_pages", job_id=job_id, pages="2,1")
        assert "## Page 1" in pages and "## Page 2" in pages
        found = await called(client, "search_document", job_id=job_id, query="насос погружной")
        assert found.startswith("[page 1; Договор поставки № 41/2026 > ") and "НП-40" in found
        assert "No place" in await called(client, "search_document", job_id=job_id, query="носорог")
        assert "bad_pages" in await called(client, "read_pages", job_id=job_id, pages="x")


async def test_a_document_that_takes_long_is_followed_as_a_job(service: RunningService) -> None:
    async with connected(service) as client:
        first = await called(client, "read_document", wait_s=0, **content(document("Slowly", 30)))
        job_id = job_of(first)
        wait_finished(service.client, [job_id])
        assert "completed, 30 of 30 pages read" in await called(client, "job_status", job_id=job_id)
        assert "Slowly 30" in await called(client, "read_pages", job_id=job_id, pages="-1")
        told: list[float] = []

        async def tell(progress: float, total: float | None, message: str | None) -> None:
            told.append(progress)

        arguments = content(document("With progress", 30))
        answer = await client.call_tool("read_document", arguments, progress_callback=tell)
        assert "With progress 30" in str(answer.content) and told == sorted(told) and told


async def test_what_cannot_be_read_is_told_to_the_model(service: RunningService) -> None:
    async with connected(service) as client:
        locked = await called(client, "read_document", **content(encrypted(pdf("Hidden"), "geheim")))
        assert locked.startswith("error") and "encrypted_pdf" in locked
        opened = await called(client, "read_document", password="geheim", **content(encrypted(pdf("Hidden"), "geheim")))
        assert "Hidden" in opened
        assert "not base64" in await called(client, "read_document", content_base64="*")
        assert "either" in await called(client, "read_document")
        assert "address_refused" in await called(client, "read_document", url="https://example.com/a.pdf")
        assert "not_found" in await called(client, "job_status", job_id="0" * 32)
        assert (await called(client, "job_status", job_id="../health")).startswith("error")


async def test_no_path_of_the_server_is_read(service: RunningService, contract_scan: Path) -> None:
    async with connected(service) as client:
        [tool] = [tool for tool in (await client.list_tools()).tools if tool.name == "read_document"]
        assert "path" not in tool.input_schema["properties"]
        for name in (str(contract_scan), f"file://{contract_scan}"):
            assert (await called(client, "read_document", url=name)).startswith("error")
            assert "error" in await called(client, "read_document", path=name)


async def test_keys_are_walls(keyed: RunningService) -> None:
    async with connected(keyed, **{"Authorization": f"Bearer {ANNA}"}) as anna:
        job_id = job_of(await called(anna, "read_document", **content(pdf("Of Anna"), "annas.pdf")))
    async with connected(keyed, **{"X-API-Key": BORIS}) as boris:
        assert await called(boris, "list_jobs") == "There are no jobs."
        for tool, more in (("job_status", {}), ("read_text", {}), ("read_pages", {"pages": "1"})):
            assert "not_found" in await called(boris, tool, job_id=job_id, **more)
        assert "not_found" in await called(boris, "search_document", job_id=job_id, query="Anna")
    async with connected(keyed, **{"X-API-Key": ANNA}) as anna:
        assert "Of Anna" in await called(anna, "read_text", job_id=job_id)


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}])
async def test_without_a_valid_key_nothing_is_answered(keyed: RunningService, headers: dict[str, str]) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = keyed.client.post("/mcp", json=call, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


async def test_there_is_no_stream_of_the_servers_own(service: RunningService) -> None:
    answer = service.client.get("/mcp")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_call_larger_than_the_limit_is_refused(service: RunningService) -> None:
    big = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"arguments": {"x": "A" * (33 << 20)}}}
    assert service.client.post("/mcp", json=big).status_code == 413


async def test_a_long_document_arrives_whole_and_is_kept_nowhere_else(keyed: RunningService) -> None:
    long = document("long", 2) + b"%" * (1 << 20)
    async with connected(keyed, authorization=f"Bearer {ANNA}") as client:
        job = job_of(await called(client, "read_document", **content(long), wait_s=0))
    file = keyed.client.get(f"/jobs/{job}", headers={"X-API-Key": ANNA}).json()["file"]
    assert (file["name"], file["bytes"], file["sha256"]) == ("a.pdf", len(long), hashlib.sha256(long).hexdigest())
    assert list(keyed.folder.rglob("body-*")) == []


async def test_a_long_string_that_is_no_document_is_refused(service: RunningService) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "!" * (1 << 20)}
    assert service.client.post("/mcp", json=call).json()["code"] == "bad_option"


async def test_a_search_without_words_says_so(service: RunningService) -> None:
    async with connected(service) as client:
        assert "query has no words" in await called(client, "search_document", job_id="0" * 32, query="  ")


async def test_a_foreign_page_may_not_call(service: RunningService) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert service.client.post("/mcp", json=call, headers=headers).status_code == 403


async def test_jobs_of_other_routes_are_seen(service: RunningService) -> None:
    job_id = submit(service.client, "Sent otherwise", pdf("Sent otherwise"))
    wait_finished(service.client, [job_id])
    async with connected(service) as client:
        assert "Sent otherwise" in await called(client, "read_text", job_id=job_id)


async def test_a_page_of_cors_origins_may_call(tmp_path: Path) -> None:
    origin = "https://app.example"
    with RunningService(tmp_path, API_KEYS=f"anna:{ANNA}", CORS_ORIGINS=origin) as service:
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,mcp-protocol-version,mcp-method,mcp-name",
        }
        assert service.client.options("/mcp", headers=asked).status_code == 200
        async with connected(service, Origin=origin, Authorization=f"Bearer {ANNA}") as client:
            assert len((await client.list_tools()).tools) == len(TOOLS)


async def test_without_its_package_the_service_runs_and_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "without" / "mcp").mkdir(parents=True)
    (tmp_path / "without" / "mcp" / "__init__.py").write_text("raise ImportError('not installed')\n")
    with RunningService(tmp_path, PYTHONPATH=str(tmp_path / "without")) as service:
        for _ in range(2):
            answer = service.client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert "pages2md[mcp]" in answer.json()["detail"]
        assert service.read("a.pdf", pdf("Without MCP")).status_code == 200
