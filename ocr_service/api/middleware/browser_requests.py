"""Requests that a foreign web page makes a user's browser send, refused where no API key stands in their way.

Two ways lead there. Cross-site request forgery: a form or script of another site posts here; browsers say so in
``Sec-Fetch-Site`` and ``Origin``, which pages cannot set. DNS rebinding: another site's name suddenly leads to this
machine, and its page counts as ours; only ``Host`` tells, since the browser still writes the other site's name there.
An IP address in ``Host`` is never rebound: there is no name that could lead elsewhere.

After OWASP's "Cross-Site Request Forgery Prevention Cheat Sheet" (Fetch Metadata) and the host check of Jupyter and
webpack-dev-server.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ocr_service.api.problems import problem_of
from ocr_service.errors import CrossSiteRefused, HostRefused, ServiceError

ANY = "*"
_LOOPBACK = ("localhost", "*.localhost", "localhost.localdomain")
_RESOLV_CONF = Path("/etc/resolv.conf")
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[^\s\[\]:/@]{1,253})(:[0-9]{0,5})?", re.IGNORECASE)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Asked by platforms under any name; they show nothing and change nothing.
_PROBES = frozenset({"/health/live", "/health/ready", "/health/startup"})


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """``names``: exact, or ``*.example.com`` for all names below; ``*`` for any. IP addresses are always allowed."""

    names: tuple[str, ...]

    def allows(self, header: str) -> bool:
        """Whether this ``Host`` header, port and all, names the service."""
        if ANY in self.names:
            return True
        parsed = _HOST.fullmatch(header)
        if parsed is None:
            return False
        host = parsed[1].lower().removesuffix(".")
        return _is_address(host.strip("[]")) or any(_matches(host, name) for name in self.names)


def own_names(app_host: str = "") -> tuple[str, ...]:
    """Loopback names, this machine's name, alone and in its search domains, and APP_HOST. Asks no DNS server."""
    machine = socket.gethostname().lower()
    in_domains = [f"{machine}.{domain}" for domain in _search_domains()]
    return tuple(dict.fromkeys(name for name in (*_LOOPBACK, machine, *in_domains, app_host.lower()) if name))


class BrowserRequests:
    """ASGI middleware. ``origins``: those of CORS_ORIGINS, which may change things here from a browser."""

    def __init__(self, app: ASGIApp, hosts: AllowedHosts, origins: Iterable[str], *, check_site: bool) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = frozenset(origins)
        self._check_site = check_site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(scope)) is not None:
            scope.setdefault("state", {})["code"] = refusal.code
            await problem_of(refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> ServiceError | None:
        headers = Headers(scope=scope)
        if scope["path"] not in _PROBES:
            for host in headers.getlist("host"):  # HTTP/1.0 may send none; a browser always does
                if not self._hosts.allows(host):
                    return HostRefused.named(host[:100])
        if self._check_site and scope["method"] not in _SAFE and self._is_foreign(headers):
            return CrossSiteRefused.sent_by(headers.get("origin", "another site")[:100])
        return None

    def _is_foreign(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if ANY in self._origins or (origin is not None and origin in self._origins):
            return False
        if (site := headers.get("sec-fetch-site")) is not None:  # also right behind a proxy that rewrites Host
            return site not in ("same-origin", "none")
        return origin is not None and _host_of(origin) != headers.get("host", "").lower()


def _host_of(origin: str) -> str:
    """Host and port as ``Host`` has them; "" for ``null`` and what is no origin, which is nobody's host."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _matches(host: str, name: str) -> bool:
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _search_domains() -> list[str]:
    try:
        lines = [line.split() for line in _RESOLV_CONF.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return []
    return [word.lower().strip(".") for line in lines if line[:1] in (["search"], ["domain"]) for word in line[1:]]
