"""``python -m ocr_service mcp``: the tools of the Model Context Protocol over standard input and output."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ocr_service.client import DEFAULT_URL, AsyncClient
from ocr_service.client.values import SUFFIXES
from ocr_service.settings import Settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_PATIENCE_S = 20.0

_EXAMPLES = """examples:
  python -m ocr_service mcp --folder ~/scans
  SEND_API_KEY=… python -m ocr_service mcp --folder ~/scans --folder ~/letters --url http://ocr.example:8081

A program that speaks MCP starts this command and gives its language model the tools read_document, read_text,
read_pages, search_document, job_status and list_jobs. Files are sent to the service at --url; only PDFs and images in
the folders given are read, links followed. SEND_API_KEY is the API key. A running service has the same tools at
POST /mcp, without paths.
Exit code: 0 when the program ends the conversation, 2 for wrong arguments, or without the package mcp
(pip install 'pages2md[mcp]')."""


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "mcp",
        help="offer a running service's tools to a language model (MCP over stdio)",
        description="Serves the Model Context Protocol on standard input and output, with a running service behind it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--folder",
        type=Path,
        action="append",
        required=True,
        metavar="DIR",
        help="folder whose documents may be read; may be given several times",
    )
    parser.add_argument("--url", default=DEFAULT_URL, help="address of the service; default: %(default)s")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    for folder in arguments.folder:
        if not folder.is_dir():
            print(f"--folder {folder}: there is no such folder", file=sys.stderr)
            return 2
    try:
        from ocr_service.api.compat.mcp.tools import ocr_server
    except ImportError:
        print("mcp needs the package mcp: pip install 'pages2md[mcp]'", file=sys.stderr)
        return 2
    key = settings.send_api_key.get_secret_value() if settings.send_api_key else None

    @asynccontextmanager
    async def connect(_: Mapping[str, str]) -> AsyncIterator[AsyncClient]:
        async with AsyncClient(arguments.url, key, patience_s=_PATIENCE_S) as client:
            yield client

    file_at = partial(allowed_file, folders=[folder.resolve() for folder in arguments.folder])
    asyncio.run(ocr_server(connect, file_at).run_stdio_async())
    return 0


def allowed_file(path: str, folders: Sequence[Path]) -> Path:
    """The document at ``path``, links followed, if it lies in one of ``folders``; a relative one begins in the first.

    Raises ToolError. Blocks.
    """
    from mcp.server.mcpserver.exceptions import ToolError

    file = Path(folders[0], path).resolve()
    if not any(file.is_relative_to(folder) for folder in folders):
        raise ToolError(f"{path}: not in {', '.join(map(str, folders))}, the folders that this server may read.")
    if file.suffix.lower() not in SUFFIXES or not file.is_file():
        raise ToolError(f"{path}: there is no such PDF or image.")
    return file
