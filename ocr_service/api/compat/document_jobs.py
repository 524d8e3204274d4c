"""A foreign request that brings a document becomes a job; what the protocol's own code adds is what its fields mean."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from fastapi import Request

from ocr_service.api.compat.job_results import require_result
from ocr_service.api.dependencies import Services, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.intake.json_body import JsonBody
from ocr_service.api.intake.multipart import Upload
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.document import SubmissionOptions
from ocr_service.api.wait_for_job import finished_within
from ocr_service.errors import BadOption, NotReady
from ocr_service.jobs.models import Job, Priority
from ocr_service.logs import job_var
from ocr_service.storage.space import storage_errors

Asked = TypeVar("Asked")

_AT_A_TIME_S = 3600.0


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Asked]):
    """What a request asks for: ``asked`` in its protocol's terms, ``options`` in ours.

    ``first_pages``: of a longer document only so many pages are read.
    ``document``: without a form's part, the document as base64, ``data:`` URI or address; ``name``: what it is called.
    ``file_id``: instead of it, one of the client's files (``storage.client_files``).
    ``changes``: fields of ReadOptions that no option of ours sets.
    """

    asked: Asked
    options: SubmissionOptions
    first_pages: int | None = None
    document: str = ""
    name: str | None = None
    file_id: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


Understood = Callable[[dict[str, Any]], Wanted[Asked]]
"""What the fields of a request mean. Raises BadOption."""


async def form_job(
    request: Request,
    services: Services,
    understood: Understood[Asked],
    priority: Priority,
    *,
    part: str = "file",
    lists: Collection[str] = (),
) -> tuple[Job, Asked]:
    """The job of a form with a document in ``part``. ``lists``: fields that may come several times.

    An empty field counts as not given. Raises as ``Admission.admit``; then nothing of the document is left.
    """
    async with received_form(request, services, part=part) as upload:
        given = {name: value for name, value in upload.fields.items() if value}
        wanted = understood({name: upload.lists[name] if name in lists else value for name, value in given.items()})
        admitted = await services.admission.inspected(upload, wanted.options, wanted.first_pages)
    return await _submitted(request, services, admitted, wanted, priority), wanted.asked


async def address_job(
    request: Request, services: Services, wanted: Wanted[Asked], priority: Priority
) -> tuple[Job, Asked]:
    """The same of a request that names its document's address. Raises AddressRefused without ALLOW_URL_INPUT."""
    if not wanted.document:
        raise BadOption("The document's address is missing")
    admitted = await services.delivery.sources.from_url(
        wanted.document, wanted.options, owner_of(request) or "", wanted.first_pages
    )
    return await _submitted(request, services, admitted, wanted, priority), wanted.asked


async def json_job(
    request: Request, services: Services, understood: Understood[Asked], priority: Priority
) -> tuple[Job, Asked]:
    """The same of a request in JSON that holds its document or names its address."""
    async with services.admission.json_body(request) as body:
        wanted = await asyncio.to_thread(understood, body.fields)
        admitted = await admit_document(services, body, wanted, owner_of(request))
        return await _submitted(request, services, admitted, wanted, priority), wanted.asked


async def _submitted(
    request: Request, services: Services, admitted: Admitted, wanted: Wanted[Asked], priority: Priority
) -> Job:
    options = replace(admitted.options, **wanted.changes)
    return (await submit(services, replace(admitted, options=options), owner_of(request), None, priority)).job


async def wait_to_the_end(request: Request, services: Services, job: Job) -> Job:
    """The job once it has a result: for protocols that know no "not yet".

    A client that disconnects ends the wait, not the job: the same request joins it, or gets its result. Raises what the
    job failed with, Cancelled, and NotReady when the service ends before the job does.
    """
    job_var.set(job.id)
    while not job.state.finished:
        job = await finished_within(request, services, job, _AT_A_TIME_S)
        if not job.state.finished and services.jobs.dispatcher.draining.is_set():
            raise NotReady.stopping()
    return require_result(job)


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


async def admit_document(services: Services, body: JsonBody, wanted: Wanted[Asked], owner: str | None) -> Admitted:
    """The document, from ``body`` or elsewhere. Raises as an upload does, AddressRefused and NotFound."""
    if wanted.file_id is not None:
        return await _kept_file(services, wanted.file_id, wanted.options, owner)
    if is_url(wanted.document):
        return await services.delivery.sources.from_url(wanted.document, wanted.options, owner or "")
    name, most = wanted.name or "document", services.admission.max_bytes
    upload = await asyncio.to_thread(body.document, wanted.document, name, most)
    return await services.admission.inspected(upload, wanted.options)


async def _kept_file(services: Services, file_id: str, options: SubmissionOptions, owner: str | None) -> Admitted:
    """One of the client's files, copied, since a job takes its input away."""
    file = await services.client_files.get(file_id, owner)
    async with services.admission.place(owner or ""):
        content = await services.client_files.content(file)
        path = await asyncio.to_thread(_copy, content, services.scratch)
        try:
            return await services.admission.inspected(Upload(path, file.name, file.sha256, file.bytes, {}), options)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise


def _copy(source: Path, folder: Path) -> Path:
    with storage_errors("TEMP_DIR"), tempfile.NamedTemporaryFile(dir=folder, prefix="file-", delete=False) as target:
        with source.open("rb") as content:
            shutil.copyfileobj(content, target)
        return Path(target.name)


def is_url(value: str) -> bool:
    return value[:8].lower().startswith(("http://", "https://"))


def form_schema(fields: Mapping[str, Any], *, part: str = "file", required: Collection[str] = ()) -> dict[str, Any]:
    """The form of ``form_job`` in OpenAPI's terms: a document in ``part``, and these fields."""
    document = {"type": "string", "format": "binary", "description": "The document; one a request"}
    return body_schema("multipart/form-data", {part: document, **fields}, (part, *required))


def body_schema(media_type: str, fields: Mapping[str, Any], required: Collection[str]) -> dict[str, Any]:
    """A body of these fields in OpenAPI's terms."""
    schema = {"type": "object", "required": list(required), "properties": dict(fields)}
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


def either_body(*bodies: dict[str, Any]) -> dict[str, Any]:
    """One body or another."""
    content = {name: schema for body in bodies for name, schema in body["requestBody"]["content"].items()}
    return {"requestBody": {"required": True, "content": content}}
