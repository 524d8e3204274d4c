"""The OpenAPI schema tells errors as they are: every one a problem (RFC 9457), where FastAPI would show its own."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from ocr_service.api.problems import PROBLEM_SCHEMA, ProblemModel

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
