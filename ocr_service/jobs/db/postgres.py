"""PostgreSQL, shared by any number of replicas. A lost connection is tried again; changes are told by LISTEN/NOTIFY."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ocr_service.errors import NotReady
from ocr_service.jobs.db.database import DatabaseError, OnChange, T, Transaction, Work
from ocr_service.jobs.migrations import upgrade
from ocr_service.jobs.models import Change, JobState
from ocr_service.net.retry import RetryPolicy

log = logging.getLogger(__name__)

_CONNECTIONS = 8  # of one replica, and one more that listens
_CONNECT_S = 5
_KEEPALIVE = {  # a server that vanished without a word is noticed after about 20 s
    "connect_timeout": _CONNECT_S,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
_ROLL_BACK_S = 0.25  # a server that answers needs a few ms; psycopg waits 10 s for one that does not
_RETRIES = RetryPolicy(first_pause_s=0.05, longest_pause_s=2.0)
_LISTEN_AGAIN_S = 1.0


class PostgresDatabase:
    """See ``open_postgres``. ``failed_at`` is when a call last found the server away (monotonic seconds)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._left_behind: set[asyncio.Task[object]] = set()
        self.failed_at = float("-inf")

    async def read(self, work: Work[T], *, give_up_s: float) -> T:
        return await self._within(work, give_up_s)

    async def write(self, work: Work[T], *, give_up_s: float) -> T:
        return await self._within(work, give_up_s)

    async def _within(self, work: Work[T], give_up_s: float) -> T:
        """Not longer than ``give_up_s``, also when a server holds its connections and says nothing.

        What waits for such a server cannot be cancelled at once; it is left behind, and ends when the server answers.
        """
        attempt = asyncio.create_task(self._retried(work, give_up_s), name="transaction")
        attempt.add_done_callback(self._ended)
        try:
            await asyncio.wait({attempt}, timeout=None if give_up_s == float("inf") else give_up_s)
        except asyncio.CancelledError:
            attempt.cancel()
            await asyncio.wait({attempt}, timeout=_ROLL_BACK_S)
            raise
        finally:
            if not attempt.done():
                attempt.cancel()
                self._left_behind.add(attempt)
        if attempt.done():
            return attempt.result()
        raise NotReady.no_database()

    def _ended(self, attempt: asyncio.Task[T]) -> None:
        self._left_behind.discard(attempt)
        if not attempt.cancelled():
            attempt.exception()  # nobody may wait for it any more

    async def _retried(self, work: Work[T], give_up_s: float) -> T:
        retries = replace(_RETRIES, give_up_s=give_up_s)
        try:
            return await retries.call(partial(self._once, work), _Away)
        except _Away as away:
            raise NotReady.no_database() from away.__cause__

    async def _once(self, work: Work[T]) -> T:
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(lambda plain: work(Transaction(plain)))
        except (DBAPIError, PoolTimeout) as exc:
            if not _passing(exc):
                raise
            if not isinstance(getattr(exc, "orig", None), psycopg.errors.DeadlockDetected):
                self.failed_at = time.monotonic()
            raise _Away from exc


class _Away(Exception):
    """The same statement may succeed soon; the cause says why it did not."""


def _passing(exc: DBAPIError | PoolTimeout) -> bool:
    """A server that is away, starting, stopping or out of connections; a deadlock. Not: a wrong statement."""
    return isinstance(exc, PoolTimeout) or exc.connection_invalidated or isinstance(exc.orig, psycopg.OperationalError)


@asynccontextmanager
async def open_postgres(
    url: str, on_change: OnChange, on_gap: Callable[[], Awaitable[None]]
) -> AsyncIterator[PostgresDatabase]:
    """Connect, bring the tables up to date, and listen for changes until the context ends.

    ``on_gap`` is called when changes may have been missed. Raises DatabaseError when the server cannot be reached or
    holds a newer schema, and for an address that is not one of PostgreSQL.
    """
    given = _parsed(url)
    name = f"DATABASE_URL ({given.render_as_string(hide_password=True)})"
    address = given.set(drivername="postgresql+psycopg")
    try:
        await asyncio.to_thread(upgrade, address, name=name)
    except DBAPIError as exc:
        reason = " ".join(str(exc.orig).split())
        raise DatabaseError(f"{name}: {reason}") from None
    engine = create_async_engine(
        address,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,  # a dead connection is tried again like any other loss
        connect_args=dict(_KEEPALIVE),
    )
    database = PostgresDatabase(engine)
    listener = asyncio.create_task(_listen(url, on_change, on_gap), name="job changes listener")
    try:
        yield database
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener
        await engine.dispose()


async def _listen(url: str, on_change: OnChange, on_gap: Callable[[], Awaitable[None]]) -> None:
    conninfo = connection_info(url)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                await connection.execute("LISTEN ocr_jobs")
                await on_gap()
                async for notice in connection.notifies():
                    job_id, state, run_id = notice.payload.split(" ")
                    on_change(Change(job_id, JobState(state), run_id or None))
        except (psycopg.OperationalError, NotReady) as exc:
            reason = " ".join(str(exc).split())
            log.warning("cannot listen to DATABASE_URL: %s; retrying in %g s", reason, _LISTEN_AGAIN_S)
        await asyncio.sleep(_LISTEN_AGAIN_S)


def connection_info(url: str) -> str:
    """What psycopg connects with; it notices a server that vanished."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return make_conninfo(plain, **_KEEPALIVE)


def _parsed(url: str) -> URL:
    """The message leaves out what was given: where it cannot be taken apart, the password in it cannot be hidden."""
    with suppress(ArgumentError, ValueError):  # ValueError: a port that is no number
        address = make_url(url)
        if address.get_backend_name() in ("postgresql", "postgres"):
            return address
    raise DatabaseError("DATABASE_URL: must be postgresql://user:password@host:port/database")
