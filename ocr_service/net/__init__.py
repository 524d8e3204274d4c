"""Outgoing HTTP to addresses that a client named, within the address rules.

Requests to configured servers (vLLM, S3) do not pass here.
"""
