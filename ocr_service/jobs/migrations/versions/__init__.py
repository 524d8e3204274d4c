"""Schema revisions, numbered."""
