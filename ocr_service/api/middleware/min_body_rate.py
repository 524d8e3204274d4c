"""A request's body must arrive at a least rate: a client that sends a byte a second would keep its place for ever.

The rule is that of Apache's mod_reqtimeout (``body=20,MinRate=500``): some seconds at first, and more for what arrived.
Only the time spent waiting for the client counts, not the time that the service works on what arrived.
"""

from __future__ import annotations

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocr_service.errors import UploadTooSlow

_LEAST_BYTES_S = 500


class MinBodyRate:
    """ASGI middleware. A body that arrives too slowly raises UploadTooSlow. ``first_s``: seconds given first."""

    def __init__(self, app: ASGIApp, first_s: float) -> None:
        self._app = app
        self._first_s = first_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received, waited, whole = 0, 0.0, False

        async def paced() -> Message:
            nonlocal received, waited, whole
            if whole:  # what is waited for now is the client's hanging up
                return await receive()
            started = time.monotonic()
            try:
                async with asyncio.timeout(self._first_s + received / _LEAST_BYTES_S - waited):
                    message = await receive()
            except TimeoutError:
                raise UploadTooSlow.received(received, waited + time.monotonic() - started) from None
            waited += time.monotonic() - started
            received += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, paced, send)
