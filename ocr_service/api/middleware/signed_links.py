"""Links that open without a key for an hour: for clients that fetch a result as if it lay in object storage.

The signature covers path, owner and end. Its secret is made of the hashes of the owner's keys: the same on every
replica, unknown to clients without a key, and invalid once the key is removed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode

VALID_S = 3600
_SIGNED = re.compile(r"/api/v2/ocr/jobs/[0-9a-f]{32}[a-z-]*/files/.+")  # nothing else opens by a link


def link_query(path: str, owner: str, hashes: Sequence[bytes], now: float | None = None) -> str:
    """The query that opens ``path``. ``hashes``: of the owner's keys."""
    expires = int(time.time() if now is None else now) + VALID_S
    return urlencode({"owner": owner, "expires": expires, "signature": _signature(path, owner, expires, hashes)})


def link_owner(path: str, query: str) -> str | None:
    """The owner named in the link; None where it is no link, or expired."""
    if not _SIGNED.fullmatch(path):
        return None
    fields = parse_qs(query)
    expires = fields.get("expires", [""])[0]
    if not expires.isdecimal() or len(expires) > 12 or int(expires) < time.time():
        return None
    return fields.get("owner", [None])[0]


def is_signed(path: str, query: str, owner: str, hashes: Sequence[bytes]) -> bool:
    """Whether the link is what ``link_query`` gave for this owner."""
    fields = parse_qs(query)
    expected = _signature(path, owner, int(fields["expires"][0]), hashes)
    return hmac.compare_digest(expected.encode(), fields.get("signature", [""])[0].encode())


def _signature(path: str, owner: str, expires: int, hashes: Sequence[bytes]) -> str:
    secret = hashlib.sha256(b"signed link" + b"".join(sorted(hashes))).digest()
    return hmac.new(secret, f"{path}\n{owner}\n{expires}".encode(), hashlib.sha256).hexdigest()
