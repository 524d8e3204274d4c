"""Mistral's OCR API: /v1/ocr, /v1/files and /v1/batch/jobs."""
