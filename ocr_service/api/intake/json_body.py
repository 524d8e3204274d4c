"""A JSON body with a document in it, as base64: the document goes to disk while it arrives, the rest is parsed.

Parsed at once, an upload of 100 MB would be held three times: as the body, as a string and as bytes. So every string is
looked at while it comes in; a long one is decoded straight into a file, and a reference stands in its place.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from starlette.requests import Request

from ocr_service.api.intake.base64_file import Base64File
from ocr_service.api.intake.multipart import Upload, announced_bytes
from ocr_service.errors import BadOption, EmptyFile, FileTooLarge
from ocr_service.storage.space import FreeSpace, storage_errors

_LONG_STRING = 64 << 10  # bytes; a shorter document is a plain string
_MOST_REST = 1 << 20  # bytes of everything else
_PART = 1 << 20  # bytes that are looked at and decoded in one go, in a thread
_QUOTE_OR_ESCAPE = re.compile(rb'["\\]')


@dataclass(frozen=True, slots=True)
class JsonBody:
    """``fields``: the object that came in, with a reference in place of a document that went to the file ``path``."""

    fields: dict[str, Any]
    path: Path
    _reference: str
    _sha256: str
    _size: int

    def document(self, value: str, name: str, max_bytes: int) -> Upload:
        """The document in the field that has this value, decoded now if it was short. Blocks; raises BadOption."""
        if value == self._reference:
            return Upload(self.path, name, self._sha256, self._size, {})
        with self.path.open("wb") as file:
            decoded = Base64File(file, max_bytes)
            decoded.write(json.dumps(value)[1:-1].encode())
            decoded.finish()
        if not decoded.size:
            raise EmptyFile.named(name)
        return Upload(self.path, name, decoded.sha256, decoded.size, {})


@asynccontextmanager
async def received_json(request: Request, directory: Path, max_bytes: int, space: FreeSpace) -> AsyncIterator[JsonBody]:
    """Takes in the body; its document's file is gone after the context, unless somebody moved it.

    Raises BadOption, FileTooLarge, StorageFull.
    """
    announced = announced_bytes(request)
    if announced > 2 * max_bytes + _MOST_REST:  # base64 takes 4/3, line ends and escapes a little more
        raise FileTooLarge(f"The body is larger than a document of {max_bytes >> 20} MiB can be (MAX_UPLOAD_MB)")
    await asyncio.to_thread(space.check, announced)
    with storage_errors("TEMP_DIR"):
        descriptor, name = tempfile.mkstemp(dir=directory, prefix="body-")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            taken = _Splitter(file, max_bytes)
            waiting = bytearray()
            async for chunk in request.stream():
                waiting += chunk
                if len(waiting) >= _PART:
                    await asyncio.to_thread(taken.feed, bytes(waiting))
                    await asyncio.to_thread(space.check)
                    waiting.clear()
            await asyncio.to_thread(taken.feed, bytes(waiting))
        yield JsonBody(parsed_object(bytes(taken.rest)), path, taken.reference, taken.sha256, taken.size)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


def parsed_object(body: bytes, *, such_as: str = "") -> dict[str, Any]:
    """Raises BadOption for what is no JSON object, with an example where one is given."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadOption(f"The body is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BadOption("The body must be a JSON object" + (f" such as {such_as}" if such_as else ""))
    return fields


class _Splitter:
    """Follows the JSON just closely enough to know where strings begin and end."""

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._in_string = False
        self._escaped = False  # the next byte belongs to an escape
        self._start = 0  # where the string at hand begins in ``rest``
        self._document: Base64File | None = None
        self._finished = False
        self.reference = f"document:{secrets.token_hex(16)}"
        self.rest = bytearray()

    @property
    def sha256(self) -> str:
        return self._document.sha256 if self._document else ""

    @property
    def size(self) -> int:
        return self._document.size if self._document else 0

    def feed(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            at = self._string(data, at) if self._in_string else self._between(data, at)
        if len(self.rest) > _MOST_REST + _LONG_STRING:
            raise BadOption(f"The body has more than {_MOST_REST >> 20} MiB beside its document")

    def _between(self, data: bytes, at: int) -> int:
        quote = data.find(b'"', at)
        end = len(data) if quote < 0 else quote + 1
        self.rest += data[at:end]
        if quote >= 0:
            self._in_string, self._start = True, len(self.rest)
        return end

    def _string(self, data: bytes, at: int) -> int:
        """Takes in the string up to its end, or to the end of the data."""
        end, closed = self._end_of_string(data, at)
        if self._document is not None and not self._finished:
            self._document.write(data[at:end])
        else:
            self.rest += data[at:end]
            if len(self.rest) - self._start > _LONG_STRING:
                self._begin_document()
        if closed:
            if self._document is not None and not self._finished:
                self._document.finish()
                self._finished = True
                self.rest += self.reference.encode()
            self.rest += b'"'
            self._in_string = False
            end += 1
        return end

    def _end_of_string(self, data: bytes, at: int) -> tuple[int, bool]:
        if self._escaped:
            self._escaped = False
            at += 1
        while found := _QUOTE_OR_ESCAPE.search(data, at):
            if found[0] == b'"':
                return found.start(), True
            if found.end() == len(data):
                self._escaped = True
                break
            at = found.end() + 1
        return len(data), False

    def _begin_document(self) -> None:
        if self._document is not None:
            raise BadOption("The body has two long strings; send one document a request")
        self._document = Base64File(self._file, self._max_bytes)
        self._document.write(bytes(self.rest[self._start :]))
        del self.rest[self._start :]
