"""docling-serve's conversion (``/v1/convert/…``), and the shapes of sources and tasks that its other calls share."""
