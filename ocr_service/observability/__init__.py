"""Metrics, traces and the job log: observers that read what jobs report.

The format of log lines is in logs.py; /metrics itself in api/routes/.
"""
