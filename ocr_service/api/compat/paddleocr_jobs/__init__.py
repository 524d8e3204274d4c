"""PaddleOCR's hosted job API, ``/api/v2/ocr/jobs``: its shapes and routes; pages are mapped as ``paddlex`` does."""
