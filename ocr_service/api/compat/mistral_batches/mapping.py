"""A batch of ours in the terms of Mistral's batch API."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ocr_service.api.compat.mistral.mapping import ocr_answer
from ocr_service.api.compat.mistral.models import FileChunk, MistralOcrRequest
from ocr_service.api.compat.mistral_batches.models import ENDPOINT, BatchStatus, MistralBatchError, MistralBatchJob
from ocr_service.api.compat.request_files import RequestKind
from ocr_service.errors import DeadlineExceeded
from ocr_service.jobs.batches.rows import BatchDocument, BatchProgress
from ocr_service.jobs.models import Job
from ocr_service.storage.filesystem import JobFolder

KIND = "mistral"


def _kept(asked: MistralOcrRequest) -> dict[str, Any]:
    return asked.model_dump(exclude={"document", "pages"}, exclude_unset=True)


def _answer(folder: JobFolder, job: Job, document: BatchDocument) -> dict[str, object]:
    asked = MistralOcrRequest(**document.asked, document=FileChunk(type="file", file_id=""))
    if asked.model is None:
        asked = asked.model_copy(update={"model": document.batch.about["model"]})
    return ocr_answer(folder, job, asked)


REQUESTS = RequestKind(MistralOcrRequest.understood, _kept, _answer)


def batch_job(progress: BatchProgress) -> MistralBatchJob:
    batch = progress.batch
    succeeded, failed, done = progress.with_result, progress.without_result, progress.finished
    errors = Counter(
        f"{failure.code or failure.state}: {failure.message or failure.state}"
        for failure in progress.failures
        if failure.state != "partial"
    )
    return MistralBatchJob(
        id=batch.id,
        input_files=list(batch.about["input_files"]),
        endpoint=ENDPOINT,
        model=batch.about["model"],
        metadata=batch.about["metadata"],
        errors=[MistralBatchError(message=message, count=count) for message, count in errors.most_common()],
        status=_status(progress),
        created_at=int(batch.created_at),
        started_at=int(progress.started_at) if progress.started_at is not None else None,
        completed_at=int(progress.finished_at or batch.created_at) if done else None,
        total_requests=batch.total,
        completed_requests=succeeded + failed,
        succeeded_requests=succeeded,
        failed_requests=failed,
        output_file=output_id(batch.id) if done and succeeded else None,
        error_file=errors_id(batch.id) if done and failed else None,
    )


def _status(progress: BatchProgress) -> BatchStatus:
    batch, states = progress.batch, progress.states
    if not progress.finished:
        if batch.cancelled:
            return "CANCELLATION_REQUESTED"
        untouched = states.get("waiting", 0) + states.get("queued", 0) == batch.total
        return "QUEUED" if untouched else "RUNNING"
    if batch.cancelled:
        return "CANCELLED"
    if any(failure.code == DeadlineExceeded.code for failure in progress.failures):
        return "TIMEOUT_EXCEEDED"
    return "SUCCESS" if progress.with_result else "FAILED"


_OUTPUT, _ERRORS = "-output", "-errors"


def output_id(batch_id: str) -> str:
    return batch_id + _OUTPUT


def errors_id(batch_id: str) -> str:
    return batch_id + _ERRORS


def batch_of_file(file_id: str) -> tuple[str, bool] | None:
    """The batch whose results the file has, and whether these are its errors; None for an uploaded file."""
    for suffix in (_OUTPUT, _ERRORS):
        if file_id.endswith(suffix):
            return file_id.removesuffix(suffix), suffix == _ERRORS
    return None
