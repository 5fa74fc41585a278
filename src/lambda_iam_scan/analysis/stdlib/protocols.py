"""Containers of the user's: which of a class's own special methods those of its base call.

Source: the Python library reference, collections.abc ("Mixin Methods") and collections.UserDict.
"""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.stdlib import kept
from lambda_iam_scan.analysis.stdlib.kept import Method
from lambda_iam_scan.analysis.stdlib.registry import FUNCTIONS, first
from lambda_iam_scan.analysis.values.contents import USER_DICT, content
from lambda_iam_scan.analysis.values.externals import made
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    ANY_BOOL,
    NONE,
    Arguments,
    BoundMethod,
    External,
    Instance,
    ListObject,
    TupleValue,
    Unknown,
    Value,
    elements,
)
from lambda_iam_scan.analysis.values.lattice import anything_in, join, tuple_of

_MAPPINGS = tuple(f"{module}.{name}" for module in ("collections.abc", "typing") for name in ("Mapping", "MutableMapping"))
_SEQUENCES = tuple(f"{module}.{name}" for module in ("collections.abc", "typing") for name in ("Sequence", "MutableSequence"))
_SETS = ("collections.abc.Set", "collections.abc.MutableSet", "typing.AbstractSet", "typing.MutableSet")
_STEPS: dict[str, list[Value]] = {"__getitem__": [Unknown("an index")], "__next__": [], "__anext__": [], "send": [NONE], "asend": [NONE]}
"""Methods that give the next item, in the order they are looked for, and what they are called with."""


def iterated(run: Core, value: Instance) -> TupleValue | ListObject | None:
    """What iterating gives of an object whose class does not say so itself: what it keeps, or item after item."""
    if (kept_items := kept.iterated(value)) is not None:
        return run.iterate(kept_items)
    for name, arguments in _STEPS.items():
        if (method := find(value.cls, name)) is not None:
            return run.new_list((), run.call(BoundMethod(method, value), Arguments(list(arguments))))
    return None


# ---------------------------------------------------------------- methods by way of the class's own


def _get(run: Core, value: Instance, arguments: Arguments) -> Value:
    return join(run.item(value, first(arguments, "key")), arguments.get("default", 1) or NONE)


def _contains(run: Core, value: Instance, arguments: Arguments) -> Value:
    run.item(value, first(arguments))
    return ANY_BOOL


def _keys(run: Core, value: Instance, arguments: Arguments) -> Value:
    return run.iterate(value)


def _mapped(run: Core, value: Instance, item: Callable[[Value], Value]) -> Value:
    keys = run.iterate(value)
    rest = keys.rest if isinstance(keys, ListObject) else None
    if rest is None and not keys.items and content(value) is None:
        rest = Unknown("a key")
    return run.new_list([item(key) for key in keys.items], None if rest is None else item(rest))


def _values(run: Core, value: Instance, arguments: Arguments) -> Value:
    return _mapped(run, value, lambda key: run.item(value, key))


def _items(run: Core, value: Instance, arguments: Arguments) -> Value:
    return _mapped(run, value, lambda key: tuple_of((key, run.item(value, key))))


def _set(run: Core, value: Instance, key: Value, new: Value) -> None:
    run.call(run.attribute(value, "__setitem__"), Arguments([key, new]))


def _delete(run: Core, value: Instance, key: Value) -> None:
    if (method := find(value.cls, "__delitem__")) is not None:
        run.call(BoundMethod(method, value), Arguments([key]))


def _setdefault(run: Core, value: Instance, arguments: Arguments) -> Value:
    found = run.item(value, first(arguments, "key"))
    default = arguments.get("default", 1) or NONE
    _set(run, value, first(arguments, "key"), default)
    return join(found, default)


def _update(run: Core, value: Instance, arguments: Arguments) -> Value:
    given = run.call(External("builtins.dict"), arguments)
    pairs = run.iterate(run.call_method(given, "items", Arguments()))
    for pair in elements(pairs):
        if isinstance(pair, TupleValue):
            _set(run, value, *pair.items)
    return NONE


def _pop(run: Core, value: Instance, arguments: Arguments) -> Value:
    key, default = first(arguments, "key"), arguments.get("default", 1)
    found = run.item(value, key)
    _delete(run, value, key)
    return found if default is None else join(found, default)


