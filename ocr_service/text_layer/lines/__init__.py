"""Glyphs to words and lines, by their places and not by their order in the file."""
