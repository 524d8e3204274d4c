from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.vllm import FakeVllm


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def fake() -> Iterator[FakeVllm]:
    with FakeVllm().running() as fake:
        yield fake
