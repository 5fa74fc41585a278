"""Values as strings, as far as they are known."""

from __future__ import annotations

import re

from lambda_iam_scan.analysis.values.kinds import Absent, Const, External, Result, Str, Union, Unknown, Value, choices, given
from lambda_iam_scan.analysis.values.lattice import pattern
from lambda_iam_scan.model.text import Hole, Text

MAX_LENGTH = 20_000
"""Characters of a string."""


def string(value: Text) -> Str:
    """A string; one that grows without end keeps its beginning."""
    if len(value.parts) <= 40 and sum(len(part) for part in value.parts if isinstance(part, str)) <= MAX_LENGTH:
        return Str(value)
    head = value.parts[0] if isinstance(value.parts[0], str) else ""
    return Str(Text.of(head[:200], Hole("a long string")))


def literals(value: Value) -> tuple[str, ...]:
    """The strings that a value is known to be, those of other kinds left out."""
    return tuple(choice.literal for choice in choices(value) if isinstance(choice, Str) and choice.literal is not None)


def as_text(value: Value) -> Text:
    """A value put into a string (`f"{value}"`, `str(value)`)."""
    if isinstance(value, Str):
        return value.text
    if isinstance(value, Const):
        return Text.of(value.value.decode("latin-1") if isinstance(value.value, bytes) else str(value.value))
    if isinstance(value, Result):
        return result_text(value)
    if isinstance(value, Union):
        texts = list(dict.fromkeys(as_text(choice) for choice in given(value)))
        return texts[0] if len(texts) == 1 else pattern(texts)
    return Text.of(Hole(why(value)))


def why(value: Value) -> str:
    """Why nothing more is known of a value that should have been a string."""
    if isinstance(value, Absent):
        return "perhaps not given"
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, External):
        return f"result of {value.path.removesuffix('()')}"
    if isinstance(value, Result):
        return f"result of {value.service}:{value.operation}"
    return "not a known string"


def begun(value: Value, prefix: str) -> Value:
    """A string that begins so, where nothing else is known of it."""
    reason = value.text.parts[0] if isinstance(value, Str) and len(value.text.parts) == 1 else None
    if isinstance(value, Unknown):
        reason = Hole(value.reason)
    return Str(Text.of(prefix, reason)) if isinstance(reason, Hole) else value


def result_text(value: Result) -> Text:
    """What an operation's answer says as far as its request decides it."""
    from lambda_iam_scan.analysis.values.results import known_result

    return known_result(value)


def matches(pattern: Text, value: str) -> bool:
    """Whether a string with holes can be this one."""
    expression = "".join(re.escape(part) if isinstance(part, str) else ".*" for part in pattern.parts)
    return re.fullmatch(expression, value, re.DOTALL) is not None
