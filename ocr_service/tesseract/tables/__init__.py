"""Tables: where they are, with ruling lines or without, their columns, rows, heads and cells."""
