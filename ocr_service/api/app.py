"""The composition: settings become services, services become an application."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI, Security

from ocr_service import __version__
from ocr_service.api.background import DeliveryConfig, run_delivery
from ocr_service.api.compat.mistral import files as mistral_files
from ocr_service.api.compat.mistral import routes as mistral
from ocr_service.api.compat.paddlex import routes as paddlex
from ocr_service.api.dependencies import Services
from ocr_service.api.intake.admission import Admission, Defaults
from ocr_service.api.middleware.access import API_KEY, BEARER, AccessRules, ApiKeys, install_access
from ocr_service.api.middleware.min_body_rate import BodyPace
from ocr_service.api.middleware.request_log import Answered, RequestLog
from ocr_service.api.middleware.yield_to_loop import Turns
from ocr_service.api.problems import ANYWHERE, describe_problems, install_error_handlers
from ocr_service.api.routes import batches, events, health, jobs, metrics, ocr, page_images, results
from ocr_service.api.web_page import install_docs, install_web_page
from ocr_service.document import ReaderName
from ocr_service.jobs.admission_control import Room
from ocr_service.jobs.db.queue import QueueLimits
from ocr_service.jobs.observers import Watches
from ocr_service.jobs.service import JobsConfig, run_jobs
from ocr_service.layout.runner import LayoutRunner
from ocr_service.net.address_rules import AddressRules
from ocr_service.observability.job_log import JobLog
from ocr_service.observability.metrics import Metrics
from ocr_service.observability.tracing import traces_to
from ocr_service.reading.page_tasks import warm_up
from ocr_service.reading.readers import EmbeddedReader, FallbackReader, PageLimits, PageReader
from ocr_service.reading.vlm_reader import VlmOptions, vlm_engine
from ocr_service.settings import Settings
from ocr_service.storage.client_files import ClientFiles
from ocr_service.storage.filesystem import check_writable
from ocr_service.storage.s3 import S3Config
from ocr_service.storage.scratch import scratch_folder
from ocr_service.storage.space import FreeSpace
from ocr_service.vlm.prompts import Asking
from ocr_service.vlm.scheduler import Scheduler
from ocr_service.workers.pool import PagePool
from ocr_service.workers.spawn import gpu_environment

log = logging.getLogger(__name__)

# A look at a file is short and loses little memory; while a worker is replaced, uploads wait for a second.
_INSPECTIONS = 2000

# Pages take all cores for seconds; what answers requests needs little, and at once.
_PAGES_NICE = 5

_DESCRIPTION = """Turns PDFs and images into Markdown. Send a document to `POST /ocr/pdf` and get its Markdown, JSON and
figures; every error is `application/problem+json` with a stable `code`."""


def create_app(settings: Settings) -> FastAPI:
    counted = Metrics(__version__)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.services = await _start(settings, stack, counted)
            # What is there now stays; looking through all of it again would stop everything for 0.1 s and more.
            gc.collect()
            gc.freeze()
            yield

    app = FastAPI(
        title="OCR service",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.enable_docs else None,
    )
    app.state.metrics = counted
    install_error_handlers(app)
    if settings.enable_docs:
        install_docs(app)
    keys = ApiKeys.parse(settings.api_keys)
    wants_key = [Security(BEARER), Security(API_KEY)] if keys else []
    own = (ocr, jobs, events, results, page_images, batches)
    for module in (*own, paddlex, mistral, mistral_files):
        app.include_router(module.router, dependencies=wants_key, responses=ANYWHERE)
    app.include_router(health.router)
    app.include_router(metrics.router)
    install_web_page(app)
    describe_problems(app)
    app.add_middleware(BodyPace, first_s=settings.client_timeout_s)
    install_access(app, keys, AccessRules(settings.protect_metrics), settings.cors_origins)

    def count(answered: Answered) -> None:
        counted.request(answered.method, answered.route, answered.status, answered.seconds)

    app.add_middleware(Turns)
    app.add_middleware(RequestLog, observe=count)
    return app


@dataclass(frozen=True, slots=True)
class Engines:
    """The workers and, for each engine that is configured, its reader; ``default`` is what ``auto`` means.

    ``inspector`` has one worker for first looks at files, so that uploads are answered while every page worker is busy.
    """

    pool: PagePool
    inspector: PagePool
    readers: dict[ReaderName, PageReader]
    default: ReaderName
    vlm: Scheduler | None = None
    layout: LayoutRunner | None = None


async def start_engines(settings: Settings, stack: AsyncExitStack) -> Engines:
    """Starts what reads pages; ``stack`` ends it."""
    layout = await _start_layout(settings, stack)
    layout_spec = settings.layout_model if layout is None else f"{settings.layout_model}@{layout.path}"
    pool = await stack.enter_async_context(
        PagePool(
            workers=settings.render_workers,
            nice=_PAGES_NICE,
            memory_mb=settings.render_memory_mb,
            warm_up=partial(warm_up, layout_spec, settings.ocr_language),
        )
    )
    inspector = await stack.enter_async_context(
        PagePool(workers=1, memory_mb=settings.render_memory_mb, tasks_per_worker=_INSPECTIONS)
    )
    limits = PageLimits(settings.max_page_pixels, settings.page_timeout_s, layout_spec)
    readers: dict[ReaderName, PageReader] = {"tesseract": EmbeddedReader(pool, limits)}
    vlm: Scheduler | None = None
    if settings.use_vlm_api:
        engine = await stack.enter_async_context(vlm_engine(pool, limits, vlm_options(settings)))
        readers["vlm"], vlm = engine.reader, engine.scheduler
        if settings.vlm_fallback == "tesseract":
            readers["vlm"] = FallbackReader(engine.reader, readers["tesseract"])
    default: ReaderName = "vlm" if "vlm" in readers else "tesseract"
    return Engines(pool, inspector, readers, default, vlm=vlm, layout=layout)


async def _start_layout(settings: Settings, stack: AsyncExitStack) -> LayoutRunner | None:
    """The process of an official layout model, where one is set."""
    if not settings.layout_model.startswith("PP-DocLayout"):
        return None
    # A Unix socket's path may have 107 bytes: not below TEMP_DIR, which may be anywhere.
    folder = stack.enter_context(TemporaryDirectory(prefix="ocr-layout-"))
    return await stack.enter_async_context(
        LayoutRunner(
            Path(folder) / "socket",
            model=settings.layout_model,
            engine=settings.layout_engine,
            device=settings.layout_device,
            look_s=settings.page_timeout_s / 2,  # so that the page can be looked at again by the next process
            environment=gpu_environment(os.environ) | settings.paddle_environment(),
        )
    )


def vlm_options(settings: Settings) -> VlmOptions:
    return VlmOptions(
        urls=settings.vllm_url,
        api_key=settings.vllm_api_key.get_secret_value() if settings.vllm_api_key else "",
        concurrency=settings.vlm_concurrency,
        timeout_s=settings.vlm_timeout_s,
        retries=settings.vlm_retries,
        max_tokens=settings.vlm_max_tokens,
        backend_wait_s=settings.backend_wait_s,
        asking=Asking(
            read_charts=settings.read_charts,
            read_seals=settings.read_seals,
            page_prompt=settings.vlm_prompt if settings.vlm_mode == "page" else None,
        ),
    )


async def _start(settings: Settings, stack: AsyncExitStack, counted: Metrics) -> Services:
    check_writable(settings.output_dir)
    check_writable(settings.temp_dir)
    scratch = stack.enter_context(scratch_folder(settings.temp_dir))
    engines = await start_engines(settings, stack)
    counted.watched.pools = {"pages": engines.pool, "inspector": engines.inspector}
    counted.watched.scheduler = engines.vlm
    counted.watched.folders = {"output": settings.output_dir, "temp": settings.temp_dir}
    defaults = Defaults(
        max_bytes=settings.max_upload_mb << 20,
        max_pages=settings.max_pages,
        dpi=settings.render_dpi,
        language=settings.ocr_language,
        engine=engines.default,
    )
    space = FreeSpace((settings.output_dir,), settings.min_free_mb << 20, scratch=(settings.temp_dir,))
    watch = Watches([JobLog(), counted])
    if settings.traces_endpoint:
        watch.all.append(stack.enter_context(traces_to(settings.traces_endpoint, __version__)))
    job_service = await stack.enter_async_context(run_jobs(jobs_config(settings), engines.readers, watch))
    admission = Admission(
        engines.inspector, scratch, defaults, space, Room(job_service.store.limits, job_service.store.load)
    )
    delivery = await stack.enter_async_context(
        run_delivery(delivery_config(settings), job_service, engines.pool, admission, scratch, space)
    )
    client_files = ClientFiles(settings.output_dir, settings.job_ttl_h * 3600)
    await stack.enter_async_context(mistral_files.swept(client_files))
    services = Services(
        admission=admission,
        pool=engines.pool,
        readers=engines.readers,
        output_dir=settings.output_dir,
        temp_dir=settings.temp_dir,
        startup_note=settings.startup_note,
        scratch=scratch,
        jobs=job_service,
        delivery=delivery,
        client_files=client_files,
        engine_version=partial(_engine_version, settings, engines),
        sync_wait_s=settings.sync_wait_s,
        layout=engines.layout,
        vlm=engines.vlm,
    )
    await stack.enter_async_context(delivery.feeder.running(partial(jobs.submit_batch_document, services)))
    return services


def delivery_config(settings: Settings) -> DeliveryConfig:
    return DeliveryConfig(
        s3=_s3_config(settings),
        s3_retry_s=settings.s3_retry_h * 3600,
        rules=AddressRules(hosts=settings.url_hosts, trusted=settings.url_trusted_hosts),
        webhook_secret=settings.webhook_secret.get_secret_value() if settings.webhook_secret else "",
        url_input=settings.allow_url_input,
        url_timeout_s=settings.url_timeout_s,
        max_bytes=settings.max_upload_mb << 20,
        one_process=settings.database_url is None,
    )


def _s3_config(settings: Settings) -> S3Config | None:
    access, secret = settings.cloudru_s3_access_key, settings.cloudru_s3_secret_key
    if not settings.s3_configured or access is None or secret is None:
        return None
    return S3Config(
        endpoint=settings.cloudru_s3_endpoint,
        region=settings.cloudru_s3_region,
        bucket=settings.cloudru_s3_bucket,
        access_key=access.get_secret_value(),
        secret_key=secret.get_secret_value(),
        tenant_id=settings.cloudru_s3_tenant_id,
        prefix=settings.cloudru_s3_prefix,
        presign_s=settings.s3_presign_s,
    )


def jobs_config(settings: Settings) -> JobsConfig:
    return JobsConfig(
        root=settings.output_dir,
        database_url=settings.database_url.get_secret_value() if settings.database_url else None,
        limits=QueueLimits(
            waiting=settings.queue_limit,
            per_owner=settings.jobs_per_key,
            cache_ttl_s=settings.cache_ttl_h * 3600,
            lost_runs=settings.max_crashes,
        ),
        max_running=settings.max_running_jobs,
        takeover_s=settings.takeover_s,
        ttl_s=settings.job_ttl_h * 3600,
        grace_s=settings.work_grace_s,
        min_free=settings.min_free_mb << 20,
        artifacts=_s3_config(settings) if settings.artifacts == "s3" else None,
    )


def _engine_version(settings: Settings, engines: Engines, engine: ReaderName) -> str:
    """What must be the same for two results to be the same: this version, the layout model, what reads."""
    if engine == "vlm" and engines.vlm is not None:
        served = sorted({backend.model or "?" for backend in engines.vlm.status()})
        reader = f"{'+'.join(served)} {settings.vlm_mode} charts={settings.read_charts} seals={settings.read_seals}"
    else:
        reader = f"tesserocr {version('tesserocr')}"
    return f"{__version__} {settings.layout_model} {reader}"
