"""Objects of Python's own kinds, and of kinds that are not known: their methods, operators and text."""
