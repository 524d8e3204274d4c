"""Mistral's Files API: files that are uploaded first and read later. They are kept in storage/client_files.py."""
