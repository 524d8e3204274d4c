"""Crops, backends and schedulers for the tests of recognition."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ocr_service.document import Crop
from ocr_service.net.retry import RetryPolicy
from ocr_service.vlm.client import Backend, Sampling, http_transport
from ocr_service.vlm.scheduler import Scheduler

CROP = Crop(prompt="OCR:", jpeg_base64=b"/9j/4AAQ", digest=b"crop")
PROBE = Crop(prompt="OCR:", jpeg_base64=b"cHJvYmU=", digest=b"probe")
RETRY = RetryPolicy(retries=3, first_pause_s=0.001, longest_pause_s=0.001)


def all_up(scheduler: Scheduler) -> bool:
    return all(status.up for status in scheduler.status())


async def probe(backend: Backend) -> None:
    await backend.read_model()
    await backend.ask(PROBE, Sampling(max_tokens=1))


async def no_probe(backend: Backend) -> None:
    await backend.read_model()


@asynccontextmanager
async def scheduling(
    *urls: str,
    concurrency: int = 8,
    timeout_s: float = 600.0,
    wait_s: float = 5.0,
    silence_s: float = 0.05,
    key: str = "",
    probing: bool = False,
) -> AsyncIterator[Scheduler]:
    """A scheduler over the given addresses; ``probing``: with a chat, as the service does."""
    async with http_transport(connections=100) as transport:
        backends = [Backend(url, transport, api_key=key, timeout_s=timeout_s) for url in urls]
        check = probe if probing else no_probe
        async with Scheduler(backends, check, concurrency=concurrency, wait_s=wait_s, silence_s=silence_s) as scheduler:
            yield scheduler
