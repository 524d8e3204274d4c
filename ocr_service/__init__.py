"""PDFs and scans to Markdown over HTTP."""

__version__ = "0.1.0"
