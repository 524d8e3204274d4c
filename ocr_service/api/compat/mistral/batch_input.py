"""The requests of a batch: lines of JSON, each bounded as the body of ``POST /v1/ocr`` is, and never whole in memory.

A line's base64 stays where it is: the row of a request has its place in the file, and its options.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ocr_service.api.compat.long_strings import StoredStrings
from ocr_service.api.compat.mistral.batch_models import MistralBatchLine
from ocr_service.api.compat.mistral.models import FileChunk, MistralOcrRequest
from ocr_service.api.intake.json_stream import JsonLimits, JsonStream
from ocr_service.api.validation import validated
from ocr_service.errors import BadOption, TooManyDocuments
from ocr_service.jobs.batches.rows import NewDocument

MOST_REQUESTS = 10_000
_LINE = JsonLimits(rest=256 << 10, items=20_000)
_CHUNK = 1 << 20
_LONGEST_ID = 512


def requests_of(files: Iterable[tuple[str, Path]]) -> list[NewDocument]:
    """The requests of JSONL files, each with its id; one that cannot be read has its error.

    Blocks. Raises TooManyDocuments.
    """
    found: list[NewDocument] = []
    for file_id, path in files:
        for start, length, fields in _lines(path):
            if len(found) >= MOST_REQUESTS:
                raise TooManyDocuments.in_a_batch(MOST_REQUESTS)
            found.append(_request(f"{file_id}:{start}:{length}", fields))
    return found


def place_of(key: str) -> tuple[str, int, int]:
    """The file of a request, where it begins, and its length in bytes."""
    file_id, start, length = key.split(":")
    return file_id, int(start), int(length)


def asked_again(kept: dict[str, Any]) -> MistralOcrRequest:
    """The request as its row keeps it: without its document."""
    return MistralOcrRequest(**kept, document=FileChunk(type="file", file_id=""))


def _request(key: str, fields: dict[str, Any] | BadOption) -> NewDocument:
    if isinstance(fields, BadOption):
        return NewDocument(key, error=(fields.code, str(fields)))
    named = fields.get("custom_id")
    custom_id = named if isinstance(named, str) and len(named) <= _LONGEST_ID else None
    try:
        asked = validated(MistralOcrRequest, validated(MistralBatchLine, fields).body)
    except BadOption as error:
        return NewDocument(key, custom_id, error=(error.code, str(error)))
    return NewDocument(key, custom_id, asked.model_dump(exclude={"document"}, exclude_unset=True))


def _lines(path: Path) -> Iterator[tuple[int, int, dict[str, Any] | BadOption]]:
    """Each line that is not blank: where it begins, its length, and what it holds, long strings left out."""
    with path.open("rb") as file:
        start = 0
        line = _Line()
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            while chunk:
                part, newline, chunk = chunk.partition(b"\n")
                line.feed(part)
                if newline:
                    if not line.blank:
                        yield start, line.length, line.parsed()
                    start += line.length + 1
                    line = _Line()
        if not line.blank:
            yield start, line.length, line.parsed()


class _Line:
    """A line that is followed while it is read; after an error the rest of it is only counted."""

    def __init__(self) -> None:
        self.length = 0
        self.blank = True
        self._stream = JsonStream(_LINE, _OneLeftOut())
        self._error: BadOption | None = None

    def feed(self, part: bytes) -> None:
        self.length += len(part)
        self.blank = self.blank and not part.strip()
        if self._error is None:
            try:
                self._stream.feed(part)
            except BadOption as error:
                self._error = error

    def parsed(self) -> dict[str, Any] | BadOption:
        if self._error is not None:
            return self._error
        try:
            return self._stream.parsed(such_as='{"custom_id": "0", "body": {…}}')
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


def write_lines(requests: Iterable[dict[str, Any]], strings: StoredStrings, target: BinaryIO) -> None:
    """Each request as a line, its long strings back in their places."""
    for request in requests:
        target.writelines(strings.filled_in(json.dumps(request, ensure_ascii=False, separators=(",", ":"))))
        target.write(b"\n")
