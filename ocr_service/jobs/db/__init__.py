"""The database: engines, tables, transactions, the queue and the transitions of a job.

Rows of deliveries and batches belong to those folders; schema changes in migrations/.
"""
