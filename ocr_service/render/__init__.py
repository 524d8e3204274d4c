"""From a file to upright page images, inside worker processes that may die without harm."""
