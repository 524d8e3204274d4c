"""Errors in a protocol's own shape, for clients that read no ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from ocr_service.api.problems import problem_of
from ocr_service.api.schemas.problem import Answers, problem_answers
from ocr_service.api.validation import describe_validation
from ocr_service.errors import BadOption, ServiceError


def route_with_errors(shaped: Callable[[Request, ServiceError], BaseModel]) -> type[APIRoute]:
    """A class of routes that answer an error with what ``shaped`` makes of it, and with its HTTP status."""

    def refusal(request: Request, error: ServiceError) -> JSONResponse:
        request.state.code = error.code
        retry_after = {name: value for name, value in problem_of(error).headers.items() if name == "retry-after"}
        return JSONResponse(shaped(request, error).model_dump(), error.status, headers=retry_after)

    class RouteWithErrors(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def with_errors(request: Request) -> Response:
                try:
                    return await handle(request)
                except ServiceError as error:
                    return refusal(request, error)
                except RequestValidationError as error:
                    return refusal(request, BadOption(describe_validation(error.errors())))

            return with_errors

    return RouteWithErrors


def answers_with_errors(answers: Answers, shape: type[BaseModel]) -> Answers:
    """For a route's ``responses``: the errors of ``problem_answers`` in this shape, and those of any route."""
    return {
        status: {"model": shape, "description": answer["description"] + ", with Retry-After" * ("headers" in answer)}
        for status, answer in {**problem_answers("bad_option", "not_ready"), **answers}.items()
    }
