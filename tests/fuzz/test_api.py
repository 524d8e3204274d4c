"""What the OpenAPI schema allows and what it forbids, as schemathesis makes it: no 500, and answers as described."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.faults.aftermath import check_nothing_left
from tests.running import RunningService

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))  # for each operation
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("fuzzed"), RENDER_WORKERS="1", LAYOUT_MODEL="stub:1") as service:
        yield service
        check_nothing_left(service)
        assert "Traceback" not in service.log.read_text()


def operations(service: RunningService) -> list[APIOperation]:
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.timeout(300)
def test_the_api_answers_as_it_is_described(fuzzed: RunningService, mode: GenerationMode) -> None:
    found = operations(fuzzed)
    assert len(found) > 15
    for operation in found:
        call(operation, mode)


def call(operation: APIOperation, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    def one(case: Case) -> None:
        case.call_and_validate(checks=CHECKS, timeout=20)

    # Nothing of a GET without parameters can be wrong.
    with contextlib.suppress(Unsatisfiable):
        one()
