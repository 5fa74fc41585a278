"""Frozen values that flow from stage to stage. Imports nothing of ours but its own siblings and holds no behaviour beyond its shape."""
