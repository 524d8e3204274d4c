"""Calls to others: the one retry policy, and HTTP to addresses that a client named, within the address rules.

Requests to configured servers (vLLM, S3) are made where they are used.
"""
