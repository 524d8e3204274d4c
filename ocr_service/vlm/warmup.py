"""Whether a backend is ready: it reads one region of each kind, the same way as the regions of a page.

A server that has just started answers its health check long before its first request has made it compile and allocate
what it needs; a stopped engine keeps answering it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from ocr_service.document import Crop
from ocr_service.errors import BackendRefused, EngineUnavailable
from ocr_service.vlm.client import Backend, BackendTrouble, KeyRejected, Sampling

_PAUSE_S = 2.0
_MAX_TOKENS = 64


async def warm_up(backend: Backend, crops: Sequence[Crop]) -> None:
    """Reads the model's name, then sends each of ``crops``. Raises BackendTrouble or BackendRefused."""
    await backend.read_model()
    for crop in crops:
        await backend.ask(crop, Sampling(_MAX_TOKENS))


async def wait_until_warm(
    backend: Backend, crops: Sequence[Crop], *, wait_s: float, report: Callable[[str], None]
) -> None:
    """Tries ``warm_up`` until it works. Raises EngineUnavailable after ``wait_s`` seconds, KeyRejected at once."""
    deadline = time.monotonic() + wait_s
    last = ""
    while True:
        started = time.monotonic()
        try:
            await warm_up(backend, crops)
        except KeyRejected:
            raise
        except (BackendTrouble, BackendRefused) as error:
            if str(error) != last:
                report(f"waiting: {error}")
            last = str(error)
        else:
            report(f"{backend} is ready: {backend.model}, {len(crops)} regions in {time.monotonic() - started:.1f} s")
            return
        if time.monotonic() + _PAUSE_S > deadline:
            raise EngineUnavailable(f"{backend} was not ready within {wait_s:g} s: {last}")
        await asyncio.sleep(_PAUSE_S)
