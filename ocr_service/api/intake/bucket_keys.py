"""Which keys of the bucket a client may name as documents: any but the service's own, which hold all keys' results.

A key is compared as it is written. Where a proxy or a file system behind the bucket resolves ``.`` and ``..``, another
writing leads to the same object: such keys are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from ocr_service.errors import BadOption

_ODD_SEGMENTS = frozenset({"", ".", ".."})
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_JOB_ID = re.compile(r"[0-9a-f]{32}")
_JOB_FILES = ".jobs"  # as ``storage/artifacts.py`` lays them


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """``prefix``: CLOUDRU_S3_PREFIX; with none, results lie at the top of the bucket, in folders named by job."""

    prefix: str

    def has(self, key: str) -> bool:
        """Whether the key, or all keys that begin with it where it is a prefix, are the service's own."""
        return any(self._has(written.split("/")) for written in {key, unquote(key)})

    def _has(self, segments: list[str]) -> bool:
        own = [segment for segment in self.prefix.split("/") if segment]
        if own:
            return segments[: len(own)] == own and len(segments) > len(own)
        return len(segments) > 1 and (segments[0] == _JOB_FILES or _JOB_ID.fullmatch(segments[0]) is not None)


def check_key(name: str, key: str) -> None:
    """Raises BadOption for a key with odd segments or characters; ``name``: the field that it came in."""
    _check(name, key.split("/"), key)


def check_prefix(name: str, prefix: str) -> None:
    """The same for a prefix, which may end with a slash."""
    _check(name, prefix.removesuffix("/").split("/"), prefix)


def _check(name: str, segments: list[str], whole: str) -> None:
    if any(unquote(segment) in _ODD_SEGMENTS for segment in segments) or _CONTROL.search(whole):
        raise BadOption(f"{name}: a key has no empty segment, no . or .. and no backslash or control character")