def _popitem(run: Core, value: Instance, arguments: Arguments) -> Value:
    key = anything_in(run.iterate(value)) or Unknown("a key")
    return tuple_of((key, _pop(run, value, Arguments([key]))))


def _clear(run: Core, value: Instance, arguments: Arguments) -> Value:
    _popitem(run, value, arguments)
    return NONE


def _searched(run: Core, value: Instance, arguments: Arguments) -> Value:
    run.iterate(value)
    return Unknown("a number")


def _insert(run: Core, value: Instance, arguments: Arguments) -> Value:
    if (method := find(value.cls, "insert")) is not None:
        run.call(BoundMethod(method, value), Arguments([Unknown("an index"), first(arguments)]))
    return NONE


def _extend(run: Core, value: Instance, arguments: Arguments) -> Value:
    for item in elements(run.iterate(first(arguments))):
        _insert(run, value, Arguments([item]))
    return NONE


def _discard(run: Core, value: Instance, item: Value) -> None:
    if (method := find(value.cls, "discard")) is not None:
        run.call(BoundMethod(method, value), Arguments([item]))


def _removed(run: Core, value: Instance, arguments: Arguments) -> Value:
    run.special(value, "__contains__", first(arguments))
    _discard(run, value, first(arguments))
    return NONE


def _taken(run: Core, value: Instance, arguments: Arguments) -> Value:
    item = anything_in(run.iterate(value)) or Unknown("an item")
    _discard(run, value, item)
    return item


def _joined(run: Core, value: Instance, arguments: Arguments) -> Value:
    for item in elements(run.iterate(first(arguments))):
        if (method := find(value.cls, "add")) is not None:
            run.call(BoundMethod(method, value), Arguments([item]))
    return value


def _without(run: Core, value: Instance, arguments: Arguments) -> Value:
    for item in elements(run.iterate(first(arguments))):
        _discard(run, value, item)
    return value


def _combined(run: Core, value: Instance, arguments: Arguments) -> Value:
    """`a & b`, `a.isdisjoint(b)` ...: items of either, each asked for in the other."""
    others = list(elements(run.iterate(first(arguments))))
    found = [*elements(run.iterate(value)), *others]
    if others:
        run.special(value, "__contains__", join(*others))
    return run.new_list((), join(*found) if found else None, "set")


_BY_MAPPING: dict[str, Method] = {
    "get": _get,
    "__contains__": _contains,
    "keys": _keys,
    "values": _values,
    "items": _items,
    "setdefault": _setdefault,
    "update": _update,
    "pop": _pop,
    "popitem": _popitem,
    "clear": _clear,
}
_BY_SEQUENCE: dict[str, Method] = {
    "__iter__": _keys,
    "__reversed__": _keys,
    "index": _searched,
    "count": _searched,
    "append": _insert,
    "extend": _extend,
    "pop": lambda run, value, arguments: _pop(run, value, Arguments([Unknown("an index")])),
    "remove": lambda run, value, arguments: _pop(run, value, Arguments([Unknown("an index")])),
}
_BY_SET: dict[str, Method] = {
    "remove": _removed,
    "pop": _taken,
    "clear": _taken,
    "__ior__": _joined,
    "__iand__": _without,
    "__isub__": _without,
    "__ixor__": _without,
    **{f"__{name}__": _combined for name in ["and", "or", "sub", "xor", "rand", "ror", "rsub", "rxor", "le", "lt", "ge", "gt", "eq"]},
    "isdisjoint": _combined,
}
_METHODS: tuple[tuple[tuple[str, ...], dict[str, Method]], ...] = (
    (_MAPPINGS, _BY_MAPPING),
    (_SEQUENCES, _BY_SEQUENCE),
    (_SETS, _BY_SET),
    ((USER_DICT,), {name: method for name, method in _BY_MAPPING.items() if name != "__contains__"}),
    *kept.METHODS.items(),
)


PATHS: set[str] = set()
"""Names of all these methods."""


def _register(path: str, method: Method) -> None:
    def called(run: Core, function: External, arguments: Arguments) -> Value:
        owner = function.argument("self", 99)
        return method(run, owner, arguments) if isinstance(owner, Instance) else made(function, arguments)

    FUNCTIONS[path] = called
    PATHS.add(path)


for _bases, _methods in _METHODS:
    for _base in _bases:
        for _name, _method in _methods.items():
            _register(f"{_base}().{_name}", _method)
