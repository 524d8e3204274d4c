"""``batch``: an archive read by actors on Ray: where it lies, its shards, how one is read, what comes of it.

Only ``on_ray.py`` imports ray: a shard is read the same without it.
"""
