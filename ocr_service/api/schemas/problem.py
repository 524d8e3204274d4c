"""Every error in the OpenAPI schema, each with an example: what Swagger UI shows beside each call.

An example is built by what the code raises it with, so that it cannot say anything else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from ocr_service import errors
from ocr_service.api.schemas.document import parse_options
from ocr_service.errors import ServiceError
from ocr_service.reading.page_ranges import select_pages
from ocr_service.render.file_types import ACCEPTED
from ocr_service.render.scale import fitting_dpi


def _raised(call: Callable[[], object]) -> ServiceError:
    try:
        call()
    except ServiceError as error:
        return error
    raise AssertionError("this call raises no error")


# A typical case of each kind of error.
_TYPICAL: tuple[ServiceError, ...] = (
    ServiceError.internal("3f6c0a5e1b7d4c2f9e8a6b4d2c0f1e3a"),
    _raised(lambda: parse_options({"dpi": "1200"}, {})),
    _raised(lambda: select_pages("9", 4)),
    _raised(lambda: fitting_dpi(4e6, 4e6, 200, 40_000_000)),
    errors.AddressRefused.switched_off(),
    errors.AddressRefused.no_webhooks(),
    errors.AlreadyFinished.job("completed"),
    errors.BackendRefused.answered("http://127.0.0.1:8080/v1", 400, "the image could not be loaded"),
    errors.Cancelled.job(),
    errors.CorrectionConflict.corrected(2, 5, 3, "anna"),
    errors.CorrectionConflict.read_again(2, 3),
    errors.CrossSiteRefused.sent_by("https://page.example"),
    errors.DamagedFile.no_structure(),
    errors.DeadlineExceeded.passed(),
    errors.EmptyFile.named("contract.pdf"),
    errors.EncryptedPdf.no_password(),
    errors.EncryptedPdf.password_removed(),
    errors.EngineUnavailable.no_vlm(),
    errors.FetchFailed.answered(404),
    errors.FileTooLarge.upload(512 << 20),
    errors.HostRefused.named("page.example"),
    errors.IdempotencyConflict.other_file(),
    errors.NotFinished.job("running"),
    errors.NotFinished.to_correct("running"),
    errors.NotFound.job("01a2014bd376680b1ee87fc7cd8fdc0c"),
    errors.NotReady.stopping(),
    errors.NotReady.no_database(),
    errors.PageTimeout.after(60),
    errors.QueueFull.waiting(500),
    errors.QuotaExceeded.pages(960, 1000),
    errors.RecognitionFailed.doubtful("http://127.0.0.1:8080/v1", "the answer is empty", 3),
    errors.RenderFailed.page(3),
    errors.S3Refused.refused("upload of ocr/contract.md", "access denied", "AccessDenied"),
    errors.S3Unavailable.no_answer("download of in/contract.pdf", "ConnectTimeoutError"),
    errors.ServiceCrashed.runs(10),
    errors.StorageFull.no_space("OUTPUT_DIR"),
    errors.TooManyDocuments.under("in/", 12_000, 10_000),
    errors.TooManyDocuments.in_a_batch(10_000),
    errors.TooManyPages.of_file("book.pdf", 5000, 3000),
    errors.TooManyPages.of_a_day(1200, 1000),
    errors.Unauthorized.no_key(),
    errors.UnsupportedType.looks_like("a Word document", ACCEPTED),
    errors.BadOption.not_json(),
    errors.BadOption.no_form(),
    errors.UploadLost.input_gone(),
    errors.UploadTooSlow.received(1200, 25),
    errors.WorkerCrashed.out_of_memory(2048),
)
EXAMPLES = {error.code: str(error) for error in reversed(_TYPICAL)}
Answers = dict[int | str, dict[str, Any]]

_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait before the next try", "schema": {"type": "integer"}}}

# ``openapi`` puts the model there.
PROBLEM_SCHEMA = {"$ref": "#/components/schemas/ProblemModel"}


class ProblemModel(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = Field(description="`urn:ocr-service:` and the code", examples=["urn:ocr-service:encrypted_pdf"])
    title: str = Field(description="The HTTP status in words")
    status: int = Field(description="The HTTP status")
    code: str = Field(description="Stable: programs may rely on it", examples=["encrypted_pdf"])
    detail: str = Field(description="For people: what is wrong, and the way out")


def error_kinds() -> dict[str, type[errors.ServiceError]]:
    kinds: list[type[errors.ServiceError]] = [errors.ServiceError, *errors.ServiceError.__subclasses__()]
    return {kind.code: kind for kind in kinds}


def problem_answers(*codes: str) -> Answers:
    """For a route's ``responses``: these errors by their HTTP status, each with its example."""
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    kinds = error_kinds()
    for code in codes:
        by_status[kinds[code].status].append(code)
    return {status: _answer(status, found) for status, found in by_status.items()}


