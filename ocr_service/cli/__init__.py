"""The commands of ``python -m ocr_service``: one module each.

The container's first process belongs in launcher/.
"""
