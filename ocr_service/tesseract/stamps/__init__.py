"""Stamps, signatures and watermarks: parted from the text under them, and read by themselves."""
