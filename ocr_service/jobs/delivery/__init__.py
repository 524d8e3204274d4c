"""Results on their way out: webhooks and uploads to S3, tried again until they arrive or are given up.

The S3 client itself belongs in storage/, safe HTTP in net/.
"""
