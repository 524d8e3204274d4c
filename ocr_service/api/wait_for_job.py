"""A job that a request waits for, whatever protocol it came in."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import Request
from starlette.requests import ClientDisconnect

from ocr_service.api.dependencies import Services, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.routes.jobs import submit
from ocr_service.errors import AlreadyFinished, Cancelled, NotReady, error_for
from ocr_service.jobs.models import Job, JobState, Priority
from ocr_service.logs import job_var

_AT_A_TIME_S = 3600.0


async def read_to_the_end(request: Request, services: Services, admitted: Admitted) -> Job:
    """The job of an admitted document once it has a result: for protocols that know no "not yet".

    A client that disconnects ends the wait, not the job: the same request joins it, or gets its result. Raises what the
    job failed with, Cancelled, and NotReady when the service ends before the job does.
    """
    submission = await submit(services, admitted, owner_of(request), None, Priority.INTERACTIVE)
    job = submission.job
    job_var.set(job.id)
    while not job.state.finished:
        job = await finished_within(request, services, job, _AT_A_TIME_S)
        if not job.state.finished and services.jobs.dispatcher.draining.is_set():
            raise NotReady.stopping()
    if job.state in (JobState.COMPLETED, JobState.PARTIAL):
        return job
    if job.failure:
        raise error_for(job.failure.code, job.failure.message)
    raise Cancelled.job()


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
