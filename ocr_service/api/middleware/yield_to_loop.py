"""Of many requests that come in one moment a few start at a time, so that what comes meanwhile is seen in between.

The event loop finishes all that is ready before it looks at its sockets again: 500 requests at once would keep a probe
waiting until each of them had its first answer or went to wait for something.
"""

from __future__ import annotations

import asyncio
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

_AT_A_TIME = 4  # requests that start between two looks at the sockets: 2 to 4 ms
_AT_ONCE = "/health/live"


class Turns:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._started = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != _AT_ONCE:
            await self._turn()
        await self._app(scope, receive, send)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._started:
            loop.call_soon(self._next)
        if self._started < _AT_A_TIME:
            self._started += 1
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _next(self) -> None:
        """The loop has looked at its sockets."""
        self._started = 0
        while self._waiting and self._started < _AT_A_TIME:
            turn = self._waiting.popleft()
            if not turn.done():  # the server cancels requests when it ends
                turn.set_result(None)
                self._started += 1
        if self._started:
            asyncio.get_running_loop().call_soon(self._next)
