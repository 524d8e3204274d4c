"""The tools, over the service's own client: whoever offers them says how a call reaches the service.

A language model reads the answers: they are text of a bounded length that says how to go on.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from ocr_service import __version__
from ocr_service.client import AsyncClient, ClientError, Job, Options, Refused
from ocr_service.errors import ServiceError
from ocr_service.export.chunks.search import found_chunks
from ocr_service.reading.page_ranges import select_pages

_CHARACTERS = 20_000
_MOST_WAIT_S = 50.0  # clients of MCP give up a call after a minute
_POLL_S = 0.5
_INSTRUCTIONS = """Reads PDFs and scans (PNG, JPEG, TIFF, WebP, BMP) with OCR and gives their text as Markdown.
read_document gives the text or, while a long document is still being read, its job; job_status says how far it is.
read_text and read_pages give more of a job's text, search_document finds places in it."""

Connect = Callable[[Mapping[str, str]], AbstractAsyncContextManager[AsyncClient]]
"""A client of the service for one call, from the headers that the call came with; none over stdio."""
Submit = Callable[[AsyncClient], Awaitable[Job]]
JobId = Annotated[str, Field(description="As read_document gave it", max_length=64, pattern="^[0-9a-f]{32}$")]
Pages = Annotated[str, Field(description="Such as `1-3,7,-1` (`-1` is the last page); all when empty", max_length=200)]
Url = Annotated[str | None, Field(description="https address of the document, where the service allows it")]
Content = Annotated[str | None, Field(description="The document itself, base64")]
Name = Annotated[str | None, Field(description="The document's file name", max_length=255)]
Language = Annotated[str, Field(description="Languages of the text, such as `rus+eng`; the service's when empty")]
Password = Annotated[str, Field(description="Password of an encrypted PDF", max_length=256)]
Wait = Annotated[float, Field(ge=0, le=_MOST_WAIT_S, description="Seconds to wait for the text; 0 only submits")]
Characters = Annotated[int, Field(ge=500, le=200_000, description="Longest text of the answer")]


