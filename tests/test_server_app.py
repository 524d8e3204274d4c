"""``server:app`` under an ASGI server of the operator's own, as README.md has it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ocr_service.api.app import create_app
from ocr_service.settings import Settings
from tests.support.running import PATIENCE_S, RunningService
from tests.support.simple_documents import pdf

README = Path(__file__).parent.parent / "README.md"


@pytest.mark.slow
def test_uvicorn_serves_the_application_and_bounds_heads_as_the_readme_says(tmp_path: Path) -> None:
    [command] = re.findall(r"^uvicorn server:app .*$", README.read_text(), re.MULTILINE)
    service = RunningService(tmp_path)
    service.command = ["-m", *shlex.split(command.replace("8081", str(service.port)))]
    with service:
        assert service.read("a.pdf", pdf("Contract")).json()["status"] == "completed"
        with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\n")
            with contextlib.suppress(ConnectionError):
                for _ in range(20_000):  # 20 MB
                    connection.sendall(b"X-Header: " + b"a" * 1000 + b"\r\n")
            answer = b""
            with contextlib.suppress(ConnectionError):
                answer = connection.recv(65536)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400")


@pytest.mark.slow
def test_the_app_imports_neither_what_no_setting_asks_for_nor_what_page_workers_need() -> None:
    program = (
        "import sys; from ocr_service.api.app import create_app; from ocr_service.settings import Settings;"
        "create_app(Settings(_env_file=None)); print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=README.parent, capture_output=True, text=True, check=True)
    imported = set(ran.stdout.split())
    assert "fastapi" in imported
    assert imported.isdisjoint({"opentelemetry.sdk", "boto3", "botocore", "psycopg", "sqlalchemy.ext.asyncio"})
    assert imported.isdisjoint({"ocr_service.reading.page_work", "tesserocr"})


def test_behind_a_prefix_openapi_names_it_as_the_server() -> None:
    app = create_app(Settings(_env_file=None))  # type: ignore[call-arg]  # of pydantic-settings

    async def schema(root_path: str) -> dict[str, object]:
        transport = httpx.ASGITransport(app, root_path=root_path)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.get(f"{root_path}/openapi.json")
            return dict(answer.raise_for_status().json())

    assert asyncio.run(schema("/reader"))["servers"] == [{"url": "/reader"}]
    assert "servers" not in asyncio.run(schema(""))
