"""A document that a client names by URL, fetched under the address rules and with limits of size and time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import unquote

import httpx

from ocr_service.errors import FetchFailed, FileTooLarge
from ocr_service.net.safe_http import SafeHttp

_CHUNK = 1 << 16


async def fetch_document(http: SafeHttp, url: str, target: Path, *, max_bytes: int, timeout_s: float) -> str:
    """Writes the document to ``target`` and returns the name that its address gives it.

    Raises AddressRefused, FileTooLarge (before the download where the size is said) and FetchFailed.
    """
    try:
        async with asyncio.timeout(timeout_s), http.get(url) as response:
            if response.status_code != httpx.codes.OK:
                raise FetchFailed.answered(response.status_code)
            if int(response.headers.get("Content-Length", 0)) > max_bytes:
                raise FileTooLarge(f"the document is larger than {max_bytes} bytes (MAX_UPLOAD_MB)")
            await _receive(response, target, max_bytes)
    except TimeoutError as exc:
        raise FetchFailed(f"the document did not arrive within {timeout_s:g} s") from exc
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as exc:
        raise FetchFailed(f"the document could not be fetched ({type(exc).__name__})") from exc
    return unquote(httpx.URL(url).path.rsplit("/", 1)[-1]) or "document"


async def _receive(response: httpx.Response, target: Path, max_bytes: int) -> None:
    received = 0
    with target.open("wb") as file:
        async for chunk in response.aiter_raw(_CHUNK):
            received += len(chunk)
            if received > max_bytes:
                raise FileTooLarge(f"the document is larger than {max_bytes} bytes (MAX_UPLOAD_MB)")
            file.write(chunk)
