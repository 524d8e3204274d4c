"""Batches: many documents from one request, submitted as the queue has free slots.

What a document's key means, its batch's kind says: a key in the bucket, or a request in a file of a foreign protocol.

A batch's documents are jobs like any other.
"""
