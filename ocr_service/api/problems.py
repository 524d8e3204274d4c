"""Every error that a client can meet, with an example: what Swagger UI shows beside each call."""

from __future__ import annotations

import logging
from collections import defaultdict
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ocr_service import errors
from ocr_service.errors import BadOption, ServiceError, UploadTooSlow

# What the service says in a typical case, by code. A test holds that none is missing.
EXAMPLES = {
    "address_refused": "Documents by URL are switched off here (ALLOW_URL_INPUT)",
    "already_finished": "The job ended before it could be cancelled: it is completed.",
    "backend_refused": "the backend refused the request (400): the image could not be loaded",
    "bad_option": "dpi: Input should be less than or equal to 600",
    "bad_pages": "pages='9': '9' is not in this document, which has 4 pages",
    "cancelled": "The job was cancelled; ?partial=true gives what was read before.",
    "damaged_pdf": "contract.pdf cannot be opened: it is damaged, or no PDF at all",
    "deadline_exceeded": "The document was not read within its deadline of 60 s",
    "empty_file": "contract.pdf is empty",
    "encrypted_pdf": "contract.pdf is encrypted; give its password with password=…",
    "engine_unavailable": "No VLM is configured here (USE_VLM_API, VLLM_URL); ask for engine=tesseract or auto",
    "fetch_failed": "the address answered 404",
    "file_too_large": "The file is larger than 512 MiB (MAX_UPLOAD_MB); split it or raise the limit",
    "idempotency_conflict": "This Idempotency-Key was used with another file or other options.",
    "internal_error": "Something went wrong here; the log has it under request 3f6c…",
    "not_finished": "The job is running; ?partial=true gives what is read so far.",
    "not_found": "There is no job '01a2014bd376680b1ee87fc7cd8fdc0c'.",
    "not_ready": "The service is shutting down.",
    "page_timeout": "page 3 took longer than 120 s (PAGE_TIMEOUT_S)",
    "page_too_large": "page 3 is too large to be rendered",
    "queue_full": "500 jobs are waiting, as many as QUEUE_LIMIT allows. Try again later.",
    "recognition_failed": "no usable answer after 4 tries",
    "render_failed": "page 3 cannot be drawn",
    "s3_refused": "The bucket refused the key (AccessDenied)",
    "s3_unavailable": "The bucket did not answer",
    "service_crashed": "The service crashed 10 times in a row while it read this document.",
    "storage_full": "No space left on OUTPUT_DIR; remove old jobs or enlarge the volume",
    "too_many_documents": "12000 documents under 'in/' in the bucket; a batch has at most 10000",
    "too_many_pages": "book.pdf has 5000 pages, more than 3000 (MAX_PAGES); ask for a part of it with pages=1-3000",
    "unauthorized": "A valid API key is needed: Authorization: Bearer <key>, or X-API-Key: <key>",
    "unsupported_type": "contract.docx is neither a PDF nor a PNG, JPEG, TIFF, WebP or BMP",
    "upload_lost": str(errors.UploadLost()),
    "upload_too_slow": "1200 bytes came in 25 s; send faster, or in parts",
    "worker_crashed": "the worker that read page 3 died twice (its memory limit is RENDER_MEMORY_MB)",
}
_TITLES = {
    401: "Unauthorized", 404: "Not Found", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
    413: "Request Entity Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Entity",
    429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Gateway Timeout", 507: "Insufficient Storage",
}  # fmt: skip
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
    kind = {"type": f"urn:ocr-service:{code}", "title": _TITLES[status], "status": status}
    return {**kind, "code": code, "detail": EXAMPLES[code]}


_SOURCE = ("bad_option", "empty_file", "damaged_pdf", "encrypted_pdf", "too_many_pages", "bad_pages", "page_too_large")
_BUCKET = ("s3_refused", "s3_unavailable")  # also of what is uploaded and read, with ARTIFACTS=s3
_CAPACITY = ("queue_full", "engine_unavailable", "not_ready", "storage_full", *_BUCKET)

ANYWHERE = problem_answers("unauthorized", "bad_option", "internal_error", "not_ready")
NOT_FOUND = problem_answers("not_found")
RETRIED = problem_answers("not_found", "bad_pages", "bad_option")
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


log = logging.getLogger(__name__)

_HTTP_CODES = {401: "unauthorized", 404: "not_found", 405: "method_not_allowed", 413: "file_too_large"}


def install_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


def problem(
    status: int, code: str, detail: str, *, retry_after_s: float | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    extra = dict(headers or {})
    if retry_after_s is not None:
        extra["Retry-After"] = str(max(1, round(retry_after_s)))
    body = {"type": f"urn:ocr-service:{code}", "title": HTTPStatus(status).phrase, "status": status}
    return JSONResponse(
        {**body, "code": code, "detail": detail}, status, headers=extra, media_type="application/problem+json"
    )


async def _service_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    request.state.code = error.code
    if error.status >= 500:  # what the client got wrong is told by the code in the request's line
        log.warning("%s: %s", error.code, error)
    retry_after_s = error.retry_after_s
    if retry_after_s is None and error.status in (429, 503):
        retry_after_s = 5
    # What still trickles in is not waited for.
    headers = {"Connection": "close"} if error.status == UploadTooSlow.status else None
    return problem(error.status, error.code, str(error), retry_after_s=retry_after_s, headers=headers)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    request.state.code = BadOption.code
    return problem(422, BadOption.code, describe_validation(error.errors()))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "bad_request" if error.status_code < 500 else "internal_error")
    request.state.code = code
    return problem(error.status_code, code, str(error.detail), headers=dict(error.headers or {}))


def describe_validation(errors: object) -> str:
    """``dpi: Input should be …`` for each wrong field, in one line."""
    lines = []
    for item in errors if isinstance(errors, (list, tuple)) else ():
        name = ".".join(str(part) for part in item["loc"] if part not in ("body", "query", "path", "header"))
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = "there is no such option"
        lines.append(f"{name}: {message}" if name else message)
    return "; ".join(lines)
