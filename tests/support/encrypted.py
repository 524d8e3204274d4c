"""An encrypted PDF."""

from __future__ import annotations

import io

import pikepdf


def encrypted(content: bytes, password: str) -> bytes:
    """The PDF, opened by this password only."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(target, encryption=pikepdf.Encryption(user=password, owner=password))
    return target.getvalue()
