from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from ocr_service.jobs.db.postgres import open_postgres
from ocr_service.jobs.db.queue_load import QueueLimits
from ocr_service.jobs.db.sqlite import open_sqlite
from ocr_service.jobs.migrations import upgrade
from ocr_service.jobs.store import Store
from tests.support.postgres_server import PostgresServer, postgres_server
from tests.support.store import LIMITS, Changes, OpenStore

_GIVE_UP_S = 60  # a guard against hanging; a request gives up after 5 s


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        url = make_url(server.create_database("migrated")).set(drivername="postgresql+psycopg")
        upgrade(url, name="migrated")  # once, since it takes longer than most tests
        yield server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, which takes as long to make as most tests take to run."""
    path = tmp_path_factory.mktemp("migrated") / "jobs.sqlite3"
    upgrade(f"sqlite:///{path}", name=str(path))
    return path


@pytest.fixture
def open_sqlite_store(tmp_path: Path, migrated: Path) -> OpenStore:
    path = tmp_path / "jobs.sqlite3"

    @asynccontextmanager
    async def opened(on_change: Changes = lambda change: None, limits: QueueLimits = LIMITS) -> AsyncIterator[Store]:
        if not path.exists():
            shutil.copyfile(migrated, path)
        async with open_sqlite(path, on_change) as database:
            yield Store(database, limits, give_up_s=_GIVE_UP_S)

    return opened


@pytest.fixture
def open_postgres_store(postgres: PostgresServer) -> OpenStore:
    url = postgres.create_database(f"t{uuid.uuid4().hex}", template="migrated")

    @asynccontextmanager
    async def opened(on_change: Changes = lambda change: None, limits: QueueLimits = LIMITS) -> AsyncIterator[Store]:
        listening = asyncio.Event()

        async def on_gap() -> None:
            listening.set()

        async with open_postgres(url, on_change, on_gap) as database:
            await listening.wait()  # what changes before that is told as a gap
            yield Store(database, limits, give_up_s=_GIVE_UP_S)

    return opened


@pytest.fixture(params=["open_sqlite_store", "open_postgres_store"])
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """Opens the store of this test; opened again it is the same database."""
    opened: OpenStore = request.getfixturevalue(request.param)
    return opened


@pytest.fixture
async def store(open_store: OpenStore) -> AsyncIterator[Store]:
    async with open_store() as opened:
        yield opened
