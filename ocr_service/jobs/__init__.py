"""The durable job: its states, its rows, what runs it, and what is told about it.

How a document is read belongs in reading/.
"""
