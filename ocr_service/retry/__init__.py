"""How a failed call is tried again: pauses, limits, Retry-After. One policy for the whole service.

Which errors are worth another try is decided where the call is made.
"""
