"""Settings become engines, which read pages."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ocr_service import __version__
from ocr_service.document import ReaderName
from ocr_service.layout.runner import LayoutFailed, LayoutRunner
from ocr_service.layout.selection import LayoutModel, choose
from ocr_service.reading.page_tasks import warm_up
from ocr_service.reading.readers import EmbeddedReader, FallbackReader, PageLimits, PageReader
from ocr_service.reading.vlm_reader import VlmOptions, vlm_engine
from ocr_service.settings import Settings
from ocr_service.vlm.prompts import PromptSet
from ocr_service.vlm.scheduler import Scheduler
from ocr_service.workers.pool import PagePool
from ocr_service.workers.spawn import gpu_environment

log = logging.getLogger(__name__)

# A look at a file is short and loses little memory; while a worker is replaced, uploads wait for a second.
_INSPECTIONS = 2000

# Pages take all cores for seconds; what answers requests needs little, and at once.
_PAGES_NICE = 5


@dataclass(frozen=True, slots=True)
class Engines:
    """The workers and, for each engine that is configured, its reader; ``default`` is what ``auto`` means.

    ``inspector`` has one worker for first looks at files, so that uploads are answered while every page worker is busy.
    """

    pool: PagePool
    inspector: PagePool
    readers: dict[ReaderName, PageReader]
    default: ReaderName
    layout: LayoutModel
    vlm: Scheduler | None = None


async def start_engines(settings: Settings, stack: AsyncExitStack) -> Engines:
    """Starts what reads pages; ``stack`` ends it."""
    layout = await stack.enter_async_context(_layout_model(settings, stack))
    pool = await stack.enter_async_context(
        PagePool(
            workers=settings.render_workers,
            nice=_PAGES_NICE,
            memory_mb=settings.render_memory_mb,
            warm_up=partial(warm_up, "" if settings.layout_model == "auto" else layout.spec, settings.ocr_language),
        )
    )
    inspector = await stack.enter_async_context(
        PagePool(workers=1, memory_mb=settings.render_memory_mb, tasks_per_worker=_INSPECTIONS)
    )
    limits = PageLimits(settings.max_page_pixels, settings.page_timeout_s, layout)
    readers: dict[ReaderName, PageReader] = {"tesseract": EmbeddedReader(pool, limits)}
    vlm: Scheduler | None = None
    if settings.use_vlm_api:
        engine = await stack.enter_async_context(vlm_engine(pool, limits, vlm_options(settings)))
        readers["vlm"], vlm = engine.reader, engine.scheduler
        if settings.vlm_fallback == "tesseract":
            readers["vlm"] = FallbackReader(engine.reader, readers["tesseract"])
    default: ReaderName = "vlm" if "vlm" in readers else "tesseract"
    return Engines(pool, inspector, readers, default, layout, vlm=vlm)


def _layout_model(settings: Settings, stack: AsyncExitStack) -> LayoutModel:
    """The layout model of LAYOUT_MODEL, with the process of an official one."""
    choice = choose(settings.layout_model, official=settings.auto_layout, installed=find_spec("paddleocr") is not None)
    if not choice.model.startswith("PP-DocLayout"):
        return LayoutModel(choice)
    # A Unix socket's path may have 107 bytes: not below TEMP_DIR, which may be anywhere.
    folder = stack.enter_context(TemporaryDirectory(prefix="ocr-layout-"))
    runner = LayoutRunner(
        Path(folder) / "socket",
        model=choice.model,
        engine=settings.layout_engine,
        device=settings.layout_device,
        page_limit_s=settings.page_timeout_s / 2,  # so that the next process can be asked for the page again
        environment=gpu_environment(os.environ) | settings.paddle_environment(),
    )
    if settings.layout_model != "auto":
        return LayoutModel(choice, runner)
    return LayoutModel(choice, runner, partial(_fetch_layout, choice.model, settings))


async def _fetch_layout(model: str, settings: Settings) -> None:
    """Fetches the weights, where they are missing, by ``preload`` in a process of its own. Raises LayoutFailed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ocr_service", "preload", "--layout", model, "--tries", "3"),
        env={**os.environ, "PADDLEX_HOME": str(settings.weights_home)},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    last = ""
    try:
        async for line in process.stderr:
            last = line.decode(errors="replace").strip() or last
            log.info("preload: %s", last)
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code:
        raise LayoutFailed(f"its weights could not be fetched: {last.removeprefix('preload: ')}")


def vlm_options(settings: Settings) -> VlmOptions:
    return VlmOptions(
        urls=settings.vllm_url,
        api_key=settings.vllm_api_key.get_secret_value() if settings.vllm_api_key else "",
        concurrency=settings.vlm_concurrency,
        timeout_s=settings.vlm_timeout_s,
        retries=settings.vlm_retries,
        max_tokens=settings.answer_tokens,
        confidence=settings.vlm_confidence,
        backend_wait_s=settings.backend_wait_s,
        prompts=PromptSet(
            profile_name=settings.profile,
            read_charts=settings.read_charts,
            read_seals=settings.read_seals,
            page_prompt=settings.vlm_prompt,
        ),
    )


def engine_version(settings: Settings, engines: Engines, engine: ReaderName) -> str:
    """What must be the same for two results to be the same: this version, the layout model, what reads."""
    if engine == "vlm" and engines.vlm is not None:
        served = sorted({backend.model or "?" for backend in engines.vlm.status()})
        reader = f"{'+'.join(served)} {settings.profile} charts={settings.read_charts} seals={settings.read_seals}"
    else:
        reader = f"tesserocr {version('tesserocr')}"
    return f"{__version__} {engines.layout.name} {reader}"
