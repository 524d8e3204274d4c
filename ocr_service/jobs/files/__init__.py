"""The files of a job: its upload, its finished pages, its exports, written in groups.

How a file is written whole belongs in storage/, what stands in it in export/.
"""
