"""Messages between the app and a page worker, over a Unix socket.

A task goes to the worker as a pickle: the worker has no reason to distrust the app. What comes back is data, never a
pickle: MessagePack, checked against the type that the task's function declares. A worker that hostile input has taken
over can send wrong values, but none that run in the app.
"""

from __future__ import annotations

import pickle
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, get_type_hints

import msgspec

from ocr_service.errors import ServiceError, error_for

TASK_HEAD = struct.Struct("!dI")  # CPU seconds, bytes that follow
ANSWER_HEAD = struct.Struct("!BI")  # kind, bytes that follow
MOST_BYTES = 256 << 20  # of an answer; the crops of a page of MAX_PAGE_PIXELS take some 40 MB
_MOST_TEXT = 20_000  # characters of an error's text


class Kind(IntEnum):
    BEGUN = 1  # the task was received; what happens from now on may be its fault
    DONE = 2
    REFUSED = 3
    OUT_OF_MEMORY = 4
    BUG = 5


class MalformedAnswer(Exception):
    """A worker sent what is no answer, or a value of another type than the task's function declares."""


@dataclass(frozen=True, slots=True)
class Done:
    """The value that the task's function returned, encoded; ``value`` checks it."""

    encoded: bytes | bytearray

    def value(self, type_: Any) -> Any:
        """Raises MalformedAnswer."""
        try:
            return msgspec.msgpack.decode(self.encoded, type=type_)
        except (msgspec.DecodeError, UnicodeDecodeError) as exc:
            raise MalformedAnswer(f"a worker's answer is malformed: {str(exc)[:_MOST_TEXT]}") from exc


@dataclass(frozen=True, slots=True)
class Refused:
    """The task raised one of the service's own errors: a result like any other."""

    code: str
    message: str
    retry_after_s: float | None = None

    @property
    def error(self) -> ServiceError:
        error = error_for(self.code, self.message)
        error.retry_after_s = self.retry_after_s
        return error


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """The task met the memory limit; the worker may be in any state and is not used again."""


@dataclass(frozen=True, slots=True)
class Bug:
    """The task raised what it should not."""

    summary: str
    traceback: str


Outcome = Done | Refused | OutOfMemory | Bug


def declared_type(function: Callable[..., object]) -> Any:
    """What ``function`` says that it returns; anything where it says nothing."""
    return _declared_type(function) if hasattr(function, "__annotations__") else Any


@lru_cache(maxsize=64)
def _declared_type(function: Callable[..., object]) -> Any:
    found = get_type_hints(function).get("return", Any)
    return Any if found is object else found


# The worker's side, blocking


def encode_value(value: object) -> bytes:
    """Raises TypeError for what is no data."""
    return msgspec.msgpack.encode(value, enc_hook=_plain)


def _plain(value: Any) -> Any:
    item = getattr(value, "item", None)  # a scalar of numpy's
    if callable(item):
        return item()
    raise TypeError(f"{type(value).__name__} is no data")


def send_answer(connection: socket.socket, outcome: Outcome) -> None:
    match outcome:
        case Done(encoded):
            _send(connection, Kind.DONE, encoded)
        case Refused():
            _send(connection, Kind.REFUSED, msgspec.msgpack.encode(outcome))
        case OutOfMemory():
            _send(connection, Kind.OUT_OF_MEMORY)
        case Bug():
            _send(connection, Kind.BUG, msgspec.msgpack.encode(outcome))


def send_begun(connection: socket.socket) -> None:
    _send(connection, Kind.BEGUN)


def _send(connection: socket.socket, kind: Kind, body: bytes | bytearray = b"") -> None:
    connection.sendall(ANSWER_HEAD.pack(kind, len(body)))
    connection.sendall(body)


def receive_task(connection: socket.socket) -> tuple[float, bytes] | None:
    """CPU seconds and the pickle; None when the app has closed the connection."""
    head = _received(connection, TASK_HEAD.size)
    if head is None:
        return None
    cpu_s, length = TASK_HEAD.unpack(head)
    body = _received(connection, length)
    return None if body is None else (cpu_s, body)


def _received(connection: socket.socket, length: int) -> bytes | None:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        count = connection.recv_into(view)
        if not count:
            return None
        view = view[count:]
    return bytes(content)


# The app's side; what waits for a worker is in worker_process.py


def outcome_told(kind: int, body: bytearray) -> Outcome:
    """Raises MalformedAnswer."""
    match kind:
        case Kind.DONE:
            return Done(body)
        case Kind.OUT_OF_MEMORY:
            return OutOfMemory()
        case Kind.REFUSED | Kind.BUG:
            return _told(Refused if kind == Kind.REFUSED else Bug, body)
        case _:
            raise MalformedAnswer(f"a worker sent a message of kind {kind}")


def _told(type_: type[Refused] | type[Bug], body: bytearray) -> Refused | Bug:
    told = Done(body).value(type_)
    if isinstance(told, Bug):
        return Bug(told.summary[:_MOST_TEXT], told.traceback[:_MOST_TEXT])
    return Refused(told.code, told.message[:_MOST_TEXT], told.retry_after_s)


def pickled_task(function: Callable[..., object], args: tuple[object, ...]) -> bytes:
    return pickle.dumps((function, args), pickle.HIGHEST_PROTOCOL)
