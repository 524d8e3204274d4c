"""What all tests share."""

from __future__ import annotations

import gc
import importlib
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.running import RunningService

if TYPE_CHECKING:
    from tests.fakes.fault_proxy import FaultProxy

# Whole folders that start services, and fixtures that start a database, a browser or an S3 server, or mount a disk.
_SLOW_FOLDERS = ("e2e", "faults", "fuzz")
_SLOW_FIXTURES = {"postgres", "open_postgres_store", "browser", "browser_page", "moto", "disk"}
_USERS = ("store", "proxy")  # fixtures that use those
_TESTS = Path(__file__).parent
# What takes minutes: later, one process would still be at the last of it when the others have nothing to do.
# (xdist would begin with the files that have the most tests.)
_FIRST = ("test_package.py", "e2e", "api/test_regular_expressions.py", "faults", "text_layer")
_MARK = re.compile(r"pytest\.mark\.(\w++)")
_LEFT_OUT = re.compile(r"not (\w++)")


def pytest_collection(session: pytest.Session) -> None:
    """Thousands of tests are listed, and all of the list stays: there is nothing for the garbage collector to find."""
    gc.disable()
    RunningService.warm = True
    if (worker := getattr(session.config, "workerinput", None)) is not None and session.config.args == ["tests"]:
        _compile_share(session.config, int(worker["workerid"].removeprefix("gw")), worker["workercount"])


def _compile_share(config: pytest.Config, number: int, processes: int) -> None:
    """Imports a share of the files. To compile them, which pytest does itself, takes a third of the time of listing.

    The processes of one run import the same files in the same order: so each compiles its share for all.
    """
    files = [file for file in sorted(_TESTS.rglob("test_*.py")) if not pytest_ignore_collect(file, config)]
    for file in files[number::processes]:
        with suppress(Exception):  # the listing tells what is wrong with a file
            importlib.import_module(".".join(file.relative_to(_TESTS.parent).with_suffix("").parts))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where slow tests are left out, files of nothing else are not imported, and the other way round.

    Their clients, servers and browsers take each process of the tests seconds to load.
    """
    if not collection_path.name.startswith("test_"):
        return None
    wanted = str(config.getoption("markexpr"))
    if " or " not in wanted and _marks_of_all(collection_path) & set(_LEFT_OUT.findall(wanted)):
        return True
    return True if wanted.startswith("slow") and not _may_be_slow(collection_path) else None


def _marks_of_all(file: Path) -> set[str]:
    """The marks that all tests of the file have, as its folder or its own lines say."""
    own = [line for line in file.read_text("utf-8").splitlines() if line.startswith("pytestmark")]
    return set(_MARK.findall("".join(own))) | ({"slow"} if _is_in_slow_folder(file) else set())


def _may_be_slow(file: Path) -> bool:
    """Whether tests of the file may be slow: it names the mark or one of the fixtures."""
    text = file.read_text("utf-8")
    return _is_in_slow_folder(file) or any(word in text for word in ("mark.slow", *_SLOW_FIXTURES, *_USERS))


def _is_in_slow_folder(file: Path) -> bool:
    return file.relative_to(_TESTS).parts[0] in _SLOW_FOLDERS


def pytest_collection_finish() -> None:
    gc.freeze()  # else the whole list is gone through again and again while the tests run
    gc.enable()


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as ``slow`` what its folder or a fixture makes so; other tests carry the marker themselves."""
    items.sort(key=_place)
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if (call := getattr(item, "callspec", None)) is not None:
            used |= {value for value in call.params.values() if isinstance(value, str)}
        if _is_in_slow_folder(item.path) or used & _SLOW_FIXTURES:
            item.add_marker("slow")
        if item.get_closest_marker("slow") and not _may_be_slow(item.path):
            raise pytest.UsageError(f"{item.nodeid} is slow, which its file does not say: tests/conftest.py has how")


def _place(item: pytest.Item) -> int:
    """The file's place among the others; those of one place stay in the order of their names."""
    file = item.path.relative_to(_TESTS)
    return next((place for place, first in enumerate(_FIRST) if file.is_relative_to(first)), len(_FIRST))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def contract_scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample contract as a scan of two pages."""
    from scripts.make_samples import make_contract, scan

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
    from tests.support.s3_server import s3_server

    with s3_server() as server:
        yield server


@pytest.fixture
def proxy(moto: tuple[str, int]) -> Iterator[FaultProxy]:
    """The S3 server with an empty bucket, reached through a proxy that can misbehave."""
    from tests.support.s3_server import s3_proxy

    with s3_proxy(moto) as proxy:
        yield proxy
