"""Long strings of a JSON body that go through a file as they came, escapes and all: figures and documents in base64.

Page workers import this: no FastAPI.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ocr_service.api.intake.json_stream import JsonLimits, JsonStream, parsed_object
from ocr_service.errors import BadOption
from ocr_service.storage.space import storage_errors

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class SpooledBody:
    """``shortened``: the body for ``parsed_object``; ``token`` and ``ends``, for ``StoredStrings``, find strings."""

    shortened: bytes
    token: str
    ends: list[int]


async def receive_spooled(
    pieces: AsyncIterator[bytes],
    strings: Path,
    limits: JsonLimits,
    check_space: Callable[[], None],
    *,
    longest: int | None = None,
) -> SpooledBody:
    """Takes a body in, its long strings into the file ``strings``; ``longest``: bytes that one may have.

    Raises BadOption and StorageFull.
    """
    with storage_errors("TEMP_DIR"):
        file = await asyncio.to_thread(strings.open, "wb")
        try:
            spooled = SpooledStrings(file, longest)
            stream = JsonStream(limits, spooled)
            async for piece in pieces:
                await asyncio.to_thread(stream.feed, piece)
                await asyncio.to_thread(check_space)
        finally:
            await asyncio.to_thread(file.close)
    return SpooledBody(stream.shortened, spooled.token, spooled.ends)


class SpooledStrings:
    """Writes them one behind the other; ``<token>:<number>`` stands in the place of each. ``ends``: where each ends.

    For ``JsonStream``. ``longest``: bytes. Raises BadOption and StorageFull.
    """

    def __init__(self, file: BinaryIO, longest: int | None = None) -> None:
        self._file = file
        self._longest = longest
        self._length = 0
        self.token = secrets.token_hex(16)
        self.ends: list[int] = []

    def begin(self) -> None:
        self._length = 0

    def write(self, raw: bytes) -> None:
        self._length += len(raw)
        if self._longest is not None and self._length > self._longest:
            raise BadOption(f"The body has a string of more than {self._longest >> 20} MiB")
        with storage_errors("TEMP_DIR"):
            self._file.write(raw)

    def finish(self) -> str:
        self.ends.append((self.ends[-1] if self.ends else 0) + self._length)
        return f"{self.token}:{len(self.ends) - 1}"


class StoredStrings:
    """Reads what ``SpooledStrings`` wrote. Blocks."""

    def __init__(self, file: BinaryIO, token: str, ends: Sequence[int]) -> None:
        self._file, self._token, self._ends = file, token, ends

    def find(self, value: str) -> bytes | None:
        """The string in whose place ``value`` stands, if it stands for one."""
        if not value.startswith(f"{self._token}:"):
            return None
        return b"".join(self._chunks(int(value.removeprefix(f"{self._token}:"))))

    def filled_in(self, text: str) -> Iterator[bytes]:
        """JSON with the strings back in their places, a mebibyte of them in memory at a time."""
        for at, part in enumerate(re.split(rf"{self._token}:([0-9]+)", text)):
            if at % 2:
                yield from self._chunks(int(part))
            else:
                yield part.encode()

    def write_lines(self, values: Iterable[object], target: BinaryIO) -> None:
        """Each value as a line of JSON, its long strings back in their places."""
        for value in values:
            target.writelines(self.filled_in(json.dumps(value, ensure_ascii=False, separators=(",", ":"))))
            target.write(b"\n")

    def _chunks(self, number: int) -> Iterator[bytes]:
        begin = self._ends[number - 1] if number else 0
        left = self._ends[number] - begin
        self._file.seek(begin)
        while left and (chunk := self._file.read(min(left, _CHUNK))):
            left -= len(chunk)
            yield chunk


class TextsBack:
    """Puts long strings that are texts back into a body: at most ``most`` bytes of them, since that is in memory.

    What stands under a name in ``but`` stays as it is. Blocks; raises BadOption for too many.
    """

    def __init__(self, strings: StoredStrings, most: int, but: Collection[str] = ()) -> None:
        self._strings, self._most, self._but = strings, most, but
        self._size = 0

    def into(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.into(item) for item in value]
        if isinstance(value, dict):
            return {name: item if name in self._but else self.into(item) for name, item in value.items()}
        return value

    def _text(self, value: str) -> str:
        raw = self._strings.find(value)
        if raw is None:
            return value
        self._size += len(raw)
        if self._size > self._most:
            raise BadOption(f"The body has more than {self._most >> 20} MiB in long texts")
        return str(parsed_object(b'{"text": "' + raw + b'"}')["text"])
