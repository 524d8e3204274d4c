"""The name that a client gives its file, in whatever way HTTP clients and mail programs write it.

RFC 7578 wants UTF-8 in ``filename``; RFC 8187 has ``filename*=UTF-8''%D0%B0.pdf``, which takes precedence (RFC 6266,
4.3); mail programs write RFC 2047's ``=?UTF-8?B?…?=``. macOS sends decomposed letters (NFD).
"""

from __future__ import annotations

import binascii
import quopri
import re
import unicodedata
from urllib.parse import unquote_to_bytes

from python_multipart.multipart import parse_options_header

LONGEST_NAME = 255  # bytes of UTF-8: NAME_MAX of Linux's file systems
_LONGEST_EXTENSION = 16  # bytes; a longer one is a part of the name
# Not for a terminal: C0 and C1 controls (NUL is not for PostgreSQL either), line separators, bidirectional overrides.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_ENCODED_WORDS = re.compile(r"(?<=\?=)\s{1,100}(?==\?)")


def clean_name(name: str) -> str:
    """The name in NFC, without controls, at most 255 bytes long; a long one keeps its extension. "" stays ""."""
    whole = _CONTROL.sub("_", unicodedata.normalize("NFC", _decoded_words(name[: 4 * LONGEST_NAME])))
    stem, dot, extension = whole.rpartition(".")
    if not stem or len(extension.encode()) > _LONGEST_EXTENSION:
        return cut_to_bytes(whole, LONGEST_NAME)
    return cut_to_bytes(stem, LONGEST_NAME - len((dot + extension).encode())) + dot + extension


def cut_to_bytes(text: str, most: int) -> str:
    """As many whole characters from the beginning as fit ``most`` bytes of UTF-8."""
    return text.encode()[:most].decode("utf-8", "ignore")


def part_names(disposition: bytes) -> tuple[str, str | None]:
    """A form part's field name, and its file's name where it has one, from its Content-Disposition."""
    _, options = parse_options_header(disposition)
    plain = options.get(b"filename")
    name = _extended_name(disposition)
    if name is None and plain is not None:
        name = plain.decode("utf-8", "replace")
    return options.get(b"name", b"").decode("utf-8", "replace"), None if name is None else clean_name(name)


def _extended_name(disposition: bytes) -> str | None:
    """``filename*`` as RFC 8187 has it; None where there is none, or it is not written so."""
    for parameter in disposition.split(b";"):
        key, equals, value = parameter.partition(b"=")
        if not equals or key.strip().lower() != b"filename*":
            continue
        charset, quote, rest = value.strip().strip(b'"').partition(b"'")
        _language, second_quote, encoded = rest.partition(b"'")
        if quote and second_quote:
            return _decoded(unquote_to_bytes(encoded), charset.decode("ascii", "replace"))
    return None


def _decoded_words(name: str) -> str:
    if "=?" not in name:
        return name
    return _ENCODED_WORD.sub(_decoded_word, _BETWEEN_ENCODED_WORDS.sub("", name))


def _decoded_word(word: re.Match[str]) -> str:
    charset, encoding, text = word[1].partition("*")[0], word[2].lower(), word[3]  # RFC 2231 adds *language
    try:
        raw = binascii.a2b_base64(text) if encoding == "b" else quopri.decodestring(text.encode(), header=True)
    except (ValueError, UnicodeEncodeError):
        return word[0]
    return _decoded(raw, charset) or word[0]


def _decoded(raw: bytes, charset: str) -> str | None:
    try:
        return raw.decode(charset, "replace")
    except (LookupError, UnicodeError, ValueError):  # no such charset, or no text encoding
        return None
