"""What comes of things that are not analyzed."""

from __future__ import annotations

from lambda_iam_scan.analysis.lattice import nested
from lambda_iam_scan.analysis.values import Arguments, External

MAX_CHAIN = 6
"""Calls on the result of calls of something external that are told apart."""


def made(function: External, arguments: Arguments) -> External:
    """What a call of something external gives: known by what made it."""
    if function.path.count("()") >= MAX_CHAIN:
        return function
    kept = [(str(i), value) for i, value in enumerate(arguments.positional[:8])]
    kept += list(arguments.keywords.items())[:16]
    depth = nested(*(value for _, value in kept))
    return External(f"{function.path}()") if depth is None else External(f"{function.path}()", tuple(kept), depth)
