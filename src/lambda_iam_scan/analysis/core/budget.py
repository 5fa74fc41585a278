"""What one analysis may cost."""

from __future__ import annotations

SOFT_STEPS = 140_000
"""Expressions and statements after which a function executed `ENOUGH` times already is not executed for further arguments."""
HARD_STEPS = 300_000
"""The same for functions that cost next to nothing, as those that make names do, and for those that make clients."""
ENOUGH = 3
CHEAP = 150
"""Expressions and statements that such a function takes, with all that it calls."""
MAX_STEPS = 450_000
"""Expressions and statements that one entry point may cost."""
MAX_STACK = 90
"""Functions within functions."""


class BudgetSpent(Exception):
    """The analysis of this entry point costs too much; what was found so far stands."""
