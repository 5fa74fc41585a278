"""Who may refer to a container, and what values hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from lambda_iam_scan.analysis.values.kinds import (
    Absent,
    BoundMethod,
    Client,
    CollectionValue,
    Const,
    Credentials,
    Descriptor,
    DictObject,
    External,
    Instance,
    ListObject,
    Model,
    Paginator,
    Partial,
    ResourceValue,
    Result,
    SdkMethod,
    Str,
    Super,
    TupleValue,
    Union,
    Unknown,
    Value,
    Waiter,
    Wrapped,
    choices,
    elements,
)

INDIVISIBLE = frozenset({Str, Const, Unknown, Absent, Result, Client, ResourceValue, CollectionValue, Paginator, Waiter, Credentials})
"""Kinds of values that hold no other values."""
_CONTAINERS = frozenset({TupleValue, ListObject, DictObject})
_LEVELS = 4
_MOST = 400
_PASSED_OVER = INDIVISIBLE | {Instance}


def hold(value: Value) -> None:
    """Containers in a value are referred to from elsewhere from now on: a call may read them that was not given them.

    Until then only the function that made them can, so their changes matter to no other call's result. What objects and modules
    have is held when it is put there.
    """
    if type(value) in _PASSED_OVER:
        return
    pending: list[Value] = [value]
    seen: set[int] = set()
    for found in pending:  # which grows meanwhile
        if isinstance(found, (ListObject, DictObject)):
            if found.held:
                continue
            found.held = True
        elif id(found) in seen:  # what is compared by content can be within many others
            continue
        else:
            seen.add(id(found))
        pending += [part for part in parts_of(found) if type(part) not in _PASSED_OVER]


def within(values: Iterable[Value], levels: int = _LEVELS, most: int = _MOST) -> list[Value]:
    """The possible values and, so deep as unseen code is thought to look, what containers among them hold.

    Each once, however many ways lead to it, and no more than anybody would write down.
    """
    found: dict[int, Value] = {}
    level: Iterable[Value] = values
    for _ in range(levels):
        known = len(found)
        for choice in islice(chain.from_iterable(map(choices, level)), most):
            found.setdefault(id(choice), choice)
        level = chain.from_iterable(parts_of(value) for value in list(found.values())[known:] if type(value) in _CONTAINERS)
    return list(found.values())


def is_changeable(value: Value) -> bool:
    """Whether a value is an object that code can change."""
    return any(isinstance(choice, (ListObject, DictObject, Instance)) for choice in choices(value))


def is_one(value: Value) -> bool:
    """Whether a value stands for the same one whenever it comes up."""
    if isinstance(value, Str):
        return value.literal is not None
    return not isinstance(value, (Unknown, Absent, Union, Result, External))


def parts_of(value: Value) -> Iterator[Value]:
    """The values that a container, or a value that is compared by content, holds."""
    if isinstance(value, (ListObject, TupleValue)):
        yield from elements(value)
        if isinstance(value, ListObject) and value.returned is not None:
            yield value.returned
    elif isinstance(value, DictObject):
        yield from value.entries.values()
        yield from (part for part in (value.rest, value.default, value.owner) if part is not None)
    elif isinstance(value, Union):
        yield from value.choices
    elif isinstance(value, Wrapped):
        yield value.value
    elif isinstance(value, BoundMethod):
        yield from (value.function, value.receiver)
    elif isinstance(value, External):
        yield from (inner for _, inner in value.args)
    elif isinstance(value, Partial):
        yield from (value.function, *value.args, *(inner for _, inner in value.keywords))
    elif isinstance(value, (Model, Super, SdkMethod)):
        yield value.receiver
    elif isinstance(value, Descriptor):
        yield from (part for part in (value.function, value.setter, value.deleter) if part is not None)
