"""Mathematics of a page's text layer: known glyphs, where formulas stand, and their LaTeX by geometry.

What can be read of a font in general belongs in text_layer/; LaTeX as MathML is export/mathml.py.
"""
