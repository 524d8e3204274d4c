"""Pydantic models of our own requests and answers, with the examples that Swagger UI shows.

Models of foreign protocols belong to their folder in compat/.
"""
