"""Our own HTTP calls: one module a resource.

Foreign protocols belong in compat/, the shapes of bodies and answers in schemas/.
"""
