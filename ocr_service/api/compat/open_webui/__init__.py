"""What Open WebUI calls by itself: its external document loader, and the list of models."""
