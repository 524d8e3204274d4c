"""What all tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.make_samples import make_contract, scan
from tests.fakes.fault_proxy import FaultProxy
from tests.support.running import RunningService
from tests.support.s3_server import s3_proxy, s3_server

# Whole folders that start services, and fixtures that start a database, a browser or an S3 server, or mount a disk.
_SLOW_FOLDERS = ("e2e", "faults", "fuzz")
_SLOW_FIXTURES = {"postgres", "open_postgres_store", "browser", "moto", "disk"}


def pytest_collection() -> None:
    """Thousands of tests are listed, and all of the list stays: there is nothing for the garbage collector to find."""
    gc.disable()
    RunningService.warm = True


def pytest_collection_finish() -> None:
    gc.freeze()  # else the whole list is gone through again and again while the tests run
    gc.enable()


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as ``slow`` what its folder or a fixture makes so; other tests carry the marker themselves."""
    tests = Path(__file__).parent
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if (call := getattr(item, "callspec", None)) is not None:
            used |= {value for value in call.params.values() if isinstance(value, str)}
        if item.path.relative_to(tests).parts[0] in _SLOW_FOLDERS or used & _SLOW_FIXTURES:
            item.add_marker("slow")


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


@pytest.fixture(scope="module")
def moto() -> Iterator[tuple[str, int]]:
    """An S3 server: its host and port."""
    with s3_server() as server:
        yield server


@pytest.fixture
def proxy(moto: tuple[str, int]) -> Iterator[FaultProxy]:
    """The S3 server with an empty bucket, reached through a proxy that can misbehave."""
    with s3_proxy(moto) as proxy:
        yield proxy
