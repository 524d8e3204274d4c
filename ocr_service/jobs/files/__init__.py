"""The files of a job: its upload, its finished pages, its exports, written in groups.

Atomic writes belong in storage/, the formats of the files in export/.
"""
