"""docling-serve's chunking (``/v1/chunk/…``). Chunks are made in export/chunks/."""
