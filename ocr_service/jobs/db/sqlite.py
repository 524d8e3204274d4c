"""SQLite in OUTPUT_DIR: owned by one process, one writer, commits grouped.

``synchronous=FULL`` syncs the log at every commit, so that what was answered survives a power cut; the writer puts all
that waits into one transaction, so that many pages share one sync.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError as SqlError

from ocr_service.errors import NotReady, StorageFull
from ocr_service.jobs.db.clock import WallClock, shift_times
from ocr_service.jobs.db.database import DatabaseError, DatabaseInUse, OnChange, T, Transaction, Work
from ocr_service.jobs.migrations import upgrade
from ocr_service.jobs.models import Change
from ocr_service.storage.atomic_write import restrict
from ocr_service.storage.file_lock import LockHeld, file_lock

log = logging.getLogger(__name__)

_ALONE = (
    "stop that one, give this one an OUTPUT_DIR of its own, or set DATABASE_URL=postgresql://… for several replicas"
)
_NO_ROOM = 1 << 20  # bytes; SQLite grows its files by pages of 4 KiB, the log's index by 32 KiB
_READERS = 4  # threads that read, each with a connection of its own
_GROUP = 256  # pieces of work that share a commit

_Waiting = tuple[Work[Any], asyncio.Future[Any]]


class SqliteDatabase:
    """See ``open_sqlite``. ``clock`` is the owner's; who only looks has none.

    A transaction is carried out in a thread, all of it in one go: handing each statement over by itself costs several
    times what the statement does, and every hand-over waits for Python's lock while the event loop is busy.
    """

    def __init__(self, engine: Engine, folder: Path, on_change: OnChange, clock: WallClock | None = None) -> None:
        self._folder = folder
        self._engine = engine
        self._on_change = on_change
        self._clock = clock
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="job-database-reader")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="job-database-writer")
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue()

    async def read(self, work: Work[T], *, give_up_s: float) -> T:
        if self._clock and self._clock.jump_s():
            await self.write(_nothing, give_up_s=give_up_s)  # the writer follows it
        with _sqlite_errors(self._folder):
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T], *, give_up_s: float) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((work, done))
        return await done

    async def run_writer(self) -> None:
        """Write for ever what ``write`` is given; to be run as one task."""
        while True:
            group = [await self._waiting.get()]
            while len(group) < _GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            try:
                written = await self._in_writer([work for work, _ in group])
            except Exception:  # noqa: BLE001 - each is run alone next, and then meets its own error
                for item in group:
                    await self._write_alone(*item)
            else:
                self._tell(group, *written)

    async def _follow_the_clock(self) -> bool:
        """Whether the times in the database are those of the clock now."""
        jump_s = self._clock.jump_s() if self._clock else 0.0
        if not self._clock or not jump_s:
            return True
        try:
            await self._in_thread([lambda tx: shift_times(tx, jump_s)], one_clock=False)
        except StorageFull as error:
            log.warning("cannot shift deadlines after a clock change: %s", error)
            return False
        self._clock.followed(jump_s)
        log.warning("the clock jumped by %+.0f s: shifted deadlines and deliveries", jump_s)
        return True

    async def _write_alone(self, work: Work[T], done: asyncio.Future[T]) -> None:
        try:
            written = await self._in_writer([work])
        except Exception as error:  # noqa: BLE001 - raised in the call that waits
            if not done.done():
                done.set_exception(error)
            return
        self._tell([(work, done)], *written)

    async def _in_writer(self, group: list[Work[Any]]) -> tuple[list[Any], list[Change]]:
        while True:
            followed = await self._follow_the_clock()
            with suppress(_ClockJumped):
                return await self._in_thread(group, one_clock=followed)

    async def _in_thread(self, group: list[Work[Any]], *, one_clock: bool) -> tuple[list[Any], list[Change]]:
        with _sqlite_errors(self._folder):
            return await asyncio.get_running_loop().run_in_executor(self._writer, self._written, group, one_clock)

    def _tell(self, group: list[_Waiting], results: list[Any], changes: list[Change]) -> None:
        for (_, done), result in zip(group, results, strict=True):
            if not done.done():  # the waiting task may have been cancelled meanwhile
                done.set_result(result)
        for change in changes:
            self._on_change(change)

    def _read(self, work: Work[T]) -> T:
        with self._engine.connect() as connection:
            return work(Transaction(connection))

    def _written(self, group: list[Work[Any]], one_clock: bool) -> tuple[list[Any], list[Change]]:
        """All in one transaction; nothing is written when any of them fails.

        ``one_clock``: nor when the clock jumps meanwhile, which raises _ClockJumped.
        """
        with self._engine.begin() as connection:
            transaction = Transaction(connection)
            results = [work(transaction) for work in group]
            if one_clock and self._clock and self._clock.jump_s():
                raise _ClockJumped
        return results, transaction.changes

    def close(self) -> None:
        """Waits for what is under way."""
        for threads in (self._writer, self._readers):
            threads.shutdown()
        self._engine.dispose()


class _ClockJumped(Exception):
    """In the middle of a transaction: its times may be before the jump and after it."""


def _nothing(tx: Transaction) -> None: ...


@contextmanager
def _sqlite_errors(folder: Path) -> Iterator[None]:
    """A full disk shows as SQLITE_FULL, but also as an I/O error of the log or its index, or as a file that cannot be
    opened; what else causes those may pass, too."""
    try:
        yield
    except SqlError as exc:
        code = getattr(exc.orig, "sqlite_errorcode", 0) & 0xFF
        full = shutil.disk_usage(folder).free < _NO_ROOM
        if code == sqlite3.SQLITE_FULL or (code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and full):
            raise StorageFull.no_space("OUTPUT_DIR") from exc
        if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
            raise NotReady(f"The job database in OUTPUT_DIR fails ({exc.orig}). Try again soon.") from exc
        raise


@asynccontextmanager
async def open_sqlite(path: Path, on_change: OnChange) -> AsyncIterator[SqliteDatabase]:
    """Own the file alone, bring it up to date, and write to it until the context ends.

    Raises DatabaseError when another process owns it, or when it is damaged or newer than this program; nothing is
    overwritten then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with owned(path):
        restrict(path.parent)
        for file in path.parent.glob(f"{path.stem}.*"):
            file.chmod(file.stat().st_mode & path.parent.stat().st_mode & 0o666)
        await asyncio.to_thread(prepare, path)
        engine = create_engine(f"sqlite:///{path}", pool_size=_READERS + 1, max_overflow=0)
        event.listen(engine, "connect", _configure)
        database = SqliteDatabase(engine, path.parent, on_change, WallClock())
        writer = asyncio.create_task(database.run_writer(), name="job database writer")
        try:
            yield database
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
            await asyncio.to_thread(database.close)


