"""Measures of boxes, angles, type and words that several rooms must take the same way.

No images of pages, no engine: pure functions of numbers, arrays and strings.
"""
