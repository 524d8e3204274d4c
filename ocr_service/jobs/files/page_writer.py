"""Stores finished pages: the file first, synced, then its row.

Pages that finish within ``_PAUSE_S`` share a thread for their files and a transaction for their rows. Files do not wait
for rows: while the database does not answer, files are written all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ocr_service.document import Failure, PageResult
from ocr_service.errors import StorageFull
from ocr_service.export.result_json import page_to_json
from ocr_service.jobs.files.group_commit import GroupCommit
from ocr_service.jobs.models import KeptPage, PageRow, RunLost, Usage
from ocr_service.jobs.store import Store
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.space import FreeSpace

_PAUSE_S = 0.05

_Write = Callable[[int, bytes], None]
_File = tuple[_Write, PageResult]


class PageWriter:
    """One for a process. A thread for each page would cost more CPU than writing its file."""

    def __init__(self, store: Store, space: FreeSpace) -> None:
        self._store = store
        self._space = space
        self._no_room: StorageFull | None = None
        self._files = GroupCommit(self._write_files, "writer of pages", pause_s=_PAUSE_S)
        self._rows = GroupCommit(self._write_rows, "writer of pages' rows")

    async def keep_file(self, folder: JobFolder, page: PageResult, *, last: bool, again: bool = False) -> None:
        """Returns when the page's file is synced. A cancelled call leaves no write behind. Raises StorageFull.

        ``last``: the job's last page, written at once. ``again``: it replaces an earlier reading and its figures.
        """
        write = folder.replace_page if again else folder.keep_page
        await self._files.add((write, page), at_once=last, whole=True)

    async def store_row(
        self,
        folder: JobFolder,
        run_id: str,
        page: PageResult,
        *,
        read: PageResult | None,
        not_again: Failure | None = None,
    ) -> None:
        """Returns when the row of a kept page is stored, and its usage is counted. Raises RunLost.

        ``read``: the reading that is counted; None for a copy. ``not_again``: why the earlier reading was kept.
        """
        failure = not_again or (page_failure(page) if page.status == "failed" else None)
        row = PageRow(page.number, page.status, page.seconds, failure.code if failure else None)
        await self._rows.add(KeptPage(folder.job_id, run_id, row, Usage.of(read) if read else Usage()))

    def check_room(self) -> None:
        """Raises StorageFull if the last write left less free space than a running job needs."""
        if self._no_room is not None:
            raise self._no_room

    async def _write_files(self, pages: list[_File]) -> Sequence[Exception | None]:
        return await asyncio.to_thread(self._keep_files, pages)

    def _keep_files(self, pages: list[_File]) -> list[Exception | None]:
        errors = [_written(write, page) for write, page in pages]
        self._no_room = None
        try:
            self._space.check_running()
        except StorageFull as error:
            self._no_room = error
        return errors

    async def _write_rows(self, pages: list[KeptPage]) -> Sequence[Exception | None]:
        lost = await self._store.keep_pages(pages)
        return [RunLost(page.job_id) if page.run_id in lost else None for page in pages]


def _written(write: _Write, page: PageResult) -> Exception | None:
    try:
        write(page.number, page_to_json(page))
    except Exception as error:  # noqa: BLE001 - the other pages of the group are not affected
        return error
    return None


def page_failure(page: PageResult) -> Failure | None:
    """Why a page has no result: an error of its own, else that of its first region (then all of them failed)."""
    return page.error or next((region.error for region in page.regions if region.error), None)
