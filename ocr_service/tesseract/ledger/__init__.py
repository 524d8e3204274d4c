"""The ink ledger: what of a sheet's ink was read, and the means to find and read the rest, or to report it.

Words that were read, but wrongly, belong in repair/.
"""
