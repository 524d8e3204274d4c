"""What every request passes: keys, headers, browsers' requests, log line, rate of the body, limits of the head, yields.

Checks of one route belong to that route.
"""
