"""The built files of the web page, and the headers under which they are served.

No FastAPI here: they are served before the application is loaded, too (``cli/startup_app.py``), so that the page itself
tells that the service is starting.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path

WEB_FILES = Path(__file__).resolve().parent.parent / "web_static"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' blob:",  # pages' pictures come by fetch, since <img> can send no API key
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
# The headers that every answer has come from ``middleware/access.py``.
WEB_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
PAGE_HEADERS = {**WEB_HEADERS, "Cache-Control": "no-cache"}  # it names the assets of this version
ASSET_HEADERS = {**WEB_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}  # a hash is in their names

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class WebFile:
    content: bytes
    headers: dict[str, str]


def web_file(path: str) -> WebFile | None:
    """The file at a request's path; None where the web page has no such file."""
    if path == "/":
        return _read(WEB_FILES / "index.html", PAGE_HEADERS)
    if path == "/favicon.svg":
        return _read(WEB_FILES / "favicon.svg", WEB_HEADERS)
    folder, _, name = path.rpartition("/")
    if folder != "/assets" or name in ("", ".", ".."):
        return None
    return _read(WEB_FILES / "assets" / name, ASSET_HEADERS)


def _read(file: Path, headers: dict[str, str]) -> WebFile | None:
    try:
        content = file.read_bytes()
    except (OSError, ValueError):  # missing, a folder, or no valid file name
        return None
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return WebFile(content, {"Content-Type": kind, **headers})
