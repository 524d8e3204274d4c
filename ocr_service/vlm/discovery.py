"""Backends behind a DNS name: each address that ``dns+http://NAME:PORT/v1`` resolves to is a backend.

The name is resolved again every few seconds, as the name of a headless Service of Kubernetes has to be: a new address
is added, one that is gone gets no further requests. A name that does not resolve changes nothing: a resolver that fails
must not end what works, and a backend that is really gone is found by its connections. An address that several names
have, or that VLLM_URL names itself, is one backend, and stays until none has it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from urllib.parse import urlsplit

from ocr_service.errors import EngineUnavailable
from ocr_service.vlm.client import Backend
from ocr_service.vlm.scheduler import Scheduler

log = logging.getLogger(__name__)

DNS_SCHEME = "dns+http://"
_EVERY_S = 5.0

# Host and port to addresses. Raises OSError when the name does not resolve.
Resolve = Callable[[str, int], Awaitable[frozenset[str]]]


async def resolve(host: str, port: int) -> frozenset[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return frozenset(str(address[0]) for *_, address in found)


async def addresses_of(url: str) -> list[str]:
    """The backends that ``url`` stands for now: itself, unless it is a DNS name's. Raises EngineUnavailable."""
    if not url.startswith(DNS_SCHEME):
        return [url]
    parts = urlsplit(url)
    try:
        addresses = await resolve(parts.hostname or "", parts.port or 80)
    except (OSError, UnicodeError) as error:
        raise EngineUnavailable(f"VLLM_URL={url} does not resolve: {error}") from error
    return [_url_of(address, parts.port or 80, parts.path) for address in sorted(addresses)]


@asynccontextmanager
async def discovering(
    urls: Sequence[str],
    scheduler: Scheduler,
    backend_at: Callable[[str], Backend],
    *,
    resolve: Resolve = resolve,
    every_s: float = _EVERY_S,
) -> AsyncIterator[None]:
    """Keeps the scheduler's backends as the names among ``urls`` have them, in the background."""
    found = _Found(scheduler, backend_at)
    async with AsyncExitStack() as stack:
        for url in urls:
            if url.startswith(DNS_SCHEME):
                task = asyncio.create_task(_follow(url, found, resolve, every_s), name=f"addresses of {url}")
                stack.push_async_callback(_ended, task)
        yield


class _Found:
    """The backends of all names."""

    def __init__(self, scheduler: Scheduler, backend_at: Callable[[str], Backend]) -> None:
        self._scheduler = scheduler
        self._backend_at = backend_at
        self._named = {status.url: {""} for status in scheduler.status()}  # "": by VLLM_URL, which never changes
        self._backends: dict[str, Backend] = {}  # also those that still drain: one that comes back stays

    def add(self, url: str, name: str) -> None:
        names = self._named.setdefault(url, set())
        if not names:
            self._backends.setdefault(url, self._backend_at(url))
            self._scheduler.add(self._backends[url])
        names.add(name)

    def drop(self, url: str, name: str) -> None:
        self._named[url].discard(name)
        if not self._named[url]:
            del self._named[url]
            self._scheduler.drain(self._backends[url])
            self._backends = {url: backend for url, backend in self._backends.items() if self._scheduler.has(backend)}


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _follow(name: str, found: _Found, resolve: Resolve, every_s: float) -> None:
    parts = urlsplit(name)
    host, port = parts.hostname or "", parts.port or 80
    present: frozenset[str] = frozenset()
    failed = ""
    while True:
        try:
            addresses = await resolve(host, port)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label of more than 63 characters
            if str(error) != failed:  # once a reason
                log.warning("%s does not resolve: %s; its %d known backends stay", name, error, len(present))
            failed = str(error)
        else:
            failed = ""
            for address in sorted(addresses - present):
                log.info("%s has the address %s: a backend", name, address)
                found.add(_url_of(address, port, parts.path), name)
            for address in sorted(present - addresses):
                log.info("%s has no address %s any more", name, address)
                found.drop(_url_of(address, port, parts.path), name)
            present = addresses
        await asyncio.sleep(every_s)


def _url_of(address: str, port: int, path: str) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}{path}"
