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

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from ocr_service.api.intake.file_names import part_names
from ocr_service.api.intake.request_body import announced_bytes, body_pieces, content_type
from ocr_service.errors import BadOption, EmptyFile, FileTooLarge
from ocr_service.storage.space import FreeSpace, storage_errors

_MAX_FIELD_BYTES = 64 << 10
_MAX_FIELDS = 64
_MAX_PREAMBLE_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file: where it lies, the client's name for it, SHA-256 and size; and the other fields."""

    path: Path
    name: str
    sha256: str
    bytes: int
    fields: dict[str, str]
    lists: dict[str, list[str]] = field(default_factory=dict)  # every value of each field, where it came several times


async def receive_upload(
    request: Request, directory: Path, max_bytes: int, space: FreeSpace, *, part: str = "file"
) -> Upload:
    """Takes in a multipart form with one file, in the part of this name.

    Raises FileTooLarge, EmptyFile, BadOption (no such form, no such part), StorageFull. Leaves no file behind then.
    """
    kind, parameters = parse_options_header(content_type(request))
    if kind != b"multipart/form-data" or not parameters.get(b"boundary"):
        raise BadOption.no_form()
    announced = announced_bytes(request)
    most = max_bytes + _MAX_FIELDS * _MAX_FIELD_BYTES + _MAX_PREAMBLE_BYTES
    if announced > most:
        raise FileTooLarge.upload(max_bytes)
    await asyncio.to_thread(space.check, announced)
    with storage_errors("TEMP_DIR"):
        descriptor, name = tempfile.mkstemp(dir=directory, prefix="upload-")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            form = _Form(file, max_bytes, part)
            parts = _Parts(parameters[b"boundary"], form)
            async for piece in body_pieces(request, most):
                await asyncio.to_thread(parts.feed, piece)
                await asyncio.to_thread(space.check)  # many uploads at once fill it together
            await asyncio.to_thread(parts.finish)
        return form.upload(path)
    except BaseException:
        await asyncio.to_thread(path.unlink)
        raise


class _Parts:
    """The parser, what is written to disk after each piece, and a preamble that is skipped (RFC 2046, 5.1.1)."""

    def __init__(self, boundary: bytes, form: _Form) -> None:
        try:
            self._parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]
        except FormParserError as error:
            raise BadOption(f"The multipart form cannot be read: {error}") from error
        self._delimiter = b"--" + boundary
        self._form = form
        self._preamble: bytearray | None = bytearray()

    def feed(self, piece: bytes) -> None:
        try:
            self._parser.write(piece if self._preamble is None else self._after_preamble(piece))
        except FormParserError as error:
            raise BadOption(f"The multipart form cannot be read: {error}") from error
        self._form.flush()

    def finish(self) -> None:
        try:
            self._parser.finalize()
        except FormParserError as error:
            raise BadOption(f"The multipart form cannot be read: {error}") from error
        self._form.flush()

    def _after_preamble(self, piece: bytes) -> bytes:
        """From the first delimiter on, which stands at the beginning of a line; nothing as long as there is none."""
        assert self._preamble is not None
        self._preamble += piece
        begin = 0 if self._preamble.startswith(self._delimiter) else self._preamble.find(b"\n" + self._delimiter) + 1
        if begin or self._preamble.startswith(self._delimiter):
            rest = bytes(self._preamble[begin:])
            self._preamble = None
            return rest
        if len(self._preamble) > _MAX_PREAMBLE_BYTES:
            raise BadOption(f"The multipart form has no part in its first {_MAX_PREAMBLE_BYTES} bytes")
        return b""


@dataclass
class _Form:
    """What the parser's callbacks fill: the file's bytes on their way to disk, and the small fields."""

    file: BinaryIO
    max_bytes: int
    file_part: str
    pending: bytearray = field(default_factory=bytearray)
    fields: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    parts: int = 0
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
            raise BadOption(f"The form has no part named {self.file_part}: curl -F {self.file_part}=@document.pdf …")
        if not self.size:
            raise EmptyFile.named(self.file_name or "The file")
        return Upload(path, self.file_name, self._hash.hexdigest(), self.size, self.fields, self.lists)

    def _begin(self) -> None:
        self._disposition, self._part, self._in_file = b"", "", False
        self._value.clear()

    def _header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _headers_finished(self) -> None:
        self._part, file_name = part_names(self._disposition)
        self._in_file = self._part == self.file_part
        self.parts += 1
        if self.parts > _MAX_FIELDS + 1:  # also of one name, which would fill the one field for ever
            raise BadOption(f"The form has more than {_MAX_FIELDS} fields")
        if self._in_file:
            if self.file_name is not None:
                raise BadOption(f"The form has two parts named {self.file_part}; send one document a request")
            self.file_name = file_name or "document"

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self.size += end - start
            if self.size > self.max_bytes:
                raise FileTooLarge.upload(self.max_bytes)
            self.pending += data[start:end]
        else:
            self._value += data[start:end]
            if len(self._value) > _MAX_FIELD_BYTES:
                raise BadOption(f"The field {self._part[:100]} is longer than {_MAX_FIELD_BYTES} bytes")

    def _end(self) -> None:
        if not self._in_file:
            if b"\0" in self._value:
                raise BadOption(f"The field {self._part[:100]} has a NUL character")
            value = self._value.decode("utf-8", "replace")
            self.fields[self._part] = value
            self.lists.setdefault(self._part, []).append(value)
