"""The container's first process: starts the app and the genai server, ends both in order; fetches weights.

What the app itself needs at its start is in bootstrap/.
"""
