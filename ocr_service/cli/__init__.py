"""The commands of ``python -m ocr_service``: one module each, and the HTTP client they share.

The container's first process belongs in launcher/.
"""
