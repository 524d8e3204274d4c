"""``POST /mcp``: the tools over streamable HTTP, without sessions, so that any replica answers any call.

A tool calls this application itself, with the key that its own call came with: a document is submitted and read by the
same routes, walls and limits as any other.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from fastapi import FastAPI, Request, Response
from starlette.types import Message, Receive, Scope, Send

from ocr_service.api.dependencies import Services
from ocr_service.api.problems import problem_of
from ocr_service.client import AsyncClient
from ocr_service.errors import NotFound, ServiceError

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

_MOST_BYTES = 16 << 20  # of a call's document; larger ones are uploaded or given as a URL
_PATIENCE_S = 5.0
_PASSED_ON = ("authorization", "x-api-key")


class McpEndpoint:
    """An ASGI application. The protocol's package (33 MiB of memory) is imported at the first call."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._manager: asyncio.Task[StreamableHTTPSessionManager] | None = None
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._documents: dict[str, Path] = {}  # of calls that are being answered, by what stands in their place

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answers calls until the context ends."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._end)
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            refusal = Response(status_code=405, headers={"Allow": "POST"})  # there is no stream of the server's own
            await refusal(scope, receive, send)
            return
        services: Services = self._app.state.services
        try:
            async with services.admission.call_body(Request(scope, receive), _MOST_BYTES) as body:
                self._documents[body.reference] = body.path
                try:
                    await self._answer(await asyncio.to_thread(_written, body.fields), scope, receive, send)
                finally:
                    del self._documents[body.reference]
        except ServiceError as error:
            await problem_of(error)(scope, receive, send)

    async def _answer(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        if self._manager is None:
            self._manager = asyncio.create_task(self._started(), name="start of MCP")
        try:
            manager = await asyncio.shield(self._manager)
        except ImportError:
            missing = NotFound("/mcp needs the package mcp: pip install 'pages2md[mcp]'")
            await problem_of(missing)(scope, receive, send)
            return
        await manager.handle_request(scope, _replayed(body, receive), send)

    async def _started(self) -> StreamableHTTPSessionManager:
        manager = await asyncio.to_thread(self._made)
        ready = asyncio.Event()

        async def run() -> None:
            async with manager.run():
                ready.set()
                await self._stop.wait()

        self._running = asyncio.create_task(run(), name="MCP")
        await ready.wait()
        return manager

    def _made(self) -> StreamableHTTPSessionManager:
        from mcp.server.transport_security import TransportSecuritySettings

        from ocr_service.api.compat.mcp.tools import ocr_server

        services: Services = self._app.state.services
        server = ocr_server(
            self._connected, documents=self._documents, stopping=services.jobs.dispatcher.draining.is_set
        )
        # Which hosts and sites may call is checked before (middleware/browser_requests.py).
        unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(stateless_http=True, max_request_body_size=_MOST_BYTES, transport_security=unchecked)
        return server.session_manager

    async def _end(self) -> None:
        self._stop.set()
        if self._running is not None:
            await asyncio.wait({self._running})

    @asynccontextmanager
    async def _connected(self, headers: Mapping[str, str]) -> AsyncIterator[AsyncClient]:
        passed = {name: headers[name] for name in _PASSED_ON if name in headers}
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        url = f"http://{headers.get('host', '127.0.0.1')}"
        async with AsyncClient(url, headers=passed, patience_s=_PATIENCE_S, transport=transport) as client:
            yield client


def _written(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was received already, then what comes after it: the end of the connection."""
    messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def next_message() -> Message:
        return next(messages, None) or await receive()

    return next_message
