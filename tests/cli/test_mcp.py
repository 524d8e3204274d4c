"""``python -m ocr_service mcp``, driven by the protocol's own client over standard input and output."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ocr_service.cli.mcp import allowed_file
from tests.support.encrypted import encrypted
from tests.support.running import ROOT, RunningService, free_port
from tests.support.simple_documents import pdf

if TYPE_CHECKING:
    from mcp import Client  # a second to import, in each process that lists the tests


@asynccontextmanager
async def connected(url: str, *folders: Path) -> AsyncIterator[Client]:
    from mcp import Client, StdioServerParameters

    arguments = ["-m", "ocr_service", "mcp", "--url", url]
    for folder in folders:
        arguments += ["--folder", str(folder)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    async with Client(StdioServerParameters(command=sys.executable, args=arguments, env=environment)) as client:
        yield client


async def called(client: Client, tool: str, **arguments: Any) -> str:
    answer = await client.call_tool(tool, arguments)
    [content] = answer.content
    text = str(getattr(content, "text", content))
    return f"error: {text}" if answer.is_error else text


@pytest.mark.slow
@pytest.mark.anyio
async def test_documents_of_the_given_folders_are_read_and_no_others(service: RunningService, tmp_path: Path) -> None:
    scans, private = tmp_path / "scans", tmp_path / "private"
    scans.mkdir()
    private.mkdir()
    (scans / "letter.pdf").write_bytes(pdf("A letter", "Its second page"))
    (scans / "locked.pdf").write_bytes(encrypted(pdf("Hidden"), "geheim"))
    (private / "diary.pdf").write_bytes(pdf("A diary"))
    (scans / "way-out.pdf").symlink_to(private / "diary.pdf")
    async with connected(service.url, scans) as client:
        for path in (str(scans / "letter.pdf"), "letter.pdf"):
            text = await called(client, "read_document", path=path)
            assert "A letter" in text and "Its second page" in text
        assert "Its second page" not in await called(client, "read_document", path="letter.pdf", pages="1")
        for path in (str(private / "diary.pdf"), "../private/diary.pdf", "way-out.pdf", "/etc/passwd"):
            assert "may read" in await called(client, "read_document", path=path)
        assert "there is no such" in await called(client, "read_document", path="missing.pdf")
        assert "encrypted_pdf" in await called(client, "read_document", path="locked.pdf")
        assert "letter.pdf: completed" in await called(client, "list_jobs", name="letter.pdf")


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_service_that_is_not_there_is_told_to_the_model(tmp_path: Path) -> None:
    async with connected(f"http://127.0.0.1:{free_port()}", tmp_path) as client:
        assert len((await client.list_tools()).tools) == 6
        assert "All connection attempts failed" in await called(client, "list_jobs")


@pytest.mark.parametrize(
    "path", ["../outside.pdf", "/etc/passwd", "notes.txt", "folder.pdf", "missing.pdf", "link.pdf"]
)
def test_what_may_not_be_read_is_refused(tmp_path: Path, path: str) -> None:
    from mcp.server.mcpserver.exceptions import ToolError

    folder = tmp_path / "folder"
    (folder / "folder.pdf").mkdir(parents=True)
    (tmp_path / "outside.pdf").write_bytes(b"%PDF")
    (folder / "notes.txt").write_text("secret")
    (folder / "link.pdf").symlink_to(tmp_path / "outside.pdf")
    with pytest.raises(ToolError):
        allowed_file(path, [folder])


def test_what_may_be_read_is_found_with_and_without_its_folder(tmp_path: Path) -> None:
    (tmp_path / "a.PDF").write_bytes(b"%PDF")
    assert allowed_file("a.PDF", [tmp_path]) == allowed_file(str(tmp_path / "a.PDF"), [tmp_path]) == tmp_path / "a.PDF"


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ocr_service", "mcp", "--folder", str(tmp_path / "missing")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "there is no such folder" in done.stderr


def test_without_its_package_it_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "mcp").mkdir()
    (tmp_path / "mcp" / "__init__.py").write_text("raise ImportError('not installed')\n")
    command = [sys.executable, "-m", "ocr_service", "mcp", "--folder", str(tmp_path)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "pages2md[mcp]" in done.stderr
