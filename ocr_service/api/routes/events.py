"""``GET /jobs/{id}/events``: what happens to a job, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.routes.jobs import JobId
from ocr_service.api.schemas.problem import NOT_FOUND
from ocr_service.errors import BadOption, NotFound
from ocr_service.export.result_json import page_without_words
from ocr_service.jobs.models import Job, JobEvent
from ocr_service.storage.filesystem import JobFolder

router = APIRouter(prefix="/jobs", tags=["jobs"])

_HEARTBEAT_S = 15
_LAST_CHUNK_S = 1
# A comment, for people: clients leave it out. No `retry:`, which would stay with the client for good.
_STOPPING = b": the service stops; ask again with Last-Event-ID\r\n\r\n"


class EventStream(EventSourceResponse):
    """Ends as an answer should when the service stops: of itself it breaks off, which clients take for an error."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)
        if self.active:  # neither the events ended nor the client went away
            with suppress(TimeoutError):  # a client that does not read gets no last chunk
                async with asyncio.timeout(_LAST_CHUNK_S):
                    await send({"type": "http.response.body", "body": _STOPPING, "more_body": False})


@router.get(
    "/{job_id}/events",
    summary="Follow a job",
    response_class=EventSourceResponse,
    responses={
        **NOT_FOUND,
        200: {"content": {"text/event-stream": {}}},
        204: {"description": "The job ended, and `Last-Event-ID` names its last event"},
    },
)
async def follow(
    request: Request,
    services: ServicesDep,
    job_id: JobId,
    last_event_id: Annotated[
        int | None,
        Header(alias="Last-Event-ID", ge=0, description="The last event that came; what followed it is told"),
    ] = None,
    after: Annotated[int, Query(ge=0, description="As `Last-Event-ID`, for clients that cannot set it")] = 0,
    markdown: Annotated[bool, Query(description="Pages bring their Markdown")] = True,
) -> Response:
    """`state` when the job moves, `page` for each page as soon as it is read, `end` last.

    Pages come in the order in which they are finished, each with its number. `again`: it waits to be read again after a
    retry; this is its earlier reading. After a break, `Last-Event-ID` (browsers send it by themselves) goes on where it
    stopped, also at another replica or after a restart.
    """
    job = await services.jobs.get(job_id, owner_of(request))
    seen = after if last_event_id is None else last_event_id
    if job.state.finished and seen >= job.last_seq:
        return Response(status_code=204)  # tells an EventSource not to come back
    if seen > job.last_seq:
        raise BadOption(f"Last-Event-ID: the job's last event is {job.last_seq}, so {seen} cannot have come")
    return EventStream(_stream(services, job, seen, markdown), ping=_HEARTBEAT_S)


async def _stream(services: Services, job: Job, after: int, markdown: bool) -> AsyncIterator[bytes]:
    """Each event is encoded once for all listeners: 2,000 listeners of one job cost little more than its events."""
    form = "markdown" if markdown else ""
    async for events in services.jobs.follow(job.id, after):
        encoded = [
            await services.jobs.hub.encoded(job.id, event, form, partial(_encoded, services, job, event, markdown))
            for event in events
        ]
        yield b"".join(encoded)


async def _encoded(services: Services, job: Job, event: JobEvent, markdown: bool) -> bytes:
    data = dict(event.data)
    if event.kind == "page" and markdown:
        data["markdown"] = await _page_markdown(services, job, event)
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=event.kind, id=str(event.seq)).encode()


async def _page_markdown(services: Services, job: Job, event: JobEvent) -> str | None:
    """The page's text; None where it is gone, as with a job that was removed meanwhile."""

    def read(folder: JobFolder) -> str | None:
        try:
            return page_without_words(folder.page(event.data["number"])).markdown
        except FileNotFoundError:
            return None

    try:
        folder = await services.jobs.files.of(job, "pages", retry=True)
    except NotFound:
        return None
    return await asyncio.to_thread(read, folder)
