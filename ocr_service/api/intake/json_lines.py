"""Files of JSON lines: each line bounded as a body is, and never whole in memory.

A line's one long string, its document, stays where it is; what it holds beside that is read. The line is found again by
its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ocr_service.api.intake.json_stream import JsonLimits, JsonStream
from ocr_service.errors import BadOption

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A line at ``start`` of ``length`` bytes. ``found``: its fields, without its long string, or what is wrong."""

    start: int
    length: int
    found: dict[str, Any] | BadOption


def json_lines(path: Path, limits: JsonLimits, *, such_as: str) -> Iterator[JsonLine]:
    """Each line that is not blank. ``such_as``: an example for errors. Blocks."""
    with path.open("rb") as file:
        start = 0
        line = _Line(limits)
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            while chunk:
                part, newline, chunk = chunk.partition(b"\n")
                line.feed(part)
                if newline:
                    if not line.blank:
                        yield JsonLine(start, line.length, line.found(such_as))
                    start += line.length + 1
                    line = _Line(limits)
        if not line.blank:
            yield JsonLine(start, line.length, line.found(such_as))


async def line_pieces(path: Path, start: int, length: int) -> AsyncIterator[bytes]:
    """A line of the file, a mebibyte at a time."""

    def read(file: BinaryIO, most: int) -> bytes:
        return file.read(most)

    with await asyncio.to_thread(path.open, "rb") as file:
        file.seek(start)
        while length and (chunk := await asyncio.to_thread(read, file, min(length, _CHUNK))):
            length -= len(chunk)
            yield chunk


class _Line:
    """A line that is followed while it is read; after an error the rest of it is only counted."""

    def __init__(self, limits: JsonLimits) -> None:
        self.length = 0
        self.blank = True
        self._stream = JsonStream(limits, _OneLeftOut())
        self._error: BadOption | None = None

    def feed(self, part: bytes) -> None:
        self.length += len(part)
        self.blank = self.blank and not part.strip()
        if self._error is None:
            try:
                self._stream.feed(part)
            except BadOption as error:
                self._error = error

    def found(self, such_as: str) -> dict[str, Any] | BadOption:
        if self._error is not None:
            return self._error
        try:
            return self._stream.parsed(such_as=such_as)
        except BadOption as error:
            return error


class _OneLeftOut:
    """The document of a line, which is looked at when it is read."""

    def __init__(self) -> None:
        self._seen = False

    def begin(self) -> None:
        if self._seen:
            raise BadOption("The request has two long strings; send one document a request")
        self._seen = True

    def write(self, raw: bytes) -> None: ...

    def finish(self) -> str:
        return "document"
