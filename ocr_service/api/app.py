"""The composition: settings become services, services become an application."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI, Security
from starlette.routing import Route

from ocr_service import __version__
from ocr_service.api.background import run_delivery
from ocr_service.api.compat.datalab import routes as datalab
from ocr_service.api.compat.docling import routes as docling
from ocr_service.api.compat.docling_chunks import routes as docling_chunks
from ocr_service.api.compat.docling_tasks import routes as docling_tasks
from ocr_service.api.compat.mcp.routes import McpEndpoint
from ocr_service.api.compat.mineru import routes as mineru
from ocr_service.api.compat.mistral import routes as mistral
from ocr_service.api.compat.mistral_batches import routes as mistral_batches
from ocr_service.api.compat.mistral_batches.mapping import KIND, REQUESTS
from ocr_service.api.compat.mistral_files import routes as mistral_files
from ocr_service.api.compat.open_webui import routes as open_webui
from ocr_service.api.compat.paddleocr_jobs import routes as paddleocr_jobs
from ocr_service.api.compat.paddlex import routes as paddlex
from ocr_service.api.compat.paddlex_restructure import routes as paddlex_restructure
from ocr_service.api.compat.request_files import submit_request
from ocr_service.api.dependencies import Services
from ocr_service.api.intake.admission import Admission, Defaults
from ocr_service.api.middleware.access import API_KEY, BEARER, AccessRules, ApiKeys, install_access
from ocr_service.api.middleware.browser_requests import ANY, AllowedHosts, own_names
from ocr_service.api.middleware.min_body_rate import MinBodyRate
from ocr_service.api.middleware.request_log import Answered, RequestLog
from ocr_service.api.middleware.yield_to_loop import YieldToLoop
from ocr_service.api.problems import install_error_handlers
from ocr_service.api.routes import (
    backends,
    batches,
    corrections,
    downloads,
    events,
    health,
    jobs,
    metrics,
    ocr,
    options,
    page_images,
    results,
    usage,
)
from ocr_service.api.schemas.problem import ANYWHERE, describe_problems
from ocr_service.api.web_page import install_docs, install_web_page
from ocr_service.bootstrap.configs import delivery_config, jobs_config
from ocr_service.bootstrap.engines import engine_version, start_engines
from ocr_service.jobs.admission_control import AdmissionControl
from ocr_service.jobs.batches.rows import BatchDocument
from ocr_service.jobs.observers import JobObservers
from ocr_service.jobs.service import run_jobs
from ocr_service.observability.job_log import JobLog
from ocr_service.observability.loop_watchdog import watched_loop
from ocr_service.observability.metrics import Metrics
from ocr_service.observability.tracing import traces_to
from ocr_service.settings import Settings
from ocr_service.storage.client_files import ClientFiles
from ocr_service.storage.filesystem import check_writable
from ocr_service.storage.s3 import S3Store
from ocr_service.storage.scratch import scratch_folder
from ocr_service.storage.space import FreeSpace
from ocr_service.workers.pool import PagePool

log = logging.getLogger(__name__)

_EXPORTS_NICE = 10  # behind what reads pages; at 19 a busy machine would leave it no 1 % of a core


_DESCRIPTION = """Turns PDFs and images into Markdown. Send a document to `POST /ocr/pdf` and get its Markdown, JSON and
figures; every error is `application/problem+json` with a stable `code`."""


def create_app(settings: Settings) -> FastAPI:
    counted = Metrics(__version__)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.services = await _start(settings, stack, counted)
            await stack.enter_async_context(mcp.running())
            await stack.enter_async_context(watched_loop(counted.loop_lag))
            # Objects made so far live until the end: without freeze, each full collection scans them for 0.1 s.
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
        openapi_url=None,  # install_docs has it
        generate_unique_id_function=lambda route: route.name,  # the names of a generated client's functions
    )
    mcp = McpEndpoint(app)
    app.state.metrics = counted
    install_error_handlers(app)
    if settings.enable_docs:
        install_docs(app)
    keys = ApiKeys.parse(settings.api_keys)
    app.state.keys = keys
    app.state.admin_keys = frozenset(settings.admin_keys)
    wants_key = [Security(BEARER), Security(API_KEY)] if keys else []
    own = (ocr, downloads, jobs, events, results, corrections, page_images, batches, options, backends, usage)
    foreign = (
        paddlex,
        paddlex_restructure,
        mistral,
        mistral_files,
        mistral_batches,
        docling,
        docling_chunks,
        docling_tasks,
        mineru,
        datalab,
        paddleocr_jobs,
        open_webui,
    )
    for module in (*own, *foreign):
        app.include_router(module.router, dependencies=wants_key, responses=ANYWHERE)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.router.routes.append(Route("/mcp", mcp))
    install_web_page(app)
    describe_problems(app)
    app.add_middleware(MinBodyRate, first_s=settings.client_timeout_s)
    names = settings.allowed_hosts or ((ANY,) if keys else own_names(settings.app_host))
    hosts = AllowedHosts(names)
    install_access(app, keys, AccessRules(settings.protect_metrics), hosts, settings.cors_origins)

    def count(answered: Answered) -> None:
        counted.request(answered.method, answered.route, answered.status, answered.seconds)

    app.add_middleware(YieldToLoop)
    app.add_middleware(RequestLog, observe=count)
    return app


async def _start(settings: Settings, stack: AsyncExitStack, counted: Metrics) -> Services:
    os.umask(int(settings.file_umask, 8))
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
        headers=settings.headers,
        text_layer=settings.text_layer,
        min_confidence=settings.min_confidence,
        engine=engines.default,
    )
    space = FreeSpace((settings.output_dir,), settings.min_free_mb << 20, scratch=(settings.temp_dir,))
    observers = JobObservers([JobLog(), counted])
    if settings.traces_endpoint:
        observers.all.append(stack.enter_context(traces_to(settings.traces_endpoint, __version__)))
    job_service = await stack.enter_async_context(run_jobs(jobs_config(settings), engines.readers, observers))
    admission = Admission(
        engines.inspector, scratch, defaults, space, AdmissionControl(job_service.store.limits, job_service.store.load)
    )
    # A worker that pages never wait for; it starts a process of its own, with the lowest priority.
    exporter = await stack.enter_async_context(
        PagePool(workers=1, nice=_EXPORTS_NICE, memory_mb=settings.render_memory_mb)
    )
    delivery = await stack.enter_async_context(
        run_delivery(delivery_config(settings), job_service, exporter, admission, scratch, space)
    )
    observers.all.append(delivery.exports)
    artifacts = jobs_config(settings).artifacts
    bucket = await asyncio.to_thread(S3Store, artifacts) if artifacts else None
    if bucket:
        stack.callback(bucket.close)
    client_files = ClientFiles(settings.output_dir, settings.job_ttl_h * 3600, bucket)
    await stack.enter_async_context(client_files.swept())
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
        engine_version=partial(engine_version, settings, engines),
        sync_wait_s=settings.sync_wait_s,
        layout=engines.layout,
        chunk_tokens=settings.chunk_tokens,
        vlm=engines.vlm,
    )
    await stack.enter_async_context(delivery.feeder.running(partial(_submit_batch_document, services)))
    return services


async def _submit_batch_document(services: Services, document: BatchDocument) -> str:
    if document.batch.kind == KIND:
        return await submit_request(services, document, REQUESTS)
    return await jobs.submit_batch_document(services, document)
