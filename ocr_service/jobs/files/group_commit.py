"""Group commit: items that arrive during a write, or in the pause after it, are written together by the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class GroupCommit(Generic[T]):
    """``write`` takes all waiting items and returns for each its error or None.

    A write has a fixed cost (a thread, a transaction), several times that of an item; ``pause_s`` after each write
    collects more items for the next. The first item after an idle time does not wait, nor does one with ``at_once``.
    """

    def __init__(
        self, write: Callable[[list[T]], Awaitable[Sequence[Exception | None]]], name: str, *, pause_s: float = 0
    ) -> None:
        self._write = write
        self._pause_s = pause_s
        self._name = name
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._begun: dict[asyncio.Future[None], asyncio.Future[None]] = {}
        self._hurry = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: T, *, at_once: bool = False, whole: bool = False) -> None:
        """Returns when the item is written. Raises its error.

        ``whole``: a cancelled call waits for a write that has begun, so that nothing is written after it returns.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if at_once:
            self._hurry.set()
        if self._writing is None:
            self._writing = asyncio.create_task(self._run(), name=self._name)
        try:
            await done
        except asyncio.CancelledError:
            if whole and (written := self._begun.get(done)):
                await asyncio.wait([written])
            raise

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                self._hurry.clear()
                await self._write_batch([(item, done) for item, done in batch if not done.done()])
                if self._pause_s:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._hurry.wait(), self._pause_s)
        finally:
            self._writing = None

    async def _write_batch(self, batch: list[tuple[T, asyncio.Future[None]]]) -> None:
        if not batch:  # all of them were cancelled meanwhile
            return
        errors: Sequence[Exception | None]
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._begun = {done: written for _, done in batch}
        try:
            errors = await self._write([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - raised by ``add``
            errors = [error] * len(batch)
        finally:
            self._begun = {}
            written.set_result(None)
        for (_, done), failed in zip(batch, errors, strict=True):
            if done.done():
                continue
            if failed is None:
                done.set_result(None)
            else:
                done.set_exception(failed)
