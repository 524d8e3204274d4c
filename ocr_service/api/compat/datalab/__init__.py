"""Datalab's API (Marker): its shapes, what they mean here, its routes. What other protocols share is above."""
