"""The API's description of itself is whole: people read it in Swagger UI, programs make clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ocr_service.api.schemas.problem import EXAMPLES, error_kinds
from tests.support.running import RunningService


@pytest.fixture(scope="module")
def description(service: RunningService) -> dict[str, Any]:
    document: dict[str, Any] = service.client.get("/openapi.json").json()
    return document


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def undescribed(name: str, schema: Any) -> Iterator[str]:
    """Fields without a word on what they mean."""
    for field, kind in schema.get("properties", {}).items():
        if not kind.get("description"):
            yield f"{name}.{field}"
        yield from undescribed(f"{name}.{field}", kind)
    items = [schema["items"]] if "items" in schema else []
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *items):
        yield from undescribed(name, branch)


def test_every_field_says_what_it_means(description: dict[str, Any]) -> None:
    missing = [
        field for name, schema in description["components"]["schemas"].items() for field in undescribed(name, schema)
    ]
    for name, operation in operations(description):
        missing += [f"{name}?{item['name']}" for item in operation.get("parameters", ()) if not item.get("description")]
        for body in operation.get("requestBody", {}).get("content", {}).values():
            missing += undescribed(name, body["schema"])
    assert missing == []


def test_every_error_has_an_example_somewhere(description: dict[str, Any]) -> None:
    shown: dict[str, Any] = {}
    for _, operation in operations(description):
        for status, answer in operation["responses"].items():
            for code, example in (
                answer.get("content", {}).get("application/problem+json", {}).get("examples", {}).items()
            ):
                assert example["value"]["code"] == code
                assert str(example["value"]["status"]) == status
                shown[code] = example
    assert shown.keys() == error_kinds().keys() == EXAMPLES.keys()


def test_what_needs_a_key_says_so_and_no_answer_is_promised_that_never_comes(description: dict[str, Any]) -> None:
    open_paths = ("/health", "/version", "/metrics")
    for name, operation in operations(description):
        path = name.partition(" ")[2]
        assert operation.get("summary"), name
        if not path.startswith(open_paths):
            assert "401" in operation["responses"], name
            # FastAPI's own shape of a wrong request, which is never sent.
            assert "application/json" not in operation["responses"]["422"].get("content", {}) or "Paddle" in str(
                operation["tags"]
            ), name


@pytest.mark.parametrize("status", ["422", "503"])
def test_routes_with_errors_of_their_own_promise_them_in_that_shape(status: str, description: dict[str, Any]) -> None:
    shaped = [operation for _, operation in operations(description) if "Paddle" in str(operation["tags"])]
    assert len(shaped) > 4
    assert all(list(operation["responses"][status]["content"]) == ["application/json"] for operation in shaped)


def test_errors_look_as_their_examples(service: RunningService, description: dict[str, Any]) -> None:
    answer = service.client.get("/jobs/none")
    example = description["paths"]["/jobs/{job_id}"]["get"]["responses"]["404"]["content"]["application/problem+json"]
    shown = example["examples"]["not_found"]["value"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert {**answer.json(), "detail": ""} == {**shown, "detail": ""}
