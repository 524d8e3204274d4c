"""One at a time for each key: those who want the same wait for the first of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted_by: int = 0


class Turns(Generic[K]):
    """Holds nothing for keys that nobody wants."""

    def __init__(self) -> None:
        self._turns: dict[K, _Turn] = {}

    @asynccontextmanager
    async def of(self, key: K) -> AsyncIterator[None]:
        turn = self._turns.setdefault(key, _Turn())
        turn.wanted_by += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted_by -= 1
            if not turn.wanted_by:
                del self._turns[key]
