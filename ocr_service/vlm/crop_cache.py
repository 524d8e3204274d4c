"""Equal crops of one document are sent once: running headers, logos, blank strips."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ocr_service.document import NO_USAGE, Crop
from ocr_service.vlm.read_region import RegionReading

_Key = tuple[str, str, bytes]


class CropCache:
    """Keeps the last ``most`` good readings by run of a document, prompt and image digest; some KB each."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        # None: the first request got no good answer, and each that waited for it sends its own.
        self._readings: OrderedDict[_Key, asyncio.Future[RegionReading | None]] = OrderedDict()

    async def read(self, run: str, crop: Crop, ask: Callable[[], Awaitable[RegionReading]]) -> RegionReading:
        """The reading that ``ask`` returns; for a crop read before, the kept one with ``tries`` 0 (no request)."""
        key = (run, crop.prompt, crop.digest)
        first = self._readings.get(key)
        if first is None:
            return await self._ask_first(key, ask)
        self._readings.move_to_end(key)
        reading = await asyncio.shield(first)  # a caller that is cancelled must not cancel the others
        return await ask() if reading is None else replace(reading, tries=0, usage=NO_USAGE)

    async def _ask_first(self, key: _Key, ask: Callable[[], Awaitable[RegionReading]]) -> RegionReading:
        mine: asyncio.Future[RegionReading | None] = asyncio.get_running_loop().create_future()
        self._readings[key] = mine
        if len(self._readings) > self._most:
            self._readings.popitem(last=False)
        good: RegionReading | None = None
        try:
            reading = await ask()
            good = reading if reading.error is None and not reading.degraded else None
            return reading
        finally:
            mine.set_result(good)
            if good is None and self._readings.get(key) is mine:
                del self._readings[key]
