"""docling-serve's API, version 1: its shapes, what they mean here, its routes. What other protocols share is above."""
