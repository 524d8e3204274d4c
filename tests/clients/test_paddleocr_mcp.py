"""PaddleOCR's MCP server with this service behind it, in its hosted and its self-hosted mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.support.encrypted import encrypted
from tests.support.foreign_clients import PYTHON
from tests.support.jobs import document
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = [pytest.mark.clients, pytest.mark.anyio]

KEY = "anna-key-0001"


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY}") as service:
        yield service


async def parsed(path: Path, *arguments: str) -> tuple[bool, str, int]:
    """Whether the tool failed, the texts of its answer, and how many pictures it has."""
    command = ["-m", "paddleocr_mcp", "--model", "PaddleOCR-VL-1.6", *arguments]
    server = StdioServerParameters(command=str(PYTHON), args=command, env={"PATH": "/usr/bin:/bin"})
    async with Client(server) as client:
        [tool] = (await client.list_tools()).tools
        answer: Any = await client.call_tool(tool.name, {"input_data": str(path), "file_type": "pdf"})
        texts = "\n".join(getattr(part, "text", "") for part in answer.content)
        return answer.is_error, texts, sum(part.type == "image" for part in answer.content)


def modes(service: RunningService, key: str) -> dict[str, list[str]]:
    address = service.url.replace("://", f"://any:{key}@")
    return {
        "hosted": ["--ppocr_source", "aistudio", "--aistudio-base-url", service.url, "--aistudio_access_token", key],
        "self-hosted": ["--ppocr_source", "self_hosted", "--self-hosted-base-url", address],
    }


@pytest.mark.parametrize("mode", ["hosted", "self-hosted"])
async def test_a_scan_is_read(keyed: RunningService, contract_scan: Path, mode: str) -> None:
    failed, text, pictures = await parsed(contract_scan, *modes(keyed, KEY)[mode])
    assert not failed, text
    assert "Договор поставки № 41/2026" in text and "НП-40" in text
    assert pictures == 1 and "<img" not in text


@pytest.mark.parametrize("mode", ["hosted", "self-hosted"])
async def test_a_book_of_30_pages_is_read(keyed: RunningService, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(document("Number", 30))
    failed, text, _ = await parsed(path, *modes(keyed, KEY)[mode])
    assert not failed, text
    assert all(f"Number {number}" in text for number in range(1, 31))


@pytest.mark.parametrize("mode", ["hosted", "self-hosted"])
async def test_a_wrong_key_and_an_encrypted_document_fail(keyed: RunningService, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(encrypted(pdf("Hidden"), "geheim"))
    failed, text, _ = await parsed(path, *modes(keyed, KEY)[mode])
    assert failed and "Hidden" not in text
    failed, text, _ = await parsed(path, *modes(keyed, "wrong")[mode])
    assert failed, text
