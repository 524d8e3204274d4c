"""What is done to a page's picture before Tesseract sees it: light, ruling lines, filled areas.

The prepared page itself is tesseract/sheet.py; letters are found and repaired elsewhere.
"""
