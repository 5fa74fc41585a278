"""Compiles `rules/` and what well-kept packages know into the tables that the program ships: `python -m tools.tables`."""
