"""Names that stand in code for what a template puts into it when it is deployed: `Bucket="${Bucket}"`."""

from __future__ import annotations

GIVEN = "\ua66e"
"""A letter that nobody writes: it begins and ends such a name, in strings and beside them."""


def given_name(number: int) -> str:
    """The name of the n-th part of a code's text."""
    return f"{GIVEN}{number}{GIVEN}"
