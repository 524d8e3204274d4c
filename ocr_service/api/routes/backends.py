"""The VLM servers as the scheduler sees them now."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ocr_service.api.dependencies import Services, ServicesDep

router = APIRouter(tags=["service"])


class BackendModel(BaseModel):
    """A VLM server. ``reason``: why it gets no work, empty while it is up."""

    url: str = Field(description="Base address")
    up: bool = Field(description="Whether it gets work")
    in_flight: int = Field(description="Requests under way")
    model: str | None = Field(description="What it serves; null before it said so")
    reason: str = Field(description="Why it gets no work; empty while it is up")


@router.get("/backends", summary="The VLM backends")
async def list_backends(services: ServicesDep) -> list[BackendModel]:
    """Empty where no VLM is configured, and before a `dns+http` name of VLLM_URL resolves."""
    return backend_models(services)


def backend_models(services: Services) -> list[BackendModel]:
    return [BackendModel(**asdict(status)) for status in services.vlm.status()] if services.vlm else []
