"""A JSON body, bounded while it arrives: how long, how deep, how many values; and its long strings elsewhere.

Parsed at once, an upload of 100 MB would be held three times, as the body, as a string and as bytes; and 42 MB of
``[],[],`` become 21 GB of Python objects and messages. So the body is followed just closely enough to know where
strings begin and end: what is outside them is counted, and a long one goes to a file with a reference in its place.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Protocol

from ocr_service.errors import BadOption

LONG_STRING = 64 << 10  # bytes; a longer one goes elsewhere, or is refused
_SLICE = 32 << 10  # bytes that are looked at in one go: a string may be as much longer than LONG_STRING unnoticed
_MOST_DEPTH = 32
_MOST_DIGITS = 20  # of a whole number: 64 bits and a sign
_MOST_FRACTION = 64  # characters of another number
# Possessive: nothing is tried a second time, whatever the client sends.
_INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_WHOLE_STRINGS = re.compile(rb'(?:[^"]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in _OPENING + _CLOSING)


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """``rest``: bytes of everything but long strings; ``items``: strings, lists, objects and what commas part."""

    rest: int
    items: int


class LongStrings(Protocol):
    """Takes the insides of long JSON strings, escapes and all, in any pieces."""

    def begin(self) -> None: ...

    def write(self, raw: bytes) -> None: ...

    def finish(self) -> str:
        """The placeholder of the string; needs no escapes."""
        ...


class NoLongStrings:
    """For bodies that need none."""

    def begin(self) -> None:
        raise BadOption(f"The body has a string of more than {LONG_STRING} bytes")

    def write(self, raw: bytes) -> None: ...

    def finish(self) -> str:
        return ""


class JsonStream:
    """``feed`` takes the body in any pieces, ``parsed`` gives what it holds. Both block, and raise BadOption."""

    def __init__(self, limits: JsonLimits, long_strings: LongStrings) -> None:
        self._limits = limits
        self._long_strings = long_strings
        self._in_long_string = False
        self._pending = b""  # begins with the quote of a string that goes on, or is a cut escape of a long one
        self._items = 0
        self._depth = 0
        self.rest = bytearray()

    def feed(self, data: bytes) -> None:
        for at in range(0, len(data), _SLICE):
            piece = self._pending + data[at : at + _SLICE]
            if self._in_long_string:
                piece = self._long_string(piece)
            if not self._in_long_string:
                self._whole_strings(piece)
        self._check_rest()

    def parsed(self, *, such_as: str = "") -> dict[str, Any]:
        """The object that came in, a reference in place of each long string; ``such_as``: an example for the error."""
        return parsed_object(self.shortened, such_as=such_as)

    @property
    def shortened(self) -> bytes:
        """The body that came in, for ``parsed_object``, a reference in place of each long string."""
        return bytes(self.rest + self._pending)

    def _whole_strings(self, piece: bytes) -> None:
        """Takes in the piece up to a string that goes on; a long one begins its own way."""
        end = _WHOLE_STRINGS.match(piece).end()  # type: ignore[union-attr]  # it matches nothing at all, too
        self.rest += piece[:end]
        self._count(*_STRING.subn(b"", piece[:end]))
        self._pending = piece[end:]
        if len(self._pending) > LONG_STRING:
            self._long_strings.begin()
            self.rest += b'"'
            self._in_long_string = True
            self._long_string(self._pending[1:])

    def _long_string(self, piece: bytes) -> bytes:
        """Hands on the inside of the long string; gives what comes behind it."""
        end = _INSIDE.match(piece).end()  # type: ignore[union-attr]
        self._long_strings.write(piece[:end])
        self._pending = piece[end:]
        if not piece.startswith(b'"', end):
            return b""
        self.rest += self._long_strings.finish().encode() + b'"'
        self._in_long_string, self._pending = False, b""
        self._items += 1
        return piece[end + 1 :]

    def _check_rest(self) -> None:
        if len(self.rest) > self._limits.rest:
            raise BadOption(f"The body has more than {self._limits.rest >> 10} KiB beside its document")

    def _count(self, between: bytes, strings: int) -> None:
        opening = between.count(b"[") + between.count(b"{")
        self._items += opening + between.count(b",") + strings
        if self._items > self._limits.items:
            raise BadOption(f"The body has more than {self._limits.items} values")
        if self._depth + opening > _MOST_DEPTH:
            self._follow_depth(between)
        else:
            self._depth += opening - between.count(b"]") - between.count(b"}")
        self._check_rest()

    def _follow_depth(self, between: bytes) -> None:
        for bracket in between.translate(None, _NOT_BRACKETS):
            self._depth += 1 if bracket in _OPENING else -1
            if self._depth > _MOST_DEPTH:
                raise BadOption(f"The body is nested deeper than {_MOST_DEPTH} levels")


def parsed_object(body: bytes, *, such_as: str = "") -> dict[str, Any]:
    """A JSON object without NUL characters, half surrogate pairs and numbers that no field takes.

    Raises BadOption, with an example where one is given. The body's size, depth and items are the caller's to bound.
    """
    try:
        text = body.decode("utf-8-sig")
        fields = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadOption(f"The body is not JSON: {str(error)[:200]}") from error
    if not isinstance(fields, dict):
        raise BadOption("The body must be a JSON object" + (f" such as {such_as}" if such_as else ""))
    if "\\u" in text:
        _check_escapes(fields)
    return fields


def _check_escapes(fields: dict[str, Any]) -> None:
    """Escapes can write what UTF-8 cannot (half of a surrogate pair) and what PostgreSQL does not take (NUL)."""
    written = json.dumps(fields, ensure_ascii=False)
    if "\\u0000" in written.replace("\\\\", ""):
        raise BadOption("The body has a NUL character in a string")
    try:
        written.encode()
    except UnicodeEncodeError:
        raise BadOption("The body has half of a surrogate pair in a string") from None


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise BadOption(f"The body has a number of more than {_MOST_DIGITS} digits")
    return int(digits)


def _finite(written: str) -> float:
    number = float(written) if len(written) <= _MOST_FRACTION else math.inf
    if not math.isfinite(number):
        raise BadOption("The body has a number that is too large or too long")
    return number


def _no_constant(written: str) -> float:
    raise BadOption(f"The body is not JSON: {written}")
