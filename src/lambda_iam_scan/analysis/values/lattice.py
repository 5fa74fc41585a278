"""Joining values: what a variable can be where paths meet, with bounds on how much is told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    FAILS,
    NEVER,
    BoundMethod,
    ClassObject,
    Client,
    Const,
    FunctionObject,
    Instance,
    ListObject,
    ModuleObject,
    Partial,
    ResourceValue,
    SdkMethod,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    Wrapped,
    choices,
    elements,
    ends,
)
from lambda_iam_scan.model.text import Hole, Text

UNROLL = 24
"""Items of a known sequence that a loop or comprehension goes through one by one."""
MAX_TEXTS = 12
"""Different strings or constants in one union; more become one pattern."""
MAX_NUMBERS = 2
"""Different numbers that a variable which changes in a loop can be."""
MAX_DEPTH = 5
"""Tuples, partials and the like within one another."""
MAX_ALIKE = 10
"""Members of one kind, where the kind says most."""
MAX_CHOICES = 200
"""Members of a union in all."""
_FEW = 4
CHANGING = Unknown("a number that changes")
T = TypeVar("T")
_TOLD_APART = frozenset({Str, Const, FunctionObject, BoundMethod, ClassObject, ModuleObject, Partial, Client, ResourceValue, SdkMethod})


def join(first: Value | None, *others: Value | None) -> Value:
    """One of these; duplicates merge, too many strings become one pattern, and what does not return adds nothing."""
    if first is NEVER or first is FAILS:
        reached = [value for value in others if value is not None and not ends(value)]
        return join(*reached) if reached else first
    if first is not None:
        for other in others:
            if other is not None and other is not first and not (type(other) is Unknown and type(first) is Unknown):
                break
        else:
            return first
    found: list[Value] = []
    for value in (first, *others):
        if value is not None and not ends(value):
            found += choices(value)
    return of(distinct(found))


def distinct(values: list[T]) -> Iterable[T]:
    """Without duplicates. Values of different kinds are never equal, and to compare a few costs less than to hash them."""
    if len(values) > _FEW:
        return dict.fromkeys(values)
    found: list[T] = []
    for value in values:
        if not any([value is other or (type(value) is type(other) and value == other) for other in found]):  # noqa: C419 - faster so
            found.append(value)
    return found


def of(found: Iterable[Value]) -> Value:
    """A union of distinct values; of several unknowns the first one speaks."""
    members: list[Value] = []
    unknown = False
    for value in found:
        if type(value) is Unknown:
            if unknown:
                continue
            unknown = True
        members.append(value)
    if len(members) > MAX_ALIKE:
        members = _fewer(members)
    if len(members) == 1:
        return members[0]
    if not members:
        return Unknown("no value reaches this place")
    return Union(tuple(members), max([depth_of(value) for value in members]))


def _fewer(members: list[Value]) -> list[Value]:
    """Within the bounds on how much is told apart."""
    if sum(1 for value in members if isinstance(value, (Str, Const))) > MAX_TEXTS:
        members = _widened(members)
    members = _fewer_alike(members)
    return members if len(members) <= MAX_CHOICES else [*members[: MAX_CHOICES - 1], Unknown("too many possible values")]


def _fewer_alike(members: list[Value]) -> list[Value]:
    """Many tuples, results, or objects of one class say little more than a few: what is done with one is done with all."""
    if len(members) <= MAX_ALIKE:
        return members
    counted: dict[object, int] = {}
    out = []
    for value in members:
        kind = value.cls if isinstance(value, Instance) else type(value)
        if kind not in _TOLD_APART:
            counted[kind] = counted.get(kind, 0) + 1
            if counted[kind] > MAX_ALIKE:
                continue
        out.append(value)
    return out


def _widened(members: list[Value]) -> list[Value]:
    strings = [value.text for value in members if isinstance(value, Str)]
    numbers = [value for value in members if isinstance(value, Const) and value.value is not None]
    kept: list[Value] = [value for value in members if not isinstance(value, Str) and value not in numbers]
    if strings:
        kept.append(Str(pattern(strings)))
    if not any(isinstance(value, Unknown) for value in kept) and any(
        isinstance(value, Const) and value.value is not None for value in members
    ):
        kept.append(Unknown("one of many values"))
    return kept


def is_number(value: Value) -> bool:
    """Whether a value is a known number, and no bool."""
    return isinstance(value, Const) and type(value.value) in (int, float)


def is_numbers(value: Value) -> bool:
    """Whether a value is a known number, one of several, or one that changes."""
    return all(is_number(choice) or choice == CHANGING for choice in choices(value))


def fewer_numbers(value: Value) -> Value:
    """A value that may be set again and again: of numbers that it counts up to no more is known than that they are numbers."""
    if not isinstance(value, Union) or sum(map(is_number, value.choices)) <= MAX_NUMBERS:
        return value
    return join(*[choice for choice in value.choices if not is_number(choice)], CHANGING)


def pattern(texts: list[Text]) -> Text:
    """What all of these strings have in common: beginning and end."""
    first = [part.parts[0] if part.parts and isinstance(part.parts[0], str) else "" for part in texts]
    last = [part.parts[-1] if part.parts and isinstance(part.parts[-1], str) else "" for part in texts]
    head, tail = _common(first), _common([end[::-1] for end in last])[::-1]
    if any(len(head) + len(tail) > len(part.literal) for part in texts if part.literal is not None):
        tail = ""
    return Text.of(head, Hole("one of many values"), tail)


def _common(strings: list[str]) -> str:
    low, high = min(strings), max(strings)
    size = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:size]


def anything_in(items: ListObject | TupleValue) -> Value | None:
    """One of the items, whichever; None when there are none."""
    found = list(elements(items))
    return join(*found) if found else None


def yielded(value: Value) -> Value | None:
    """What a generator gives; None where it gives nothing, and for any other value."""
    return anything_in(value) if isinstance(value, ListObject) and value.kind == "generator" else None


def each(value: Value, change: Callable[[Value], Value]) -> Value:
    """Map every choice and join the outcomes."""
    if isinstance(value, Union):
        return join(*[change(choice) for choice in value.choices])
    return change(value)


def present(value: Value) -> Value:
    """A value where it is there at all."""
    if isinstance(value, Union) and ABSENT in value.choices:
        return of(choice for choice in value.choices if choice != ABSENT)
    return value


def depth_of(value: Value) -> int:
    """How deeply a value that is compared by content is nested."""
    return getattr(value, "depth", 0)


def nested(*values: Value) -> int | None:
    """The depth of a value made of these; None when it would be too deep."""
    found = max(map(depth_of, values), default=0) + 1
    return found if found <= MAX_DEPTH else None


def tuple_of(items: Iterable[Value]) -> TupleValue | ListObject:
    """A tuple; one that nests too deeply is an object of its own."""
    known = tuple(items)
    found = nested(*known)
    return ListObject(list(known)) if found is None or len(known) > 64 else TupleValue(known, found)


def wrapped(kind: str, value: Value) -> Value:
    """A value to be taken out later."""
    found = nested(value)
    return value if found is None else Wrapped(kind, value, found)
