"""Turns errors into answers: ``application/problem+json`` with a stable code."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ocr_service.api.validation import describe_validation
from ocr_service.errors import BadOption, ServiceError, UploadTooSlow

log = logging.getLogger(__name__)

_RETRY_AFTER_S = 5.0  # for errors without a Retry-After of their own

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


def problem_of(error: ServiceError, *, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer to a service error; 429 and 503 always have Retry-After."""
    retry_after_s = error.retry_after_s
    if retry_after_s is None and error.status in (429, 503):
        retry_after_s = _RETRY_AFTER_S
    return problem(error.status, error.code, str(error), retry_after_s=retry_after_s, headers=headers)


async def _service_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    request.state.code = error.code
    if error.status >= 500:  # the code of a client's error is in the request's log line
        log.warning("%s: %s", error.code, error)
    # The rest of the body is not read.
    return problem_of(error, headers={"Connection": "close"} if error.status == UploadTooSlow.status else None)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    request.state.code = BadOption.code
    return problem(422, BadOption.code, describe_validation(error.errors()))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "bad_request" if error.status_code < 500 else "internal_error")
    request.state.code = code
    return problem(error.status_code, code, str(error.detail), headers=dict(error.headers or {}))
