"""Batches of requests in files of JSON lines, ``{"custom_id": …, "body": …}``, as OpenAI has them and others after it.

A line's base64 stays where it is: the row of a request has its place in the file, and what its answer needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Generic

from fastapi import Request
from pydantic import BaseModel, Field

from ocr_service.api.compat.document_jobs import Asked, Understood, admit_document
from ocr_service.api.compat.long_strings import StoredStrings, receive_spooled
from ocr_service.api.dependencies import Services
from ocr_service.api.intake.json_lines import json_lines, line_pieces
from ocr_service.api.intake.json_stream import JsonLimits, parsed_object
from ocr_service.api.intake.request_body import announced_bytes, body_pieces, require_json
from ocr_service.api.routes.jobs import submit_of_batch
from ocr_service.api.validation import Model, validated
from ocr_service.errors import BadOption, DeadlineExceeded, FileTooLarge, TooManyDocuments
from ocr_service.jobs.batches.rows import BatchDocument, NewDocument
from ocr_service.jobs.models import Job
from ocr_service.storage.client_files import ClientFile
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.scratch import scratch_file
from ocr_service.storage.space import storage_errors

_MOST_REQUESTS = 10_000
_CREATION = JsonLimits(rest=16 << 20, items=500_000)  # all requests of a batch, their documents left out
_LINE = JsonLimits(rest=256 << 10, items=20_000)  # as the body of one request
_LONGEST_ID = 512


@dataclass(frozen=True, slots=True)
class RequestKind(Generic[Asked]):
    """What a protocol's requests mean, what a row keeps of one for its answer, and the answer, for ``json_pieces``."""

    understood: Understood[Asked]
    kept: Callable[[Asked], dict[str, Any]]
    answer: Callable[[JobFolder, Job, BatchDocument], object]


class _Line(BaseModel):
    custom_id: Annotated[str, Field(max_length=_LONGEST_ID)] | None = None
    body: dict[str, Any]


async def received_batch(
    request: Request, services: Services, model: type[Model], owner: str
) -> tuple[Model, ClientFile | None]:
    """A request for a batch, and the list in its field ``requests`` as a file of the client's, if there is one.

    Raises as an upload does, and TooManyDocuments.
    """
    require_json(request)
    admission = services.admission
    most = 2 * admission.max_bytes + _CREATION.rest
    if announced_bytes(request) > most:
        raise FileTooLarge.upload(admission.max_bytes)
    await asyncio.to_thread(admission.check_space)
    async with scratch_file(services.scratch, "batch-") as path:
        body = await receive_spooled(body_pieces(request, most), path, _CREATION, admission.check_space)
        fields = await asyncio.to_thread(parsed_object, body.shortened)
        requests = fields.get("requests")
        if isinstance(requests, list) and len(requests) > _MOST_REQUESTS:  # before each is looked at
            raise TooManyDocuments.in_a_batch(_MOST_REQUESTS)
        asked = await asyncio.to_thread(validated, model, fields)
        if not requests:
            return asked, None
        with path.open("rb") as strings:
            return asked, await _kept(services, StoredStrings(strings, body.token, body.ends), requests, owner)


async def _kept(services: Services, strings: StoredStrings, requests: list[Any], owner: str) -> ClientFile:
    def write(path: Path) -> int:
        with storage_errors("TEMP_DIR"), path.open("wb") as target:
            strings.write_lines(requests, target)
        return path.stat().st_size

    async with scratch_file(services.scratch, "batch-") as path:
        size = await asyncio.to_thread(write, path)
        return await services.client_files.keep(
            path, owner=owner, name="requests.jsonl", sha256="", size=size, purpose="batch"
        )


def requests_in(files: Iterable[tuple[str, Path]], kind: RequestKind[Asked]) -> list[NewDocument]:
    """The requests of files, each given with its id; a request that cannot be read has its error.

    Blocks. Raises BadOption for none at all, and TooManyDocuments.
    """
    found: list[NewDocument] = []
    for file_id, path in files:
        for line in json_lines(path, _LINE, such_as='{"custom_id": "0", "body": {…}}'):
            if len(found) >= _MOST_REQUESTS:
                raise TooManyDocuments.in_a_batch(_MOST_REQUESTS)
            found.append(_request(f"{file_id}:{line.start}:{line.length}", line.found, kind))
    if not found:
        raise BadOption("The input has no request: a line of JSON each")
    return found


def _request(key: str, fields: dict[str, Any] | BadOption, kind: RequestKind[Asked]) -> NewDocument:
    if isinstance(fields, BadOption):
        return NewDocument(key, error=(fields.code, str(fields)))
    named = fields.get("custom_id")
    custom_id = named if isinstance(named, str) and len(named) <= _LONGEST_ID else None
    try:
        wanted = kind.understood(validated(_Line, fields).body)
    except BadOption as error:
        return NewDocument(key, custom_id, error=(error.code, str(error)))
    return NewDocument(key, custom_id, kind.kept(wanted.asked))


async def submit_request(services: Services, document: BatchDocument, kind: RequestKind[Asked]) -> str:
    """Makes a request of a batch a job; doing it twice gives the same job. The job's id.

    ``timeout_s`` of the batch's ``about``: what is not read after so many seconds raises DeadlineExceeded.
    """
    batch = document.batch
    left_s = batch.about["timeout_s"] - batch.age_s
    if left_s <= 0:
        raise DeadlineExceeded.passed()
    file_id, start, length = document.key.split(":")
    file = await services.client_files.get(file_id, batch.owner or None)
    pieces = line_pieces(await services.client_files.content(file), int(start), int(length))
    async with services.admission.json_pieces(pieces, batch.owner) as body:
        wanted = await asyncio.to_thread(kind.understood, body.fields["body"])
        admitted = await admit_document(services, body, wanted, batch.owner or None)
        admitted = replace(admitted, asked=admitted.asked.model_copy(update={"deadline_s": left_s}))
        return await submit_of_batch(services, admitted, document)
