"""Who may call: API keys, and the headers that limit what a browser does with an answer.

Every path needs a key except those listed here, so that a new route is closed until it is added to them. The check
comes before a request's body is read. A key's name is the owner of the jobs it makes: several keys of one name
share their jobs, so that a key can be replaced without losing them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocr_service.api.middleware.browser_requests import AllowedHosts, BrowserRequests
from ocr_service.api.middleware.signed_links import is_signed, link_owner, link_query
from ocr_service.api.problems import problem_of
from ocr_service.errors import Unauthorized

log = logging.getLogger(__name__)

# For OpenAPI: Swagger UI shows its Authorize button for these. The check itself is ``AccessControl``.
BEARER = HTTPBearer(auto_error=False, description="One of API_KEYS")
API_KEY = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="The same key, where a platform uses Authorization itself"
)

_MCP = ("Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name")  # that a client in a browser sends to /mcp
_PROBES = re.compile(r"/health(/(live|ready|startup))?")
_DOCS = re.compile(r"/docs(/.*)?|/openapi\.json")
_METRICS = re.compile(r"/metrics")
_PAGE = re.compile(r"/|/index\.html|/favicon\.(svg|ico)|/assets/.*")  # the web page's files; what it calls is closed

# Nothing of ours is ever framed, and nothing but our own pages runs scripts. Swagger UI starts from an inline script
# and draws its icons from data: addresses; its HTML is ours alone, so that allowing them there opens nothing.
# A result as HTML was made from a stranger's document: it may look as it likes and do nothing.
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_RESULT_POLICY = f"{_POLICY}; style-src 'unsafe-inline'; img-src 'self' data:; sandbox"
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_DOCS_POLICY = _PAGE_POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Names and hashes of the keys; the keys themselves are not kept."""

    known: tuple[tuple[str, bytes], ...] = field(repr=False)

    @classmethod
    def parse(cls, entries: Iterable[str]) -> ApiKeys:
        """From ``name:key`` or ``key``; a key without a name is called after its hash."""
        return cls(tuple(_named(entry) for entry in entries))

    def __bool__(self) -> bool:
        return bool(self.known)

    def owner(self, headers: Headers) -> str | None:
        """The name of the key that the request carries; None without a valid one.

        Hashes are compared, all of them and in constant time: how long it takes says nothing about any key.
        """
        found = None
        for given in _given(headers):
            digest = _digest(given)
            for name, known in self.known:
                if hmac.compare_digest(digest, known):
                    found = name
        return found

    def link_query(self, path: str, owner: str | None) -> str:
        """The query with which ``path`` opens without a key for an hour; empty where no key is needed."""
        return link_query(path, owner, self._of(owner)) if owner else ""

    def link_owner(self, path: str, query: str) -> str | None:
        """The owner whose link opens ``path``; None where it does not."""
        owner = link_owner(path, query)
        hashes = self._of(owner) if owner else []
        return owner if owner and hashes and is_signed(path, query, owner, hashes) else None

    def _of(self, owner: str) -> list[bytes]:
        return [digest for name, digest in self.known if name == owner]


def _named(entry: str) -> tuple[str, bytes]:
    name, colon, key = entry.partition(":")
    if not colon:
        return f"key-{_digest(entry).hex()[:8]}", _digest(entry)
    return name.strip(), _digest(key.strip())


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _given(headers: Headers) -> Iterator[str]:
    """Accepts either header, since a platform's gateway may put its own token into Authorization.

    Clients of PaddleX's hosted service write ``Authorization: token <key>``. Those that send no key of their own, as
    MinerU's, are given the address ``http://any:key@host``, which they send as Basic. Not taken from a browser: it may
    keep it, and send it for another site's page.
    """
    if key := headers.get("x-api-key"):
        yield key
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "token") and token.strip():
        yield token.strip()
    elif scheme.lower() == "basic" and not {"origin", "sec-fetch-site"} & set(headers.keys()):
        with suppress(ValueError):
            yield base64.b64decode(token, validate=True).decode("utf-8", "surrogateescape").partition(":")[2]


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What is open without a key, besides probes and the web page's own files."""

    protect_metrics: bool

    def is_open(self, path: str) -> bool:
        opened = (_PROBES, _DOCS, _PAGE) if self.protect_metrics else (_PROBES, _DOCS, _PAGE, _METRICS)
        return any(pattern.fullmatch(path) for pattern in opened)


class AccessControl:
    """ASGI middleware: 401 without a valid key, and the key's name as ``request.state.owner`` (None without keys)."""

    def __init__(self, app: ASGIApp, keys: ApiKeys, rules: AccessRules) -> None:
        self._app = app
        self._keys = keys
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["owner"] = None
        if self._keys and not self._rules.is_open(scope["path"]):
            owner = self._keys.owner(Headers(scope=scope))
            if owner is None and scope["method"] == "GET":
                owner = self._keys.link_owner(scope["path"], scope["query_string"].decode("latin-1"))
            if owner is None:
                await _refuse(scope, receive, send)
                return
            state["owner"] = owner
        await self._app(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    scope["state"]["code"] = Unauthorized.code
    answer = problem_of(Unauthorized.no_key(), headers={"WWW-Authenticate": 'Bearer realm="ocr-service"'})
    await answer(scope, receive, send)


class SecurityHeaders:
    """ASGI middleware: headers that hold for every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                policy = _policy(scope["path"], headers.get("content-type", ""))
                headers.setdefault("Content-Security-Policy", policy)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("X-Frame-Options", "DENY")
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                if not (_PAGE.fullmatch(scope["path"]) or _DOCS.fullmatch(scope["path"])):
                    headers.setdefault("Cache-Control", "no-store")  # results belong to their owner alone
            await send(message)

        await self._app(scope, receive, with_headers)


def _policy(path: str, content_type: str) -> str:
    if _DOCS.fullmatch(path):
        return _DOCS_POLICY
    if _PAGE.fullmatch(path):
        return _PAGE_POLICY
    return _RESULT_POLICY if content_type.startswith("text/html") else _POLICY


def install_access(
    app: FastAPI, keys: ApiKeys, rules: AccessRules, hosts: AllowedHosts, cors_origins: tuple[str, ...]
) -> None:
    """From the inside out: keys, browsers' requests, CORS (a preflight carries no key), headers."""
    app.add_middleware(AccessControl, keys=keys, rules=rules)
    # A key is in no cookie: a foreign page cannot send it.
    app.add_middleware(BrowserRequests, hosts=hosts, origins=cors_origins, check_site=not keys)
    if cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "Idempotency-Key", "Last-Event-ID", "X-Request-ID", *_MCP],
            expose_headers=["Location", "Retry-After", "X-Request-ID", "Content-Disposition"],
            max_age=600,
        )
    app.add_middleware(SecurityHeaders)
    if not keys:
        log.warning(
            "API_KEYS is empty: everybody who can reach this port can send documents and read results; set API_KEYS"
        )
