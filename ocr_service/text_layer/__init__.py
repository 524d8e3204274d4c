"""The text that a PDF holds itself: read, proven against the picture of its page, and composed to regions.

Rendering alone belongs in render/, reading by eye in tesseract/ and vlm/; who is asked first is decided in reading/.
"""
