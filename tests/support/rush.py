"""Many clients in one moment: each posts a document on a connection of its own, and health is asked for meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

PROBE_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client got, and after how many ``seconds``; ``retry_after`` and ``job_id`` are empty where not given."""

    status: int
    seconds: float
    retry_after: str
    job_id: str


async def rush(url: str, documents: Sequence[bytes]) -> tuple[list[Answer], list[float]]:
    """The answer to each document, all posted to ``/jobs`` at once; the seconds of each probe of ``/health/live``."""
    connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(300)
    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout) as session:
        probes: list[float] = []
        probing = asyncio.create_task(_probe(session, probes))
        try:
            return list(await asyncio.gather(*(_post(session, document) for document in documents))), probes
        finally:
            probing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await probing


async def _post(session: aiohttp.ClientSession, document: bytes) -> Answer:
    form = aiohttp.FormData()
    form.add_field("file", document, filename="a.pdf")
    started = time.monotonic()
    async with session.post("/jobs", data=form) as answer:
        body = await answer.read()
        seconds = time.monotonic() - started
        return Answer(
            answer.status, seconds, answer.headers.get("Retry-After", ""), str(json.loads(body).get("id", ""))
        )


async def _probe(session: aiohttp.ClientSession, seconds: list[float]) -> None:
    while True:
        started = time.monotonic()
        async with session.get("/health/live") as answer:
            assert answer.status == 200
        seconds.append(time.monotonic() - started)
        await asyncio.sleep(PROBE_EVERY_S)


def percentile(seconds: Sequence[float], share: float) -> float:
    """``share`` is 0 to 1."""
    return sorted(seconds)[int(share * (len(seconds) - 1))]
