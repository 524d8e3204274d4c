"""Proven lines, and those that OCR read, to the regions of a page or of a layout model."""
