"""Lines to the regions of a page: paragraphs, headings, lists, figures, notes, in reading order.

Tables come from tables/.
"""
