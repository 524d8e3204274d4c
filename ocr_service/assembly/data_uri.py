"""A figure as a data URI, for files that carry their pictures in them."""

from __future__ import annotations

import base64
import mimetypes


def data_uri(name: str, content: bytes) -> str:
    """``name`` tells the type by its suffix."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
