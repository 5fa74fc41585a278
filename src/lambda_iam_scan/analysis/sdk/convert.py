"""Abstract values to arguments of SDK calls, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambda_iam_scan.analysis.values.contents import content
from lambda_iam_scan.analysis.values.inheritance import is_enum
from lambda_iam_scan.analysis.values.kinds import (
    Absent,
    Const,
    DictObject,
    Instance,
    ListObject,
    Result,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    choices,
    given,
)
from lambda_iam_scan.analysis.values.lattice import distinct, join
from lambda_iam_scan.analysis.values.strings import result_text, why
from lambda_iam_scan.model.code import Argument, Constant, Fields, Items, OneOf
from lambda_iam_scan.model.code import Unknown as UnknownArgument
from lambda_iam_scan.model.text import Hole, Text

MAX_DEPTH = 6
"""Structures within structures."""
MAX_NODES = 1_500
"""Parts of one argument."""
MAX_WIDTH = 64


def argument(value: Value, *, whole: bool = True) -> Argument:
    """A value as an argument of a call; not `whole`: without what structures hold in further structures."""
    return _Conversion().convert(value, 0 if whole else MAX_DEPTH)


class _Conversion:
    """One argument; what is larger or deeper than anyone needs becomes unknown."""

    def __init__(self) -> None:
        self.nodes = 0
        self.inside: list[object] = []

    def convert(self, value: Value, depth: int) -> Argument:
        self.nodes += 1
        kind = type(value)
        if kind in _SIMPLE:
            return _SIMPLE[kind](value)
        if depth > MAX_DEPTH or self.nodes > MAX_NODES or any(value is outer for outer in self.inside):
            return UnknownArgument("a structure too large or deep")
        self.inside.append(value)
        found = _STRUCTURES[kind](self, value, depth) if kind in _STRUCTURES else UnknownArgument(why(value))
        self.inside.pop()
        return found

    def _choices(self, value: Union, depth: int) -> Argument:
        found = tuple(distinct([self.convert(choice, depth) for choice in given(value)]))
        return found[0] if len(found) == 1 else OneOf(found)

    def _tuple(self, value: TupleValue, depth: int) -> Items:
        return Items(tuple([self.convert(item, depth + 1) for item in value.items]))

    def _object(self, value: Instance, depth: int) -> Argument:
        """An enumeration's member is its value, an object that derives from a container or string what it keeps."""
        kept = value.attrs["value"] if "value" in value.attrs and is_enum(value.cls) else content(value)
        return UnknownArgument(why(value)) if kept is None else self.convert(kept, depth + 1)

    def _items(self, value: ListObject, depth: int) -> Items:
        """Items in order, then each of what was added in a loop or on some path: all of them may be there at once."""
        items = tuple([self.convert(item, depth + 1) for item in value.items[:MAX_WIDTH]])
        added = () if value.rest is None else choices(value.rest)
        rest = tuple(distinct([self.convert(item, depth + 1) for item in added]))
        more = len(value.items) > MAX_WIDTH or any(isinstance(item, UnknownArgument) for item in rest)
        return Items(items + rest, open=more, loose=bool(rest))

    def _fields(self, value: DictObject, depth: int) -> Fields:
        named = [(key, item) for key, item in value.entries.items() if isinstance(key, Text)]
        entries = [(key, self.convert(item, depth + 1)) for key, item in named[:MAX_WIDTH]]
        if value.rest is not None:
            entries.append((Text.of(Hole("key not known")), self.convert(value.rest, depth + 1)))
        return Fields(tuple(entries), open=value.rest is not None or len(named) > MAX_WIDTH)


def _constant(value: Const) -> Argument:
    return UnknownArgument("...") if value.value is ... else Constant(value.value)


def _of_answer(value: Result) -> Argument:
    known = result_text(value)
    return UnknownArgument(why(value)) if known.unknown else known


_SIMPLE: dict[type, Callable[[Any], Argument]] = {
    Str: lambda value: value.text,
    Const: _constant,
    Absent: lambda value: Constant(None),
    Unknown: lambda value: UnknownArgument(value.reason),
    Result: _of_answer,
}
_STRUCTURES: dict[type, Callable[[_Conversion, Any, int], Argument]] = {
    Union: _Conversion._choices,
    TupleValue: _Conversion._tuple,
    ListObject: _Conversion._items,
    DictObject: _Conversion._fields,
    Instance: _Conversion._object,
}


def from_argument(value: Argument) -> Value:
    """The other way round: an argument kept in a frozen value, read again."""
    if isinstance(value, Text):
        return Str(value)
    if isinstance(value, Constant):
        return Const(value.value)
    if isinstance(value, OneOf):
        return join(*[from_argument(choice) for choice in value.choices])
    if isinstance(value, Items):
        items = [from_argument(item) for item in value.values]
        return ListObject([], join(*items)) if value.loose and items else ListObject(items)
    if isinstance(value, Fields):
        known: dict[Text | object, Value] = {key: from_argument(item) for key, item in value.entries if not key.unknown}
        return DictObject(known, Unknown("key not known") if value.open else None)
    return Unknown(value.reason)
