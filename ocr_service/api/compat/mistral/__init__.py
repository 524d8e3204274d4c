"""Mistral's OCR API: ``/v1/ocr``."""
