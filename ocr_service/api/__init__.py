"""The HTTP application: how it is composed, and what all its routes share.

What a request does belongs in routes/, how it comes in in intake/; nothing here reads a page.
"""
