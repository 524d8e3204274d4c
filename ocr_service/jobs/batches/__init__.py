"""Batches: many documents from one request, submitted as the queue has free slots.

A batch's documents are jobs like any other.
"""
