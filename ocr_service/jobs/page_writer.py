"""Pages on their way into the database: those that come while one write is under way share the next."""

from __future__ import annotations

import asyncio

from ocr_service.jobs.models import KeptPage, PageRow, RunLost
from ocr_service.jobs.store import Store


class PageWriter:
    """One for a process. A statement costs more CPU than a row, and a commit more time than both."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[KeptPage, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, job_id: str, run_id: str, row: PageRow) -> None:
        """Returns when the page is written down. Raises RunLost."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((KeptPage(job_id, run_id, row), done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="writer of pages")
        await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                try:
                    lost = await self._store.keep_pages([page for page, _ in batch])
                except Exception as error:  # noqa: BLE001 - it belongs to those who wait
                    _answer(batch, error, lost=None)
                else:
                    _answer(batch, None, lost=lost)
        finally:
            self._writing = None


def _answer(batch: list[tuple[KeptPage, asyncio.Future[None]]], error: Exception | None, lost: set[str] | None) -> None:
    for page, done in batch:
        if done.done():  # its run was cancelled meanwhile
            continue
        if error is not None:
            done.set_exception(error)
        elif lost and page.run_id in lost:
            done.set_exception(RunLost(page.job_id))
        else:
            done.set_result(None)
