"""Mistral's Batch API: many requests of its OCR API in one, read as batches of ours (jobs/batches/)."""
