"""Mistral's OCR API: /v1/ocr and /v1/files."""
