"""An ASGI application that answers at once, while the real one behind it is still being imported and started.

Importing the service takes seconds of CPU on a small machine, and its database may need a migration. A platform that
meets a closed port meanwhile may call the container dead, so the port is opened first.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ocr_service.api.web_files import web_file

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send


class FrontDoor:
    """``load`` makes the application, in a thread; ``on_failure`` is told when it could not be made or started.

    ``app`` is the application once it serves. Until then ``/health/live`` is 200, ``/`` is the web page, which says
    that the service is starting, and everything else is 503.
    """

    def __init__(self, load: Callable[[], FastAPI], on_failure: Callable[[Exception], None]) -> None:
        self.app: FastAPI | None = None
        self._load = load
        self._on_failure = on_failure
        self._stopping = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self.app is not None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await _answer_meanwhile(scope["method"], scope["path"], send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        running = asyncio.create_task(self._run(), name="the application")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._stopping.set()
        await running
        await send({"type": "lifespan.shutdown.complete"})

    async def _run(self) -> None:
        try:
            app = await asyncio.to_thread(self._load)
            if self._stopping.is_set():
                return
            async with app.router.lifespan_context(app):
                self.app = app
                await self._stopping.wait()
        except Exception as error:  # noqa: BLE001  the process ends with it: the caller says how
            self._on_failure(error)


async def _answer_meanwhile(method: str, path: str, send: Send) -> None:
    if method in ("GET", "HEAD") and (file := await asyncio.to_thread(web_file, path)):
        named = [(name.lower().encode(), value.encode()) for name, value in file.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": named})
        await send({"type": "http.response.body", "body": file.content if method == "GET" else b""})
        return
    status, headers = 503, [(b"retry-after", b"2")]
    body: dict[str, Any]
    if path == "/health/live":
        status, headers, body = 200, [], {"status": "alive"}
    elif path.startswith("/health/"):
        body = {"ready": False, "waiting_for": ["the application to load"]}
    else:
        body = {"type": "urn:ocr-service:not_ready", "title": "Service Unavailable", "status": 503, "code": "not_ready"}
        body["detail"] = "The service is starting: try again in a moment"
    kind = b"application/problem+json" if "code" in body else b"application/json"
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind), *headers]})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
