"""Words as Tesseract read them, corrected by their ink, by their neighbours or by another reading.

What nobody read belongs in ledger/.
"""
