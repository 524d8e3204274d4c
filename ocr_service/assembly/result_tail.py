"""A DocumentResult on disk, given out with another list of S3 files: links end, so they are made at each reading."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

_TAIL = b',"artifacts":{'  # quotes inside texts are escaped, so these bytes stand nowhere else
_BLOCK = 1 << 16


def with_s3(path: Path, s3: Sequence[dict[str, str]]) -> Iterator[bytes]:
    """The file's bytes with ``artifacts.s3`` replaced; only its end, from ``artifacts`` on, is held in memory."""
    with path.open("rb") as file:
        start = _tail_start(file)
        file.seek(0)
        left = start
        while left:
            chunk = file.read(min(left, _BLOCK))
            left -= len(chunk)
            yield chunk
        tail = json.loads(b"{" + file.read()[1:])
    tail["artifacts"]["s3"] = list(s3)
    yield b"," + json.dumps(tail, ensure_ascii=False, separators=(",", ":"))[1:].encode() + b"\n"


def _tail_start(file: BinaryIO) -> int:
    """Where the artifacts begin, looked for from the end. Raises ValueError for what write_document did not write."""
    end = file.seek(0, 2)
    kept = b""
    while end:
        start = max(0, end - _BLOCK)
        file.seek(start)
        kept = file.read(end - start) + kept[: len(_TAIL)]
        if (found := kept.rfind(_TAIL)) >= 0:
            return start + found
        end = start
    raise ValueError("not a DocumentResult")
