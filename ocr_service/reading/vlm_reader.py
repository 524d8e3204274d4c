"""Reads pages with the VLM: page workers prepare them, backends read their regions, all documents at once."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_service.document import UNREAD_LABEL, Crop, PageResult, PreparedPage, PreparedRegion, ReaderName
from ocr_service.net.retry import RetryPolicy
from ocr_service.reading.page_tasks import place_page_words, prepare_page
from ocr_service.reading.readers import DocumentWork, PageLimits, page_task
from ocr_service.reading.stage_timer import StageTimer
from ocr_service.reading.unread_pictures import keep_unread_pictures
from ocr_service.text_layer.answers.check import check_answers, check_page
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.backpressure import Backpressure
from ocr_service.vlm.client import Backend, http_transport
from ocr_service.vlm.crop_cache import CropCache
from ocr_service.vlm.discovery import DNS_SCHEME, addresses_of, discovering
from ocr_service.vlm.encode_crop import encode
from ocr_service.vlm.prompts import PromptSet
from ocr_service.vlm.read_region import RegionReading, read_region
from ocr_service.vlm.scheduler import Scheduler
from ocr_service.vlm.warmup import wait_until_warm, warm_up
from ocr_service.workers.pool import PagePool

# Regions are ordered by page first: no page has so many.
_REGIONS_A_PAGE = 100_000
# What connections and pages ahead are reckoned with where a DNS name stands for backends; more of them work, too.
_BACKENDS_OF_A_NAME = 16


@dataclass(frozen=True, slots=True)
class VlmLimits:
    """``concurrency``: requests in flight at all backends together; ``max_tokens`` of one answer.

    ``confidence``: the probability of the answers' tokens is asked for.
    """

    concurrency: int
    retry: RetryPolicy
    max_tokens: int
    confidence: bool = False


class VlmReader:
    """A PageReader. Use as an async context manager: it runs the task that decides which page is prepared next."""

    name: ReaderName = "vlm"

    def __init__(
        self, pool: PagePool, scheduler: Scheduler, page_limits: PageLimits, limits: VlmLimits, prompts: PromptSet
    ) -> None:
        self._pool = pool
        self._scheduler = scheduler
        self._page_limits = page_limits
        self._limits = limits
        self._prompts = prompts
        self._crop_cache = CropCache()
        self._backpressure = Backpressure(scheduler, at_once=pool.workers + 1)
        # Pages that wait, not pages in memory: a page is prepared only when the scheduler wants more regions.
        self.pages_ahead = 2 * limits.concurrency + pool.workers

    async def __aenter__(self) -> VlmReader:
        await self._backpressure.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._backpressure.__aexit__(*exc)

    async def read(self, work: DocumentWork, number: int) -> PageResult:
        """Prepares and reads one page. Raises ServiceError when it cannot be prepared."""
        document = work.folder.job_id
        prompts = self._prompts.asked_for(work.options)
        task = page_task(work, number, self._page_limits)
        await self._page_limits.layout.settled()
        async with self._backpressure.permit(document, number):
            page = await self._pool.run(
                prepare_page,
                task,
                prompts,
                document=document,
                order=number,
                timeout_s=self._page_limits.timeout_s,
            )
        result = await self.recognise(page, document, work.run, prompts)
        if task.images is not None and any(region.label == UNREAD_LABEL for region in result.regions):
            await asyncio.to_thread(keep_unread_pictures, page, result, task.images)
        if not work.options.include_words or not result.regions:
            return result
        return await self._pool.run(
            place_page_words,
            task,
            result,
            document=document,
            order=number,
            timeout_s=self._page_limits.timeout_s,
        )

    async def recognise(
        self, page: PreparedPage, document: str, run: str = "", prompts: PromptSet | None = None
    ) -> PageResult:
        """Reads the regions of a prepared page. A failure is a value of the result, also that no backend is up."""
        started = time.monotonic()
        timer = StageTimer()
        with timer.stage("recognition"):
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
            whole=(prompts or self._prompts).form,
        )
        if (prompts or self._prompts).whole_page is not None:
            checked = check_page(result, page.regions[0])
        else:
            sent = {region.region.order: region for region in page.regions if region.crop is not None}
            checked = check_answers(result, sent)
        return replace(checked, stages=page.stages + timer.times)

    async def _read(self, prepared: PreparedRegion, page: int, document: str, run: str) -> RegionReading | None:
        if prepared.crop is None:
            return None
        ask = partial(
            read_region,
            self._scheduler,
            prepared.crop,
            document,
            page * _REGIONS_A_PAGE + prepared.region.order,
            retry=self._limits.retry,
            max_tokens=self._limits.max_tokens,
            confidence=self._limits.confidence,
        )
        return await self._crop_cache.read(f"{document} {run}", prepared.crop, ask)


@dataclass(frozen=True, slots=True)
class VlmOptions:
    """Plain values of the VLM_ settings. ``concurrency``: requests in flight at one backend."""

    urls: Sequence[str]
    api_key: str = ""
    concurrency: int = 200
    timeout_s: float = 120.0
    retries: int = 3
    max_tokens: int = 4096
    confidence: bool = False
    backend_wait_s: float = 300.0
    prompts: PromptSet = field(default_factory=PromptSet)


@dataclass(frozen=True, slots=True)
class VlmEngine:
    """The running reader and the scheduler behind it."""

    reader: VlmReader
    scheduler: Scheduler


@asynccontextmanager
async def vlm_engine(pool: PagePool, page_limits: PageLimits, options: VlmOptions) -> AsyncIterator[VlmEngine]:
    """A running engine: its backends are probed from the start, with one region of each kind."""
    crops = warm_up_crops(options.prompts)
    named = [url for url in options.urls if url.startswith(DNS_SCHEME)]
    backends = len(options.urls) - len(named) + len(named) * _BACKENDS_OF_A_NAME
    total = options.concurrency * backends
    retry = RetryPolicy(retries=options.retries, jitter=1.0)
    limits = VlmLimits(total, retry, options.max_tokens, options.confidence)
    async with AsyncExitStack() as stack:
        # Two connections more for each backend: a probe and a health check do not wait for requests that hang.
        transport = await stack.enter_async_context(http_transport(total + 2 * backends))
        backend_at = partial(Backend, transport=transport, api_key=options.api_key, timeout_s=options.timeout_s)
        scheduler = await stack.enter_async_context(
            Scheduler(
                [backend_at(url) for url in options.urls if url not in named],
                partial(warm_up, crops=crops),
                concurrency=options.concurrency,
                wait_s=options.backend_wait_s,
            )
        )
        await stack.enter_async_context(discovering(named, scheduler, backend_at))
        reader = await stack.enter_async_context(VlmReader(pool, scheduler, page_limits, limits, options.prompts))
        yield VlmEngine(reader, scheduler)


async def wait_for_backends(options: VlmOptions, *, wait_s: float, report: Callable[[str], None]) -> None:
    """Returns when every backend has read one region of each kind. Raises EngineUnavailable or BackendRefused."""
    crops = warm_up_crops(options.prompts)
    urls = [address for url in options.urls for address in await addresses_of(url)]
    async with http_transport(len(urls)) as transport:
        backends = [Backend(url, transport, api_key=options.api_key, timeout_s=options.timeout_s) for url in urls]
        await asyncio.gather(*(wait_until_warm(backend, crops, wait_s=wait_s, report=report) for backend in backends))


def warm_up_crops(prompts: PromptSet) -> tuple[Crop, ...]:
    """A small image with text for each prompt in use; no two are ever equal."""
    crops = []
    for prompt in prompts.kinds:
        picture = Image.new("RGB", (560, 224), "white")
        ImageDraw.Draw(picture).text((40, 80), f"warm-up {secrets.token_hex(4)}", "black", ImageFont.load_default(48))
        crops.append(encode(np.asarray(picture), prompt))
    return tuple(crops)
