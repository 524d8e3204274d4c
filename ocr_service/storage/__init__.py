"""Files that are whole or not there, folders and their space, S3.

Which files a job has belongs in jobs/files/.
"""
