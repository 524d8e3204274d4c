"""S3's ETag as a checksum: the MD5 of a single PUT; for parts, the MD5 of the parts' MD5s and their number.

Stores that encrypt by a key service, and some others, give ETags of another making; those prove nothing either way.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_OF_MD5 = re.compile(r"[0-9a-f]{32}(-\d+)?")


def file_md5(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, _md5).digest()


def file_etag(path: Path, part_bytes: int) -> str:
    """The ETag that a store gives a file sent in parts of ``part_bytes``."""
    parts = []
    with path.open("rb") as file:
        while part := file.read(part_bytes):
            parts.append(_md5(part).digest())
    return f"{_md5(b''.join(parts)).hexdigest()}-{len(parts)}"


def proves_difference(etag: str, expected: str, encryption: str) -> bool:
    """Whether the store's ETag shows that it holds other bytes than those sent."""
    etag = etag.strip('"').lower()
    comparable = (
        _OF_MD5.fullmatch(etag) is not None and ("-" in etag) == ("-" in expected) and not encryption.startswith("aws:")
    )
    return comparable and etag != expected


def _md5(data: bytes = b"") -> hashlib._Hash:
    return hashlib.md5(data, usedforsecurity=False)
