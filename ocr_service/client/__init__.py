"""The service from Python: ``from ocr_service import Client, AsyncClient``; also what ``send`` is built on.

Nothing of the server is imported: the folder is in a wheel of its own (packaging/client).
"""

from ocr_service.client.async_client import DEFAULT_URL, AsyncClient
from ocr_service.client.blocking import Client
from ocr_service.client.values import (
    ClientError,
    Document,
    Event,
    Failure,
    Job,
    JobFailed,
    Options,
    Page,
    Refused,
    Region,
    Unreachable,
)

__all__ = [
    "DEFAULT_URL",
    "AsyncClient",
    "Client",
    "ClientError",
    "Document",
    "Event",
    "Failure",
    "Job",
    "JobFailed",
    "Options",
    "Page",
    "Refused",
    "Region",
    "Unreachable",
]
