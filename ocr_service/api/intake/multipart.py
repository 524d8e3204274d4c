"""An upload, streamed to disk and hashed on the way in; never whole in memory.

Starlette's own form parser first spools a file and then hands it over to be copied, and knows no limit of size; here
the bytes of the one file part go straight to their place, and the limit holds while they arrive.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from ocr_service.errors import BadOption, EmptyFile, FileTooLarge
from ocr_service.storage.space import FreeSpace, storage_errors

_WRITE_BYTES = 1 << 20  # written and hashed in a thread, a mebibyte at a time
_MAX_FIELD_BYTES = 64 << 10
_MAX_FIELDS = 64


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file: where it lies, the client's name for it, SHA-256 and size; and the other fields."""

    path: Path
    name: str
    sha256: str
    bytes: int
    fields: dict[str, str]


async def receive_upload(request: Request, directory: Path, max_bytes: int, space: FreeSpace) -> Upload:
    """Takes in a multipart form with one part named ``file``.

    Raises FileTooLarge, EmptyFile, BadOption (no such form, no such part), StorageFull. Leaves no file behind then.
    """
    kind, parameters = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in parameters:
        raise BadOption("Send the document as multipart/form-data with a part named file: curl -F file=@document.pdf …")
    announced = announced_bytes(request)
    if announced > max_bytes + _MAX_FIELDS * _MAX_FIELD_BYTES:
        raise FileTooLarge.upload(max_bytes)
    await asyncio.to_thread(space.check, announced)
    with storage_errors("TEMP_DIR"):
        descriptor, name = tempfile.mkstemp(dir=directory, prefix="upload-")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            form = _Form(file, max_bytes)
            parser = MultipartParser(parameters[b"boundary"], form.callbacks())  # type: ignore[arg-type]
            try:
                async for chunk in request.stream():
                    parser.write(chunk)
                    if len(form.pending) >= _WRITE_BYTES:
                        await asyncio.to_thread(form.flush)
                        await asyncio.to_thread(space.check)  # many uploads at once fill it together
                parser.finalize()
            except MultipartParseError as error:
                raise BadOption(f"The multipart form cannot be read: {error}") from error
            await asyncio.to_thread(form.flush)
        return form.upload(path)
    except BaseException:
        await asyncio.to_thread(path.unlink)
        raise


def announced_bytes(request: Request) -> int:
    """What the request says of its body's size; 0 where it does not."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdigit() else 0


@dataclass
class _Form:
    """What the parser's callbacks fill: the file's bytes on their way to disk, and the small fields."""

    file: BinaryIO
    max_bytes: int
    pending: bytearray = field(default_factory=bytearray)
    fields: dict[str, str] = field(default_factory=dict)
    size: int = 0
    file_name: str | None = None

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._disposition = b""
        self._part = ""
        self._value = bytearray()
        self._in_file = False

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header_name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    def flush(self) -> None:
        data, self.pending = self.pending, bytearray()
        self._hash.update(data)
        with storage_errors("TEMP_DIR"):
            self.file.write(data)

    def upload(self, path: Path) -> Upload:
        if self.file_name is None:
            raise BadOption("The form has no part named file: curl -F file=@document.pdf …")
        if not self.size:
            raise EmptyFile.named(self.file_name or "The file")
        return Upload(path, self.file_name, self._hash.hexdigest(), self.size, self.fields)

    def _begin(self) -> None:
        self._disposition, self._part, self._in_file = b"", "", False
        self._value.clear()

    def _header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._part = options.get(b"name", b"").decode("utf-8", "replace")
        self._in_file = self._part == "file"
        if self._in_file:
            if self.file_name is not None:
                raise BadOption("The form has two parts named file; send one document a request")
            self.file_name = options.get(b"filename", b"").decode("utf-8", "replace") or "document"
        elif len(self.fields) >= _MAX_FIELDS:
            raise BadOption(f"The form has more than {_MAX_FIELDS} fields")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self.size += end - start
            if self.size > self.max_bytes:
                raise FileTooLarge.upload(self.max_bytes)
            self.pending += data[start:end]
        else:
            self._value += data[start:end]
            if len(self._value) > _MAX_FIELD_BYTES:
                raise BadOption(f"The field {self._part} is longer than {_MAX_FIELD_BYTES} bytes")

    def _end(self) -> None:
        if not self._in_file:
            self.fields[self._part] = self._value.decode("utf-8", "replace")
