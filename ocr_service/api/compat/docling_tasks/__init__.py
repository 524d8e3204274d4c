"""docling-serve's tasks (``/v1/status/…``, ``/v1/result/…``): conversions and chunkings that were submitted."""
