"""Batches: many documents from one request, submitted as there is room.

A batch's documents are jobs like any other.
"""
