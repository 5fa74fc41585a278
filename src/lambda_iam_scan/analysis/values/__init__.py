"""The abstract values: what an expression can be, how values are joined, and what is known of them without executing anything."""
