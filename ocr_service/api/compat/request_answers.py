"""The answers of a batch of requests as lines of JSON, written from the jobs' pages while they are downloaded.

``{"id": …, "custom_id": …, "response": {"status_code": …, "body": …}, "error": …}``, as OpenAI has them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import iterate_in_threadpool

from ocr_service.api.compat.job_results import failure, has_result
from ocr_service.api.compat.json_pieces import pieces, value_texts
from ocr_service.api.compat.request_files import RequestKind
from ocr_service.api.dependencies import Services
from ocr_service.errors import Cancelled, NotFound, ServiceError, error_for
from ocr_service.jobs.batches.rows import Batch, BatchDocument
from ocr_service.jobs.models import Job
from ocr_service.storage.filesystem import JobFolder

_AT_A_TIME = 200


async def answer_lines(services: Services, batch: Batch, kind: RequestKind[Any], *, errors: bool) -> AsyncIterator[str]:
    """The answers of a finished batch in the order of its requests, or its errors; each piece has a page at most."""
    after = 0
    while documents := await services.delivery.batches.documents(batch, after, _AT_A_TIME):
        for document in documents:
            found = await _found(services, document)
            if isinstance(found, ServiceError):
                if errors:
                    yield _error_line(document, found)
            elif not errors:
                job, folder = found
                yield f'{{{_head(document)},"response":{{"status_code":200,"body":'
                answer = pieces(value_texts(kind.answer(folder, job, document)))
                async for piece in iterate_in_threadpool(answer):
                    yield piece
                yield '},"error":null}\n'
        after = documents[-1].number


async def _found(services: Services, document: BatchDocument) -> tuple[Job, JobFolder] | ServiceError:
    """The job that read it and its pages, or why there are none."""
    if document.job_id is None:
        return error_for(*document.error) if document.error else Cancelled("The request was never read.")
    job = await services.jobs.store.find(document.job_id)
    if job is None:
        return NotFound("The result was removed (JOB_TTL_H, or by request).")
    if not has_result(job):
        return failure(job)
    try:
        return job, await services.jobs.files.of(job, "pages")
    except ServiceError as error:
        return error


def _head(document: BatchDocument) -> str:
    return f'"id":{json.dumps(f"{document.batch.id}-{document.number}")},"custom_id":{json.dumps(document.custom_id)}'


def _error_line(document: BatchDocument, error: ServiceError) -> str:
    body: dict[str, Any] = {"code": error.code, "detail": str(error), "status": error.status}
    response = json.dumps({"status_code": error.status, "body": body}, ensure_ascii=False)
    told = json.dumps({"code": error.code, "message": str(error)}, ensure_ascii=False)
    return f'{{{_head(document)},"response":{response},"error":{told}}}\n'
