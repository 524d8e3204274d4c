"""Addresses of uploaded files: made for a client, and known again when it gives one as a document."""

from __future__ import annotations

import re

# The host is not looked at: behind a proxy it is not the one that clients know.
_ADDRESS = re.compile(r"https?://[^?#]+/v1/files/([0-9a-f-]{36})/content")


def address_of(base_url: str, file_id: str) -> str:
    """``base_url``: of this service, with the last ``/``."""
    return f"{base_url}v1/files/{file_id}/content"


def file_at(address: str) -> str | None:
    """The id of the file; None for another address."""
    found = _ADDRESS.fullmatch(address)
    return found and found[1]