def _answer(status: int, codes: list[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {
            "application/problem+json": {
                "schema": PROBLEM_SCHEMA,
                "examples": {code: {"summary": code, "value": _example(status, code)} for code in codes},
            }
        },
    }
    if status in (429, 503):
        answer["headers"] = _RETRY_AFTER
    return answer


def _example(status: int, code: str) -> dict[str, Any]:
    kind = {"type": f"urn:ocr-service:{code}", "title": HTTPStatus(status).phrase, "status": status}
    return {**kind, "code": code, "detail": EXAMPLES[code]}


_SOURCE = ("bad_option", "empty_file", "damaged_pdf", "encrypted_pdf", "too_many_pages", "bad_pages", "page_too_large")
_BUCKET = ("s3_refused", "s3_unavailable")  # also of what is uploaded and read, with ARTIFACTS=s3
_CAPACITY = ("queue_full", "quota_exceeded", "engine_unavailable", "not_ready", "storage_full", *_BUCKET)

ANYWHERE = problem_answers(
    "unauthorized", "cross_site_refused", "host_refused", "bad_option", "internal_error", "not_ready"
)
NOT_FOUND = problem_answers("not_found")
RETRIED = problem_answers("not_found", "bad_pages", "bad_option", "encrypted_pdf", "too_many_pages", "quota_exceeded")
# Of an upload that becomes a job, of one that is fetched as well, and of one that is waited for.
_UPLOAD = (*_SOURCE, "file_too_large", "unsupported_type", "upload_too_slow", *_CAPACITY)
FETCHED = problem_answers(
    "idempotency_conflict", *_UPLOAD, "address_refused", "fetch_failed", "too_many_documents", "not_found"
)
_FAILURES = (
    "render_failed",
    "page_timeout",
    "worker_crashed",
    "service_crashed",
    "upload_lost",
    "recognition_failed",
    "backend_refused",
)
READ = problem_answers("idempotency_conflict", "cancelled", *_UPLOAD, *_FAILURES, "deadline_exceeded")
READ_FROM_JSON = problem_answers(
    "cancelled", *_UPLOAD, "address_refused", "fetch_failed", *_FAILURES, "deadline_exceeded", "not_found"
)
RESULTS = problem_answers(
    "bad_option", "not_found", "not_finished", "cancelled", *_FAILURES, "deadline_exceeded", "storage_full", *_BUCKET
)
CORRECTED = problem_answers("not_found", "bad_option", "correction_conflict", "not_finished", "storage_full", *_BUCKET)
REMOVED = problem_answers("not_found", "bad_option", "already_finished", "not_finished", *_BUCKET)


_PROBLEM = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}


def describe_problems(app: FastAPI) -> None:
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = generate()
            components = schema.setdefault("components", {}).setdefault("schemas", {})
            for replaced in ("HTTPValidationError", "ValidationError"):
                components.pop(replaced, None)
            components["ProblemModel"] = ProblemModel.model_json_schema(ref_template="#/components/schemas/{model}")
            for path in schema["paths"].values():
                for operation in path.values():
                    _describe(operation["responses"])
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _describe(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status[0] in "45" and _is_validation_error(response.get("content", {})):
            response["content"] = _PROBLEM
            response["description"] = "`bad_option`"


def _is_validation_error(content: dict[str, Any]) -> bool:
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return bool(reference.endswith("/HTTPValidationError"))
