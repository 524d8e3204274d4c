"""Page worker processes: the pool, the sandbox, the queue before it, the CPUs it may use.

What a worker does with a page belongs in reading/.
"""
