"""Foreign protocols, one folder each: models (shapes), mapping (our result to theirs), routes.

What two of them share stands here; what our own API needs too belongs in intake/.
"""
