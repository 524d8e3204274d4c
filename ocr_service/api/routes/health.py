"""Probes and versions. ``live``: the process answers. ``ready``: it would finish a job. ``startup``: it has begun."""

from __future__ import annotations

import asyncio
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from ocr_service import __version__
from ocr_service.api.dependencies import Services, ServicesDep
from ocr_service.api.routes.backends import BackendModel, backend_models
from ocr_service.errors import NotReady
from ocr_service.storage.filesystem import NotWritable, check_writable

router = APIRouter(tags=["service"])

# The gpu image has onnxruntime-gpu in place of onnxruntime, and paddleocr.
_LIBRARIES = (
    *("fastapi", "uvicorn", "pypdfium2", "Pillow", "tesserocr", "httpx"),
    *("onnxruntime", "onnxruntime-gpu", "paddleocr"),
)


class HealthModel(BaseModel):
    """What an operator sees at a glance."""

    status: str = Field(description="`healthy` while the process works")
    version: str = Field(description="Of this service")
    paddleocr: str = Field(
        description="State of the PP-DocLayout model: `not_initialized`, `loading`, `ready`, `failed: …`"
    )
    layout_model: str = Field(description="The layout model in use", examples=["PP-DocLayoutV3"])
    layout_warning: str = Field(
        description="Why it is not the one that LAYOUT_MODEL=auto wants, and what is lost; empty where it is"
    )
    s3_storage: str = Field(description="`not_configured`, `ok` or what is wrong")
    artifacts: str = Field(
        description="Where jobs' files are shared: `filesystem`, or `s3: ok` and what is wrong there (ARTIFACTS)"
    )
    output_dir: str = Field(description="Where results lie")
    temp_dir: str = Field(description="Scratch space")
    docs: str = Field(description="Where Swagger UI is")
    engine: str = Field(description="What reads with `engine=auto`")
    page_workers: dict[str, int] = Field(description="Workers and what they do, by number")
    vlm_backends: list[BackendModel] = Field(description="Empty where no VLM is configured")


class ReadyModel(BaseModel):
    """Whether a job would be finished now, and if not, what is missing."""

    ready: bool = Field(description="Whether it would")
    waiting_for: list[str] = Field(description="What is missing, in words")


@router.get("/health", summary="State of the service", response_model=HealthModel)
async def health(services: ServicesDep) -> HealthModel:
    pool = services.pool
    return HealthModel(
        status="healthy",
        version=__version__,
        paddleocr=services.layout.state,
        layout_model=services.layout.name,
        layout_warning=services.layout.warning,
        s3_storage=services.delivery.s3.state if services.delivery.s3 else "not_configured",
        artifacts=f"s3: {bucket}" if (bucket := services.jobs.files.bucket_state) else "filesystem",
        output_dir=str(services.output_dir),
        temp_dir=str(services.temp_dir),
        docs="/docs",
        engine="vlm" if "vlm" in services.readers else "tesseract",
        page_workers={
            "workers": pool.workers,
            "running": pool.running,
            "waiting": pool.waiting,
            "restarts": pool.restarts.total(),
        },
        vlm_backends=backend_models(services),
    )


@router.get("/health/live", summary="The process answers")
async def live() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/health/ready", summary="A job would be finished now", responses={503: {"model": ReadyModel}})
async def ready(services: ServicesDep, response: Response) -> ReadyModel:
    waiting_for = _starting(services)
    if services.vlm is not None and not services.vlm.up:
        waiting_for += [f"VLM backend {status.url}: {status.reason}" for status in services.vlm.status()] or [
            "a VLM backend: VLLM_URL gives no address yet"
        ]
    try:
        await asyncio.to_thread(check_writable, services.output_dir)
    except NotWritable as error:
        waiting_for.append(f"OUTPUT_DIR {error}")
    try:
        await services.jobs.check_ready()
    except NotReady as error:
        waiting_for.append(str(error))
    return _answer(waiting_for, response)


@router.get("/health/startup", summary="The start is over", responses={503: {"model": ReadyModel}})
async def startup(services: ServicesDep, response: Response) -> ReadyModel:
    return _answer(_starting(services), response)


@router.get("/version", summary="Versions of the service, its models and libraries")
async def versions() -> dict[str, object]:
    return {
        "service": __version__,
        "python": platform.python_version(),
        "libraries": _installed(_LIBRARIES),
    }


def _installed(libraries: tuple[str, ...]) -> dict[str, str]:
    versions = {}
    for name in libraries:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def _starting(services: Services) -> list[str]:
    waiting_for = [] if services.pool.ready else ["page workers are starting"]
    if services.layout.waiting_for:
        waiting_for.append(services.layout.waiting_for)
    if services.startup_note is not None:
        with suppress(FileNotFoundError):  # the supervisor's part of the start is over
            waiting_for.append(services.startup_note.read_text(encoding="utf-8"))
    return waiting_for


def _answer(waiting_for: list[str], response: Response) -> ReadyModel:
    if waiting_for:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return ReadyModel(ready=not waiting_for, waiting_for=waiting_for)
