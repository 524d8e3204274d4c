"""Labelled regions of a page image, filtered and in reading order.

What a region says belongs in vlm/ and tesseract/.
"""
