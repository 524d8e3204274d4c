"""Base64 that becomes a file while it arrives: the document in it is never whole in memory."""

from __future__ import annotations

import binascii
import hashlib
import json
from typing import BinaryIO

from ocr_service.errors import BadOption, FileTooLarge
from ocr_service.storage.space import storage_errors

_LONGEST_ESCAPE = 6  # \u002B
_LONGEST_URI_HEAD = 256  # data:application/pdf;name=…;base64,
_WRAPPING = b" \r\n\t"


class Base64File:
    """``write`` takes the inside of a JSON string, escapes and all, in any pieces; a ``data:`` URI's head is left out.

    Raises BadOption for what is not base64, FileTooLarge above ``max_bytes`` of content.
    """

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._raw = b""  # may end in a part of an escape
        self._quartets = b""  # fewer than four characters
        self._head_done = False
        self._padded = False
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, raw: bytes) -> None:
        self._raw += raw
        if not self._head_done and len(self._raw) < _LONGEST_URI_HEAD + _LONGEST_ESCAPE:
            return
        slash = self._raw.rfind(b"\\", -_LONGEST_ESCAPE)
        whole = len(self._raw) if slash < 0 else slash
        text, self._raw = self._raw[:whole], self._raw[whole:]
        self._decode(_unescaped(text))

    def finish(self) -> None:
        self._decode(_unescaped(self._raw))
        if self._quartets:
            raise BadOption("The document's base64 is cut: its length is no multiple of four")

    def _decode(self, text: bytes) -> None:
        if not self._head_done:
            text = _without_uri_head(text)
            self._head_done = True
        text = self._quartets + text.translate(None, _WRAPPING)
        whole = len(text) - len(text) % 4
        self._quartets = text[whole:]
        if not whole:
            return
        if self._padded:
            raise BadOption("The document's base64 goes on after its padding")
        try:
            content = binascii.a2b_base64(text[:whole], strict_mode=True)
        except binascii.Error as error:
            raise BadOption(f"The document is not base64: {error}") from error
        self._padded = text[whole - 1 : whole] == b"="
        self.size += len(content)
        if self.size > self._max_bytes:
            raise FileTooLarge.upload(self._max_bytes)
        self._hash.update(content)
        with storage_errors("TEMP_DIR"):
            self._file.write(content)


def _unescaped(text: bytes) -> bytes:
    r"""Some encoders write ``\/`` for a slash, or ``\u002B`` for a plus."""
    if b"\\" not in text:
        return text
    try:
        decoded: str = json.loads(b'"' + text + b'"', strict=False)
        return decoded.encode("ascii")
    except (ValueError, UnicodeEncodeError) as error:
        raise BadOption(f"The document is not base64: {error}") from error


def _without_uri_head(text: bytes) -> bytes:
    if text[:5].lower() != b"data:":
        return text
    head, comma, rest = text.partition(b",")
    if not comma or len(head) > _LONGEST_URI_HEAD or not head.lower().endswith(b";base64"):
        raise BadOption("A data: URI must look like data:application/pdf;base64,…")
    return rest
