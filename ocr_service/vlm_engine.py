"""The VLM engine, put together: client, backends, scheduler, reader; and the pictures that it warms up with."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_service.document import Crop
from ocr_service.readers import PageLimits
from ocr_service.vlm.client import Backend, http_transport
from ocr_service.vlm.encode_crop import encode
from ocr_service.vlm.prompts import CHART, FORMULA, OCR, SEAL, TABLE, Asking, whole_page
from ocr_service.vlm.read_region import Patience
from ocr_service.vlm.scheduler import Scheduler
from ocr_service.vlm.warmup import wait_until_warm, warm_up
from ocr_service.vlm_reader import VlmLimits, VlmReader
from ocr_service.workers.pool import PagePool


@dataclass(frozen=True, slots=True)
class VlmOptions:
    """Plain values of the VLM_ settings. ``concurrency``: requests in flight at one backend."""

    urls: Sequence[str]
    api_key: str = ""
    concurrency: int = 128
    timeout_s: float = 120.0
    retries: int = 3
    max_tokens: int = 4096
    backend_wait_s: float = 300.0
    asking: Asking = field(default_factory=Asking)


@dataclass(frozen=True, slots=True)
class VlmEngine:
    """What the service uses of it."""

    reader: VlmReader
    scheduler: Scheduler


@asynccontextmanager
async def vlm_engine(pool: PagePool, page_limits: PageLimits, options: VlmOptions) -> AsyncIterator[VlmEngine]:
    """A running engine: its backends are probed from the start on, with one region of each kind."""
    crops = warm_up_crops(options.asking)
    total = options.concurrency * len(options.urls)
    limits = VlmLimits(total, Patience(options.retries), options.max_tokens)
    # One connection more for each backend: a probe must not wait behind requests that hang.
    async with (
        http_transport(total + len(options.urls)) as transport,
        Scheduler(
            [Backend(url, transport, api_key=options.api_key, timeout_s=options.timeout_s) for url in options.urls],
            partial(warm_up, crops=crops),
            concurrency=options.concurrency,
            wait_s=options.backend_wait_s,
        ) as scheduler,
        VlmReader(pool, scheduler, page_limits, limits, options.asking) as reader,
    ):
        yield VlmEngine(reader, scheduler)


async def wait_for_backends(options: VlmOptions, *, wait_s: float, say: Callable[[str], None]) -> None:
    """Until every backend has read one region of each kind. Raises EngineUnavailable or BackendRefused."""
    crops = warm_up_crops(options.asking)
    async with http_transport(len(options.urls)) as transport:
        backends = [
            Backend(url, transport, api_key=options.api_key, timeout_s=options.timeout_s) for url in options.urls
        ]
        await asyncio.gather(*(wait_until_warm(backend, crops, wait_s=wait_s, say=say) for backend in backends))


def warm_up_crops(asking: Asking) -> tuple[Crop, ...]:
    """A small picture with text for each kind of question that will be asked; no two are ever the same."""
    if asking.page_prompt is not None:
        questions = [whole_page(asking.page_prompt)]
    else:
        questions = [OCR, TABLE, FORMULA]
        questions += [CHART] if asking.read_charts else []
        questions += [SEAL] if asking.read_seals else []
    crops = []
    for question in questions:
        picture = Image.new("RGB", (560, 224), "white")
        ImageDraw.Draw(picture).text((40, 80), f"warm-up {secrets.token_hex(4)}", "black", ImageFont.load_default(48))
        crops.append(
            encode(np.asarray(picture), question.prompt, min_pixels=question.min_pixels, max_pixels=question.max_pixels)
        )
    return tuple(crops)
