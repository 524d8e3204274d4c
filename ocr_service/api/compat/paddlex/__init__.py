"""The serving API of PaddleX's PaddleOCR-VL pipeline: ``/layout-parsing``, and the shapes of its pages and errors."""
