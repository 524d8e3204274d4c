"""What both databases offer: reading, and writing in a transaction that tells afterwards which jobs it changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy import CursorResult, Dialect, Executable, Row

from ocr_service.jobs.models import Change

T = TypeVar("T")


class DatabaseError(Exception):
    """The database cannot be used: damaged, newer than this program, or in use. One line; the start ends with it."""


class DatabaseInUse(DatabaseError):
    """Another process owns the SQLite file."""


class Connection(Protocol):
    """What a transaction needs of SQLAlchemy's asynchronous connection."""

    @property
    def dialect(self) -> Dialect: ...

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]: ...


@dataclass(slots=True)
class Transaction:
    """An open transaction and the changes that are told once it is committed."""

    connection: Connection
    changes: list[Change] = field(default_factory=list)

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, values)

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return (await self.connection.execute(statement)).first()

    async def all(self, statement: Executable) -> list[Row[Any]]:
        return list((await self.connection.execute(statement)).all())


Work = Callable[[Transaction], Awaitable[T]]
OnChange = Callable[[Change], None]


class Database(Protocol):
    """``patience_s``: how long a lost connection is tried again before NotReady (503) is raised.

    A piece of work may be run more than once (a lost connection, a group that must be taken apart), and in a thread, so
    it does nothing but SQL, and the same SQL twice gives the same rows.
    """

    async def read(self, work: Work[T], *, patience_s: float) -> T: ...

    async def write(self, work: Work[T], *, patience_s: float) -> T: ...
