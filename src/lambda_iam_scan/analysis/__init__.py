"""From source text to SDK calls and gaps, without running anything."""
