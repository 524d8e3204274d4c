"""What every request passes: keys, headers, log line, pace of the body, yields to the event loop, limits of the head.

Checks of one route belong to that route.
"""
