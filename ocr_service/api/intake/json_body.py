"""A JSON body with a document in it, as base64: the document goes to disk while it arrives, the rest is parsed."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from starlette.requests import Request

from ocr_service.api.intake.base64_file import Base64File
from ocr_service.api.intake.json_stream import JsonLimits, JsonStream, NoLongStrings
from ocr_service.api.intake.multipart import Upload
from ocr_service.api.intake.request_body import announced_bytes, body_pieces, require_json
from ocr_service.errors import BadOption, EmptyFile, FileTooLarge
from ocr_service.storage.atomic_write import new_file
from ocr_service.storage.space import FreeSpace, storage_errors

_OPTIONS = JsonLimits(rest=256 << 10, items=20_000)
_SMALL = JsonLimits(rest=64 << 10, items=1000)


@dataclass(frozen=True, slots=True)
class JsonBody:
    """``fields``: the object that came in, with a reference in place of a document that went to the file ``path``."""

    fields: dict[str, Any]
    path: Path
    reference: str
    _sha256: str
    _size: int

    def document(self, value: str, name: str, max_bytes: int) -> Upload:
        """The document in the field that has this value, decoded now if it was short. Blocks; raises BadOption."""
        if value == self.reference:
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
    require_json(request)
    announced = announced_bytes(request)
    most = 2 * max_bytes + _OPTIONS.rest  # base64 takes 4/3, line ends and escapes a little more
    if announced > most:
        raise FileTooLarge.upload(max_bytes)
    await asyncio.to_thread(space.check, announced)
    async with json_from(body_pieces(request, most), directory, max_bytes, space) as body:
        yield body


@asynccontextmanager
async def json_from(
    pieces: AsyncIterator[bytes], directory: Path, max_bytes: int, space: FreeSpace
) -> AsyncIterator[JsonBody]:
    """The same for a body that comes from elsewhere; who gives it bounds it."""
    with storage_errors("TEMP_DIR"):
        path = new_file(directory, "body-")
    try:
        with path.open("wb") as file:
            document = _DocumentString(file, max_bytes)
            stream = JsonStream(_OPTIONS, document)
            async for piece in pieces:
                await asyncio.to_thread(stream.feed, piece)
                await asyncio.to_thread(space.check)
        fields = await asyncio.to_thread(stream.parsed)
        yield JsonBody(fields, path, document.reference, document.sha256, document.size)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def small_json(request: Request, *, such_as: str) -> dict[str, Any]:
    """A JSON body of options alone. Raises BadOption."""
    require_json(request)
    stream = JsonStream(_SMALL, NoLongStrings())
    async for piece in body_pieces(request, 2 * _SMALL.rest):
        await asyncio.to_thread(stream.feed, piece)
    return await asyncio.to_thread(stream.parsed, such_as=such_as)


class _DocumentString:
    """The one long string of a body, decoded into a file."""

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._document: Base64File | None = None
        self.reference = f"document:{secrets.token_hex(16)}"

    @property
    def sha256(self) -> str:
        return self._document.sha256 if self._document else ""

    @property
    def size(self) -> int:
        return self._document.size if self._document else 0

    def begin(self) -> None:
        if self._document is not None:
            raise BadOption("The body has two long strings; send one document a request")
        self._document = Base64File(self._file, self._max_bytes)

    def write(self, raw: bytes) -> None:
        assert self._document is not None
        self._document.write(raw)

    def finish(self) -> str:
        assert self._document is not None
        self._document.finish()
        return self.reference
