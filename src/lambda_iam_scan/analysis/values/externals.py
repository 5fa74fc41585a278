"""What comes of things that are not analyzed."""

from __future__ import annotations

from lambda_iam_scan.analysis.values.kinds import Arguments, External, Value
from lambda_iam_scan.analysis.values.lattice import nested

MAX_CHAIN = 6
"""Calls on the result of calls of something external that are told apart."""
GENERIC = "generic alias"
"""`list[Model]` as a value: the container, and what it holds."""


def origin(value: Value) -> Value:
    """The container of a generic alias; any other value itself."""
    return value.args[0][1] if isinstance(value, External) and value.path == GENERIC else value


def made(function: External, arguments: Arguments) -> External:
    """What a call of something external gives: known by what made it."""
    if function.path.count("()") >= MAX_CHAIN:
        return function
    kept = [(str(i), value) for i, value in enumerate(arguments.positional[:8])]
    kept += list(arguments.keywords.items())[:16]
    depth = nested(*(value for _, value in kept))
    return External(f"{function.path}()") if depth is None else External(f"{function.path}()", tuple(kept), depth)
