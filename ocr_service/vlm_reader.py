"""Reads pages with the VLM: the workers prepare them, the backends read their regions, all documents at once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from functools import partial

from ocr_service.document import PageResult, PreparedPage, PreparedRegion, ReaderName
from ocr_service.page_work import prepare_page
from ocr_service.readers import DocumentWork, PageLimits, page_task
from ocr_service.stage_clock import StageClock
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.backpressure import PageTurns
from ocr_service.vlm.crop_cache import SameCrops
from ocr_service.vlm.prompts import Asking
from ocr_service.vlm.read_region import Patience, RegionReading, read_region
from ocr_service.vlm.scheduler import Scheduler
from ocr_service.workers.pool import PagePool

# Regions are ordered by page first: no page has so many.
_REGIONS_A_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class VlmLimits:
    """``concurrency``: requests in flight at all backends together; ``max_tokens`` of one answer."""

    concurrency: int
    patience: Patience
    max_tokens: int


class VlmReader:
    """A PageReader. Use as an async context manager: it runs the task that decides which page is prepared next."""

    name: ReaderName = "vlm"

    def __init__(
        self, pool: PagePool, scheduler: Scheduler, page_limits: PageLimits, limits: VlmLimits, asking: Asking
    ) -> None:
        self._pool = pool
        self._scheduler = scheduler
        self._page_limits = page_limits
        self._limits = limits
        self._asking = asking
        self._same_crops = SameCrops()
        self._turns = PageTurns(scheduler, at_once=pool.workers + 1)
        # Waiting pages, not pages in memory: one is prepared only when the backends will soon want it.
        self.pages_ahead = 2 * limits.concurrency + pool.workers

    async def __aenter__(self) -> VlmReader:
        await self._turns.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._turns.__aexit__(*exc)

    async def read(self, work: DocumentWork, number: int) -> PageResult:
        """Prepares and reads one page. Raises ServiceError when it cannot be prepared."""
        document = work.folder.job_id
        async with self._turns.turn(document, number):
            page = await self._pool.run(
                prepare_page,
                page_task(work, number, self._page_limits),
                self._asking,
                document=document,
                order=number,
                timeout_s=self._page_limits.timeout_s,
            )
        return await self.recognise(page, document, work.run)

    async def recognise(self, page: PreparedPage, document: str, run: str = "") -> PageResult:
        """Reads the regions of a prepared page. What fails is a value, also that no backend is up."""
        started = time.monotonic()
        clock = StageClock()
        with clock.stage("recognition"):
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(
                        self._read(region, page.number, document, run), name=f"{document} page {page.number}"
                    )
                    for region in page.regions
                ]
        result = assemble_page(
            page,
            [task.result() for task in tasks],
            seconds=page.seconds + time.monotonic() - started,
            is_whole=self._asking.page_prompt is not None,
        )
        return replace(result, stages=page.stages + clock.times)

    async def _read(self, prepared: PreparedRegion, page: int, document: str, run: str) -> RegionReading | None:
        if prepared.crop is None:
            return None
        ask = partial(
            read_region,
            self._scheduler,
            prepared.crop,
            document,
            page * _REGIONS_A_PAGE + prepared.region.order,
            patience=self._limits.patience,
            max_tokens=self._limits.max_tokens,
        )
        return await self._same_crops.read(f"{document} {run}", prepared.crop, ask)
