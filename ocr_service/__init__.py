"""PDFs and scans to Markdown over HTTP. ``from ocr_service import Client, AsyncClient``: the service from Python."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_service.client import AsyncClient, Client

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Client", "__version__"]


def __getattr__(name: str) -> object:
    """The client is imported when it is asked for: the service's own processes start without it."""
    if name in ("AsyncClient", "Client"):
        return getattr(import_module("ocr_service.client"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
