"""The serving API of PaddleX's PaddleOCR-VL pipeline: /layout-parsing and /restructure-pages."""
