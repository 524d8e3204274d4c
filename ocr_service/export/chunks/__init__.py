"""Chunks for retrieval: a document's text in pieces of a bounded size that never cross a heading, with their places.

What reads the pages and joins them belongs in export/, not here.
"""

LEAST_TOKENS, MOST_TOKENS = 32, 8192  # that a chunk may be limited to
