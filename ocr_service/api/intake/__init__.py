"""From a request's body to an accepted document: multipart, JSON, base64, S3 keys, URLs, admission.

Limits on a request's head and pace belong in middleware/, what a file is in render/.
"""
