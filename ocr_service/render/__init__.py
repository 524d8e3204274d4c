"""From an untrusted file to upright page images; runs only inside page workers.

The processes themselves belong in workers/.
"""
