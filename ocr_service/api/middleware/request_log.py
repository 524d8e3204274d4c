"""A request's id, its one line in the log, and the answer where the service fails.

The outermost middleware, so that every answer carries the id and every request has its line. Only the path is logged:
the query may hold a password.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocr_service.api.problems import problem_of
from ocr_service.errors import NotReady, ServiceError
from ocr_service.logs import job_var, request_var
from ocr_service.observability.loop_watchdog import name_request

log = logging.getLogger("ocr_service.access")

_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}")
_CLIENT_GONE = 499  # nginx's number for it; no answer was sent
# Probes and scrapes arrive every few seconds; what a probe waits for has a log line of its own.
_QUIET = re.compile(r"/health(/.*)?|/metrics")


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and how it ended. ``route`` is the template (``/jobs/{job_id}``), "" where no route matched."""

    method: str
    route: str
    status: int
    seconds: float


class RequestLog:
    """ASGI middleware. ``observe`` is called with every request once it has ended."""

    def __init__(self, app: ASGIApp, observe: Callable[[Answered], None] | None = None) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        request_id = _request_id(Headers(scope=scope).get("x-request-id", ""))
        request_var.set(request_id)  # the request is a task of its own, and the variable ends with it
        job_var.set(None)
        name_request(scope["method"], scope["path"], request_id)
        status = 0

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        except ClientDisconnect:
            status = status or _CLIENT_GONE
        except asyncio.CancelledError:  # the server's: SHUTDOWN_GRACE_S has passed
            if status:
                raise
            scope.setdefault("state", {})["code"] = NotReady.code
            await problem_of(NotReady.stopping())(scope, receive, with_id)
        except Exception:  # the request's boundary
            log.exception("%s %s failed", scope["method"], scope["path"])
            if status:
                raise  # the answer has begun; the server closes the connection, so that no client takes it for complete
            await problem_of(ServiceError.internal(request_id))(scope, receive, with_id)
        finally:
            self._log(scope, status or _CLIENT_GONE, time.monotonic() - started)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        method, path = scope["method"], scope["path"]
        state = scope.get("state", {})
        code, owner = state.get("code"), state.get("owner")
        quiet = status in (200, 503) and _QUIET.fullmatch(path)
        log.log(
            logging.DEBUG if quiet else logging.INFO,
            "%s %s %d%s %.0f ms%s",
            method,
            path,
            status,
            f" {code}" if code else "",
            seconds * 1000,
            f" key={owner}" if owner else "",
        )
        if self._observe:
            self._observe(Answered(method, getattr(scope.get("route"), "path", ""), status, seconds))


def _request_id(given: str) -> str:
    """The caller's id where it is one that a log can hold, else a new one."""
    return given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex
