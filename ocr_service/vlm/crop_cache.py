"""Crops of one document that are the same picture are asked about once: running headers, logos, blank strips."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ocr_service.document import Crop
from ocr_service.vlm.read_region import RegionReading

_Key = tuple[str, str, bytes]


class SameCrops:
    """Remembers the last ``most`` good answers by run of a document, prompt and picture; some KB each."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        # None: the first to ask got no good answer, and whoever waited for it asks for itself.
        self._readings: OrderedDict[_Key, asyncio.Future[RegionReading | None]] = OrderedDict()

    async def read(self, run: str, crop: Crop, ask: Callable[[], Awaitable[RegionReading]]) -> RegionReading:
        """What ``ask`` gives, or gave for the same picture: then with ``tries`` 0, since no request was sent."""
        key = (run, crop.prompt, crop.digest)
        first = self._readings.get(key)
        if first is None:
            return await self._ask_first(key, ask)
        self._readings.move_to_end(key)
        reading = await asyncio.shield(first)  # the cancel of one who waits must not reach the others
        return await ask() if reading is None else replace(reading, tries=0)

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
