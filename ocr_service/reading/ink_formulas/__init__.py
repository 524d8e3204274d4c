"""Formulas of pages that are read by eye: pieces of ink matched with the glyphs of TeX, and built to LaTeX.

How LaTeX is built from signs and their places belongs in text_layer/formulas/.
"""
