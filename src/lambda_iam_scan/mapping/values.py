"""Looks into a call's arguments: what stands at a place, and how sure it is that something does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from lambda_iam_scan.model.code import Argument, Constant, Fields, Items, OneOf, SdkCall, Unknown
from lambda_iam_scan.model.text import Hole, Text
from lambda_iam_scan.tables.types import Path

MAX_ALTERNATIVES = 16
"""Paths that make an argument differently."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An ARN that stands for a resource as it is."""

    arn: Text


Value = Argument | Whole


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a place: the values known, whether at least one is surely given, and whether there may be others."""

    values: tuple[Value, ...] = ()
    given: bool = False
    more: bool = False

    @property
    def absent(self) -> bool:
        """Surely nothing is there."""
        return not self.values and not self.more


NOTHING = Found()
MAYBE = Found(more=True)
Leaf = Callable[[Argument], Found]


def one(value: Value) -> Found:
    """A single value that is surely there."""
    return Found((value,), given=True)


def find(argument: Argument, path: Path, leaf: Leaf = one) -> Found:
    """What stands at `path` below an argument; `leaf` turns each thing found there into the values wanted."""
    if isinstance(argument, OneOf):
        found = [find(choice, path, leaf) for choice in argument.choices]
        return Found(_values(found), all(item.given for item in found), any(item.more or not item.given for item in found))
    if not path:
        return leaf(argument)
    if isinstance(argument, Unknown) or (isinstance(argument, Text) and argument.literal is None):
        return MAYBE
    step, rest = path[0], path[1:]
    if step == "[]":
        return _items(argument, rest, leaf)
    if not isinstance(argument, Fields):
        return NOTHING
    if step == "{}":
        return Found(tuple(key for key, _ in argument.entries), bool(argument.entries), argument.open)
    if step == "{*}":
        return _any([find(value, rest, leaf) for _, value in argument.entries], argument.open)
    value = argument.get(step)
    if value is not None:
        return find(value, rest, leaf)
    return MAYBE if argument.open or any(key.literal is None for key, _ in argument.entries) else NOTHING


def _items(argument: Argument, rest: Path, leaf: Leaf) -> Found:
    if isinstance(argument, Items):
        return _any([find(item, rest, leaf) for item in argument.values], argument.open)
    return find(argument, rest, leaf) if isinstance(argument, Text | Fields) else NOTHING


def _any(found: list[Found], more: bool) -> Found:
    return Found(_values(found), any(item.given for item in found), more or any(item.more for item in found))


def _values(found: Iterable[Found]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(value for item in found for value in item.values))


def text(value: Value) -> Text | None:
    """A value as a string, None when it is none: `None`, a list, a dictionary."""
    if isinstance(value, Text):
        return value
    if isinstance(value, Unknown):
        return Text.of(Hole(value.reason))
    if isinstance(value, Constant) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return Text.of(str(value.value))
    return None


def alternatives(argument: Argument) -> tuple[Argument, ...]:
    """What an argument is on each path that makes it; itself alone when it is the same on all, or the paths are too many."""
    found = _alternatives(argument)
    return found if 0 < len(found) <= MAX_ALTERNATIVES else (argument,)


def _alternatives(argument: Argument) -> tuple[Argument, ...]:
    if isinstance(argument, OneOf):
        return tuple(dict.fromkeys(found for choice in argument.choices for found in _alternatives(choice)))
    if isinstance(argument, Items):
        return tuple(replace(argument, values=values) for values in _every(argument.values))
    if isinstance(argument, Fields):
        keys = [key for key, _ in argument.entries]
        values = _every([value for _, value in argument.entries])
        return tuple(replace(argument, entries=tuple(zip(keys, chosen, strict=True))) for chosen in values)
    return (argument,)


def _every(parts: Sequence[Argument]) -> list[tuple[Argument, ...]]:
    """Every combination of the parts' alternatives; the parts themselves when these are too many."""
    options = [alternatives(part) for part in parts]
    if prod(map(len, options)) > MAX_ALTERNATIVES:
        return [tuple(parts)]
    return list(product(*options))


def with_arguments(call: SdkCall, chosen: Mapping[str, Argument]) -> SdkCall:
    """The call with other values for some of its arguments."""
    entries = tuple((key, chosen.get(key.literal or "", value)) for key, value in call.arguments.entries)
    return replace(call, arguments=replace(call.arguments, entries=entries))