@asynccontextmanager
async def open_sqlite_read_only(path: Path) -> AsyncIterator[SqliteDatabase]:
    """For reading only, also while another process owns the file. Raises DatabaseError when it cannot be read."""
    if not await asyncio.to_thread(path.exists):
        raise DatabaseError(f"{path} is not there: no job was ever submitted with this OUTPUT_DIR")
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    database = SqliteDatabase(engine, path.parent, lambda change: None)
    try:
        yield database
    except SqlError as exc:
        raise DatabaseError(
            f"{path} cannot be read: {exc.orig or exc}. A start of the service says what it is"
        ) from exc
    finally:
        await asyncio.to_thread(database.close)


def _configure(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def owned(path: Path, way_out: str = _ALONE) -> Iterator[None]:
    """Hold the lock beside ``path``. Raises DatabaseInUse."""
    try:
        with file_lock(path.with_suffix(".lock")):
            yield
    except LockHeld as held:
        raise DatabaseInUse(f"{path} is in use by another process (pid {held.pid}): {way_out}") from None


def prepare(path: Path) -> None:
    """Check the file and bring its tables up to date. Raises DatabaseError, nothing overwritten."""
    if path.exists():
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as exc:
            raise DatabaseError(_damaged(path, str(exc))) from None
        if answer != "ok":
            raise DatabaseError(_damaged(path, answer))
    upgrade(f"sqlite:///{path}", name=str(path))


def _damaged(path: Path, reason: str) -> str:
    return (
        f"{path} is damaged ({' '.join(reason.split())}): nothing was changed. Put a backup in its place, or move it "
        "away to start with an empty list of jobs (results in OUTPUT_DIR stay)"
    )
