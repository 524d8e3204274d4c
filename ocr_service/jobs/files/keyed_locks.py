"""A lock for each key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass
class _Lock:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted_by: int = 0


class KeyedLocks(Generic[K]):
    """Keeps a lock only while a task holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: dict[K, _Lock] = {}

    @asynccontextmanager
    async def of(self, key: K) -> AsyncIterator[None]:
        held = self._locks.setdefault(key, _Lock())
        held.wanted_by += 1
        try:
            async with held.lock:
                yield
        finally:
            held.wanted_by -= 1
            if not held.wanted_by:
                del self._locks[key]
