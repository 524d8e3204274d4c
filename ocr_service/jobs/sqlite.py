"""SQLite in OUTPUT_DIR: owned by one process, one writer, commits grouped.

``synchronous=FULL`` syncs the log at every commit, so that what was answered survives a power cut; the writer puts all
that waits into one transaction, so that many pages share one sync.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DatabaseError as SqlError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ocr_service.errors import StorageFull
from ocr_service.jobs.clock import WallClock, move_with_the_clock
from ocr_service.jobs.database import DatabaseError, DatabaseInUse, OnChange, T, Transaction, Work
from ocr_service.jobs.migrations import upgrade

log = logging.getLogger(__name__)

_READERS = 4  # connections, each a thread of aiosqlite
_GROUP = 256  # pieces of work that share a commit


class SqliteDatabase:
    """See ``open_sqlite``. ``clock`` is the owner's; who only looks has none."""

    def __init__(self, engine: AsyncEngine, on_change: OnChange, clock: WallClock | None = None) -> None:
        self._engine = engine
        self._on_change = on_change
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[Work[Any], asyncio.Future[Any]]] = asyncio.Queue()

    async def read(self, work: Work[T], *, patience_s: float) -> T:
        if self._clock and self._clock.jump_s():
            await self.write(_nothing, patience_s=patience_s)  # the writer heeds it
        async with self._engine.connect() as connection:
            return await work(Transaction(connection))

    async def write(self, work: Work[T], *, patience_s: float) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((work, done))
        return await done

    async def run_writer(self) -> None:
        """Write for ever what ``write`` is given; to be run as one task."""
        async with self._engine.connect() as connection:
            while True:
                group = [await self._waiting.get()]
                while len(group) < _GROUP and not self._waiting.empty():
                    group.append(self._waiting.get_nowait())
                await self._heed_the_clock(connection)
                if len(group) == 1 or not await self._write_group(connection, group):
                    for item in group:
                        await self._write_one(connection, *item)

    async def _heed_the_clock(self, connection: AsyncConnection) -> None:
        jump_s = self._clock.jump_s() if self._clock else 0.0
        if not self._clock or not jump_s:
            return
        try:
            with _sqlite_errors():
                async with connection.begin():
                    await move_with_the_clock(Transaction(connection), jump_s)
        except StorageFull as error:
            log.warning("storage_full: deadlines could not be moved with the clock yet: %s", error)
            return
        self._clock.heeded(jump_s)
        log.warning("the clock jumped by %+.0f s: deadlines and deliveries were moved with it", jump_s)

    async def _write_group(
        self, connection: AsyncConnection, group: list[tuple[Work[Any], asyncio.Future[Any]]]
    ) -> bool:
        """All in one transaction; False, and nothing written, when any of them fails."""
        transaction = Transaction(connection)
        try:
            async with connection.begin():
                results = [await work(transaction) for work, _ in group]
        except Exception:  # noqa: BLE001 - each is run alone next, and then meets its own error
            return False
        for (_, done), result in zip(group, results, strict=True):
            _resolve(done, result)
        self._tell(transaction)
        return True

    async def _write_one(self, connection: AsyncConnection, work: Work[T], done: asyncio.Future[T]) -> None:
        transaction = Transaction(connection)
        try:
            with _sqlite_errors():
                async with connection.begin():
                    result = await work(transaction)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
            if not done.done():
                done.set_exception(error)
            return
        _resolve(done, result)
        self._tell(transaction)

    def _tell(self, transaction: Transaction) -> None:
        for change in transaction.changes:
            self._on_change(change)


async def _nothing(tx: Transaction) -> None: ...


def _resolve(done: asyncio.Future[Any], result: Any) -> None:
    if not done.done():  # the waiting task may have been cancelled meanwhile
        done.set_result(result)


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except SqlError as exc:
        if getattr(exc.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise StorageFull("The disk of OUTPUT_DIR is full: the job could not be written down.") from exc
        raise


@asynccontextmanager
async def open_sqlite(path: Path, on_change: OnChange) -> AsyncIterator[SqliteDatabase]:
    """Own the file alone, bring it up to date, and write to it until the context ends.

    Raises DatabaseError when another process owns it, or when it is damaged or newer than this program; nothing is
    overwritten then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with owned(path):
        await asyncio.to_thread(prepare, path)
        engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=_READERS + 1, max_overflow=0)
        event.listen(engine.sync_engine, "connect", _configure)
        database = SqliteDatabase(engine, on_change, WallClock())
        writer = asyncio.create_task(database.run_writer(), name="job database writer")
        try:
            yield database
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
            await engine.dispose()


@asynccontextmanager
async def look_into_sqlite(path: Path) -> AsyncIterator[SqliteDatabase]:
    """For reading only, also while another process owns the file. Raises DatabaseError when there is none."""
    if not await asyncio.to_thread(path.exists):
        raise DatabaseError(f"{path} is not there: no job was ever submitted with this OUTPUT_DIR")
    engine = create_async_engine(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true")
    try:
        yield SqliteDatabase(engine, lambda change: None)
    finally:
        await engine.dispose()


def _configure(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def owned(path: Path) -> Iterator[None]:
    """Hold the lock beside the database. The kernel frees it when the process ends, however it ends."""
    lock = path.with_suffix(".lock")
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise DatabaseInUse(
                f"{path} is in use by another process (pid {file.read().strip() or 'unknown'}): stop that one, give "
                "this one an OUTPUT_DIR of its own, or set DATABASE_URL=postgresql://… for several replicas"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def prepare(path: Path) -> None:
    """Check the file and bring its tables up to date. Raises DatabaseError, nothing overwritten."""
    if path.exists():
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as exc:
            raise DatabaseError(_damaged(path, str(exc))) from None
        if verdict != "ok":
            raise DatabaseError(_damaged(path, verdict))
    upgrade(f"sqlite:///{path}", name=str(path))


def _damaged(path: Path, reason: str) -> str:
    return (
        f"{path} is damaged ({' '.join(reason.split())}): nothing was changed. Put a backup in its place, or move it "
        "away to start with an empty list of jobs (results in OUTPUT_DIR stay)"
    )
