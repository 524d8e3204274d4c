"""``uvicorn --http ocr_service.api.http_protocol:BoundedHttpProtocol``: bounds heads."""

from ocr_service.api.middleware.head_limits import BoundedHttpProtocol

__all__ = ["BoundedHttpProtocol"]
