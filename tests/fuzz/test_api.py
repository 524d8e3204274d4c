"""What the OpenAPI schema allows and what it forbids, as schemathesis makes it: no 500, and answers as described."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, CheckContext, GenerationMode, Response
from schemathesis.core.result import Err, Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fakes.vllm import FakeVllm
from tests.support.aftermath import VLM, check_nothing_left
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))  # for each operation


def not_a_bug(context: CheckContext, response: Response, case: Case[Any]) -> None:
    """502 to 507 have honest reasons, such as a deadline of a millionth of a second; 500 has none."""
    assert response.status_code != 500


CHECKS = [
    not_a_bug,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with (
        FakeVllm().running() as backend,
        RunningService(tmp_path_factory.mktemp("fuzzed"), **VLM, VLLM_URL=backend.url) as service,
    ):
        yield service
        check_nothing_left(service)
        assert "Traceback" not in service.log.read_text()


def operations(service: RunningService) -> list[Operation]:
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    found = list(schema.get_all_operations())
    assert not [one for one in found if isinstance(one, Err)]
    return [one.ok() for one in found if isinstance(one, Ok)]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_api_answers_as_it_is_described(fuzzed: RunningService, mode: GenerationMode) -> None:
    found = operations(fuzzed)
    assert len(found) > 15
    for operation in found:
        call(operation, mode)


def test_a_job_and_a_file_that_are_there_answer_as_described(fuzzed: RunningService) -> None:
    """Ids that schemathesis makes up only ever find nothing."""
    job_id = fuzzed.read("a.pdf", pdf("One", "Two")).json()["job_id"]
    file_id = fuzzed.client.post("/v1/files", files={"file": ("a.pdf", pdf("One"))}, data={"purpose": "ocr"}).json()[
        "id"
    ]
    ids = {"job_id": job_id, "file_id": file_id}
    found = [
        one for one in operations(fuzzed) if one.method == "get" and any(f"{{{name}}}" in one.path for name in ids)
    ]
    assert len(found) > 10
    for operation in found:
        call(
            operation,
            GenerationMode.POSITIVE,
            {name: id for name, id in ids.items() if f"{{{name}}}" in operation.path},
        )


def test_every_status_that_can_come_is_described(fuzzed: RunningService) -> None:
    """No answer is covered by a description of any other answer: then nothing would be undocumented."""
    for operation in operations(fuzzed):
        statuses = set(operation.responses.status_codes)
        assert "default" not in statuses, operation.label
        if not operation.path.startswith(("/health", "/version", "/metrics")):
            assert statuses >= {"401", "422", "500", "503"}, operation.label


def call(operation: Operation, mode: GenerationMode, ids: Mapping[str, str] = MappingProxyType({})) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    def one(case: Case[Any]) -> None:
        case.path_parameters.update(ids)
        case.call_and_validate(checks=CHECKS, timeout=300)

    # Nothing of a GET without parameters can be wrong.
    with contextlib.suppress(Unsatisfiable):
        one()
