"""The text that a PDF holds itself: read, proven against the picture of its page, and composed to regions.

Rendering alone belongs in render/, OCR in tesseract/ and vlm/; which is used first is decided in reading/.
"""
