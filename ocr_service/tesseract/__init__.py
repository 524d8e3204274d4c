"""The embedded reader: words from Tesseract, repaired and composed into regions.

Measures of shapes and text that others need too belong in geometry/.
"""
