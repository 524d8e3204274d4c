"""Of many requests that arrive at once, a few start at a time, so that the event loop reads its sockets in between.

The event loop finishes all that is ready before it looks at its sockets again: 500 requests at once would keep a probe
waiting until each of them had its first answer or waited for something.
"""

from __future__ import annotations

import asyncio
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

_STARTS_A_PASS = 4  # requests that start between two passes of the loop over its sockets: 2 to 4 ms
_NEVER_WAITS = "/health/live"


class YieldToLoop:
    """ASGI middleware. Requests start in the order in which they arrived; a probe starts at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._started = 0  # in this pass of the loop
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != _NEVER_WAITS:
            await self._wait_to_start()
        await self._app(scope, receive, send)

    async def _wait_to_start(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._started:
            loop.call_soon(self._next_pass)
        if self._started < _STARTS_A_PASS:
            self._started += 1
            return
        start = loop.create_future()
        self._waiting.append(start)
        await start

    def _next_pass(self) -> None:
        """The loop has read its sockets."""
        self._started = 0
        while self._waiting and self._started < _STARTS_A_PASS:
            start = self._waiting.popleft()
            if not start.done():  # the server cancels requests when it ends
                start.set_result(None)
                self._started += 1
        if self._started:
            asyncio.get_running_loop().call_soon(self._next_pass)
