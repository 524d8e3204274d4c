"""A document in a multipart form, as other protocols send it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request

from ocr_service.api.dependencies import Services, owner_of
from ocr_service.api.intake.multipart import Upload


@asynccontextmanager
async def received_form(request: Request, services: Services, *, part: str = "file") -> AsyncIterator[Upload]:
    """A form with a document in ``part``, taken in within the limits; the file is removed when the block fails.

    Raises as ``Admission.admit``.
    """
    async with services.admission.place(owner_of(request) or ""):
        upload = await services.admission.receive(request, part=part)
        try:
            yield upload
        except BaseException:
            await asyncio.to_thread(upload.path.unlink, missing_ok=True)
            raise


def form_schema(fields: Mapping[str, Any], *, part: str = "file") -> dict[str, Any]:
    """The form in OpenAPI's terms: a document in ``part``, and these fields."""
    document = {"type": "string", "format": "binary", "description": "The document; one a request"}
    schema = {"type": "object", "required": [part], "properties": {part: document, **fields}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}
