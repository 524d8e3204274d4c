"""Documents inside JSON, as other protocols send them: base64, a data: URI or an address."""

from __future__ import annotations

import asyncio

from ocr_service.api.dependencies import Services
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.intake.json_body import JsonBody
from ocr_service.api.schemas.document import SubmissionOptions


def is_url(value: str) -> bool:
    return value[:8].lower().startswith(("http://", "https://"))


async def admit_document(
    services: Services, body: JsonBody, value: str, name: str | None, asked: SubmissionOptions, owner: str
) -> Admitted:
    """The document that a field of ``body`` holds or names. Raises as an upload does; AddressRefused for a URL."""
    if is_url(value):
        return await services.delivery.sources.from_url(value, asked, owner)
    upload = await asyncio.to_thread(body.document, value, name or "document", services.admission.max_bytes)
    return await services.admission.inspected(upload, asked)
