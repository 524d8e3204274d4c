"""``/options``: what this service offers, so that a client asks for nothing that it has not."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ocr_service import __version__
from ocr_service.api.dependencies import ServicesDep, owner_of
from ocr_service.document import ReaderName
from ocr_service.tesseract.tessdata import installed_languages

router = APIRouter(tags=["service"])


class OptionsModel(BaseModel):
    """What can be asked for with a document here, and what holds where nothing is asked."""

    version: str = Field(description="Of this service")
    key_name: str | None = Field(description="The name of the API key that asks; null where the service wants none")
    engines: list[ReaderName] = Field(description="What `engine` may be besides `auto`")
    engine: ReaderName = Field(description="What reads with `engine=auto`")
    languages: list[str] = Field(description="What `language` may be made of, joined with `+`")
    language: str = Field(description="OCR_LANGUAGE")
    dpi: int = Field(description="RENDER_DPI")
    max_upload_bytes: int = Field(description="MAX_UPLOAD_MB in bytes")
    max_pages: int = Field(description="MAX_PAGES")


@router.get("/options", summary="What this service offers")
async def options(request: Request, services: ServicesDep) -> OptionsModel:
    defaults = services.admission.defaults
    return OptionsModel(
        version=__version__,
        key_name=owner_of(request),
        engines=sorted(services.readers),
        engine=defaults.engine,
        languages=await asyncio.to_thread(installed_languages),
        language=defaults.language,
        dpi=defaults.dpi,
        max_upload_bytes=defaults.max_bytes,
        max_pages=defaults.max_pages,
    )
