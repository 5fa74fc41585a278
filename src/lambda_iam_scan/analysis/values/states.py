"""Variables where paths meet."""

from __future__ import annotations

from lambda_iam_scan.analysis.values.kinds import Str, Value, choices
from lambda_iam_scan.analysis.values.lattice import fewer_numbers, join, pattern
from lambda_iam_scan.model.text import Text

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


def changed(before: Vars, after: Vars) -> Vars:
    """Variables that have been set since."""
    return {name: value for name, value in after.items() if before.get(name) is not value}


def widened(before: Vars, after: Vars, last: bool) -> Vars:
    """Numbers that still change are not known, texts that grow become patterns; after the `last` pass, all that change do."""
    out = dict(after)
    for name, value in after.items():
        if name in before and before[name] != value:
            value = fewer_numbers(value)
            texts = [choice.text for choice in choices(value) if isinstance(choice, Str)]
            if len(texts) > 1 and (last or _grows(before[name], texts)):
                others = [choice for choice in choices(value) if not isinstance(choice, Str)]
                value = join(Str(pattern(texts)), *others)
            out[name] = value
    return out


def _grows(before: Value, texts: list[Text]) -> bool:
    """Whether some text has come to a variable that is one which it had, with something more."""
    old = [choice.text for choice in choices(before) if isinstance(choice, Str)]
    return any(str(part) in str(text) for text in texts if text not in old for part in old if part.parts)
