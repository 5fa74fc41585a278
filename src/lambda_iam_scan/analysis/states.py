"""Variables where paths meet."""

from __future__ import annotations

from lambda_iam_scan.analysis.lattice import join, pattern
from lambda_iam_scan.analysis.values import Str, Value, choices

Vars = dict[str, Value]
"""Variables of one scope as they are on one path."""


def merged(states: list[Vars]) -> Vars:
    """Variables where several paths meet."""
    if not states:
        return {}
    out = states[0]
    for other in states[1:]:
        if other is out:
            continue
        joined = dict(out)
        for name, value in other.items():
            known = joined.get(name)
            if known is not value:
                joined[name] = value if known is None else join(known, value)
        out = joined
    return out


def widened(before: Vars, after: Vars) -> Vars:
    """Variables that still change become patterns."""
    out = dict(after)
    for name, value in after.items():
        if name in before and before[name] != value:
            strings = [choice for choice in choices(value) if isinstance(choice, Str)]
            if len(strings) > 1:
                others = [choice for choice in choices(value) if not isinstance(choice, Str)]
                out[name] = join(Str(pattern([string.text for string in strings])), *others)
    return out