def ocr_server(
    connect: Connect,
    file_at: Callable[[str], Path] | None = None,
    documents: Mapping[str, Path] = MappingProxyType({}),
    stopping: Callable[[], bool] = lambda: False,
) -> MCPServer[Any]:
    """``file_at``: the document at a path, or a ToolError; it blocks. None offers no paths, but addresses and content.

    ``documents``: long ones that calls came with, by what stands for them in ``content_base64``.

    ``stopping``: whether calls should end, since the service does.
    """
    server: MCPServer[Any] = MCPServer(
        "ocr-service", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING"
    )

    @asynccontextmanager
    async def connected(context: Context[Any, Any]) -> AsyncIterator[AsyncClient]:
        try:
            async with connect(context.headers or {}) as client:
                yield client
        except ClientError as error:
            raise ToolError(str(error)) from error

    async def read(context: Context[Any, Any], submit: Submit, wait_s: float, characters: int) -> str:
        async with connected(context) as client:
            job = await submit(client)
            until = time.monotonic() + wait_s
            while not job.finished and time.monotonic() < until and not stopping():
                await context.report_progress(job.pages_done, job.pages_total)
                await asyncio.sleep(_POLL_S)
                job = await client.job(job)
            return await _text(client, job, 0, characters) if job.finished else described(job)

    if file_at is None:

        @server.tool()
        async def read_document(
            context: Context[Any, Any],
            url: Url = None,
            content_base64: Content = None,
            name: Name = None,
            pages: Pages = "",
            language: Language = "",
            password: Password = "",
            wait_s: Wait = 45,
            max_characters: Characters = _CHARACTERS,
        ) -> str:
            """Read a document, given as its address or its content. Gives its text as Markdown."""
            options = _options(pages, language, password)
            if (url is None) == (content_base64 is None):
                raise ToolError("Give either url or content_base64.")
            content: Path | bytes | None = None
            if content_base64 is not None:
                content = documents.get(content_base64)
                if content is None:
                    content = await asyncio.to_thread(_decoded, content_base64)

            async def submit(client: AsyncClient) -> Job:
                if content is None:
                    return await client.submit_url(url or "", **options)
                return await client.submit(content, name=name or "document", **options)

            return await read(context, submit, wait_s, max_characters)

    else:

        @server.tool(name="read_document")
        async def read_file(
            context: Context[Any, Any],
            path: Annotated[str, Field(description="Path of the document on this machine", max_length=4096)],
            pages: Pages = "",
            language: Language = "",
            password: Password = "",
            wait_s: Wait = 45,
            max_characters: Characters = _CHARACTERS,
        ) -> str:
            """Read a document from a file of this machine. Gives its text as Markdown."""
            options = _options(pages, language, password)
            file = await asyncio.to_thread(file_at, path)
            return await read(context, lambda client: client.submit(file, **options), wait_s, max_characters)

    @server.tool()
    async def job_status(context: Context[Any, Any], job_id: JobId) -> str:
        """How far the reading of a document is: its state and its pages."""
        async with connected(context) as client:
            return described(await client.job(job_id))

    @server.tool()
    async def list_jobs(
        context: Context[Any, Any],
        name: Annotated[str, Field(description="Only documents whose name contains this", max_length=200)] = "",
        limit: Annotated[int, Field(ge=1, le=100, description="Most jobs")] = 20,
    ) -> str:
        """The documents that were submitted, newest first."""
        async with connected(context) as client:
            jobs = await client.jobs(limit=limit, **({"name": name} if name else {}))
        return "\n".join(map(described, jobs)) or "There are no jobs."

    @server.tool()
    async def read_text(
        context: Context[Any, Any],
        job_id: JobId,
        start: Annotated[int, Field(ge=0, description="Characters to pass over")] = 0,
        max_characters: Characters = _CHARACTERS,
    ) -> str:
        """The text of a job as Markdown; while pages are still being read, what is there by now."""
        async with connected(context) as client:
            return await _text(client, await client.job(job_id), start, max_characters)

    @server.tool()
    async def read_pages(
        context: Context[Any, Any],
        job_id: JobId,
        pages: Annotated[str, Field(description="Such as `1-3,7,-1` (`-1` is the last page)", max_length=200)],
        max_characters: Characters = _CHARACTERS,
    ) -> str:
        """Pages of a job as Markdown, each as soon as it is read, whatever the others do."""
        async with connected(context) as client:
            job = await client.job(job_id)
            try:
                numbers = select_pages(pages, job.fields["file"]["pages"])
            except ServiceError as error:
                raise ToolError(f"{error.code}: {error}") from None
            return await _pages(client, job, numbers, max_characters)

    @server.tool()
    async def search_document(
        context: Context[Any, Any],
        job_id: JobId,
        query: Annotated[str, Field(description="Words, all of which a place must have", min_length=1, max_length=500)],
        limit: Annotated[int, Field(ge=1, le=50, description="Most places")] = 5,
    ) -> str:
        """Find places in the text of a finished job: page, section, and the text around the words."""
        if not query.split():
            raise ToolError("query has no words.")
        async with connected(context) as client:
            chunks = await client.chunks(job_id)
        found = await asyncio.to_thread(lambda: list(found_chunks(chunks, query)))
        if not found:
            return f"No place in the document has {query!r}."
        more = [f"({len(found)} places in all)"] if len(found) > limit else []
        return "\n\n".join([*(_place(chunk, snippet) for chunk, snippet in found[:limit]), *more])

    return server


def _options(pages: str, language: str, password: str) -> Options:
    given: Options = {"priority": "interactive"}
    if pages:
        given["pages"] = pages
    if language:
        given["language"] = language
    if password:
        given["password"] = password
    return given


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        raise ToolError("content_base64 is not base64.") from None


def described(job: Job) -> str:
    """A job in one line."""
    pages = f"{job.pages_done} of {job.pages_total} pages read"
    failed = f", {job.pages_failed} failed" if job.pages_failed else ""
    error = f"; {job.error.code}: {job.error.message}" if job.error else ""
    return f"job {job.id}: {job.name}: {job.state}, {pages}{failed}{error}"


async def _text(client: AsyncClient, job: Job, start: int, characters: int) -> str:
    """A piece of the text, and how to go on. Raises Refused for a job without a result."""
    if job.state == "failed":
        raise ToolError(described(job))
    text = await client.markdown(job, partial=job.state not in ("completed", "partial"))
    end = start + characters
    rest = f"\n\n[{len(text) - end} characters follow: read_text with start={end}]" if end < len(text) else ""
    return f"[{described(job)}]\n\n{text[start:end]}{rest}"


async def _pages(client: AsyncClient, job: Job, numbers: Sequence[int], characters: int) -> str:
    texts = [f"[{described(job)}]"]
    left = characters
    for number in numbers:
        if left <= 0:
            texts.append(f"[the answer is full: read_pages from page {number} on]")
            break
        try:
            text = (await client.page(job, number)).markdown
        except Refused as error:
            text = f"[{error}]"
        shown = text[:left]
        texts.append(f"## Page {number}\n\n{shown}" + (" [cut: see max_characters]" if len(shown) < len(text) else ""))
        left -= len(text)
    return "\n\n".join(texts)


def _place(chunk: Mapping[str, Any], snippet: str) -> str:
    pages = ", ".join(map(str, chunk["pages"]))
    return f"[page {pages}; {' > '.join(chunk['headings']) or 'no heading'}]\n{snippet}"
