"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.make_samples import make_contract, scan
from tests.running import RunningService


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def contract_scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample contract as a scan of two pages."""
    folder = tmp_path_factory.mktemp("samples")
    make_contract(folder / "contract.pdf")
    scan(folder / "contract.pdf", folder / "contract.scan.pdf")
    return folder / "contract.scan.pdf"


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One service with the embedded reader for all tests that do it no harm."""
    with RunningService(tmp_path_factory.mktemp("service"), MAX_UPLOAD_MB="20", MAX_PAGES="50") as running:
        yield running
