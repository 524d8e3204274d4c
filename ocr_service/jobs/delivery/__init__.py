"""Deliveries of results: webhooks and uploads to S3, retried until they succeed or are given up.

The S3 client itself belongs in storage/, safe HTTP in net/.
"""
