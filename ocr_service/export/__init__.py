"""Page results to files: Markdown, HTML, plain text, JSON, zip, searchable PDF.

Where files go belongs in jobs/files/ and storage/.
"""
