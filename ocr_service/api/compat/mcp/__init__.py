"""The Model Context Protocol: tools that read documents, over HTTP and (``cli/mcp.py``) over stdio.

Needs the extra ``mcp``; nothing here is imported before a client calls.
"""
