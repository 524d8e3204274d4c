"""What both databases offer: reading, and writing in a transaction that tells afterwards which jobs it changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Row

from ocr_service.jobs.models import Change

T = TypeVar("T")


class DatabaseError(Exception):
    """The database cannot be used: damaged, newer than this program, or in use. One line; the start ends with it."""


class DatabaseInUse(DatabaseError):
    """Another process owns the SQLite file."""


@dataclass(slots=True)
class Transaction:
    """An open transaction and the changes that are told once it is committed."""

    connection: Connection
    changes: list[Change] = field(default_factory=list)

    def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return self.connection.execute(statement, values)

    def one(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return self.connection.execute(statement).first()

    def all(self, statement: Executable) -> list[Row[Any]]:
        return list(self.connection.execute(statement).all())


Work = Callable[[Transaction], T]
"""SQL and nothing else. It may be run more than once (a lost connection, a group that must be taken apart) and in a
thread; the same SQL twice gives the same rows."""
OnChange = Callable[[Change], None]


class Database(Protocol):
    """``give_up_s``: seconds that a call waits for a database that is away before it raises NotReady (503)."""

    async def read(self, work: Work[T], *, give_up_s: float) -> T: ...

    async def write(self, work: Work[T], *, give_up_s: float) -> T: ...


FOREVER = float("inf")
REQUEST_S = 5.0  # what somebody waits for at the other end of a request


@dataclass(frozen=True, slots=True)
class Rows:
    """What a class of rows reads and writes through. ``give_up_s``: how long a call waits, in seconds; see Database."""

    database: Database
    give_up_s: float = field(default=REQUEST_S, kw_only=True)

    def within(self, give_up_s: float) -> Self:
        """The same with another limit."""
        return replace(self, give_up_s=give_up_s)

    def without_limit(self) -> Self:
        """The same for what runs jobs: it waits for the database for as long as that is away."""
        return self.within(FOREVER)

    async def read(self, work: Work[T]) -> T:
        return await self.database.read(work, give_up_s=self.give_up_s)

    async def write(self, work: Work[T]) -> T:
        """All of ``work`` in one transaction."""
        return await self.database.write(work, give_up_s=self.give_up_s)
