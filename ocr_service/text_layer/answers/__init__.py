"""A model's answer against the proven text of its region: words, signs, tables, formulas."""
