"""A job that a request waits for, whatever protocol it came in."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import Request
from starlette.requests import ClientDisconnect

from ocr_service.api.dependencies import Services
from ocr_service.errors import AlreadyFinished
from ocr_service.jobs.models import Job


async def finished_within(
    request: Request, services: Services, job: Job, seconds: float, *, cancel_on_disconnect: bool = False
) -> Job:
    """The job after ``seconds``, or as soon as it is finished. A client that disconnects ends the wait."""
    waiting = asyncio.create_task(services.jobs.wait(job.id, seconds))
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
        if cancel_on_disconnect:
            with suppress(AlreadyFinished):
                await services.jobs.cancel(job.id)
        raise ClientDisconnect
    finally:
        for task in (waiting, gone):
            task.cancel()
        await asyncio.wait({waiting, gone})


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
