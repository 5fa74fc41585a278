"""Containers of the user's: which of a class's own special methods those of its base call, and what dictionaries keep.

Source: the Python library reference, collections.abc ("Mixin Methods") and collections.UserDict; the language reference,
object.__missing__.
"""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.core import Core, dict_keys
from lambda_iam_scan.analysis.externals import made
from lambda_iam_scan.analysis.inheritance import find
from lambda_iam_scan.analysis.lattice import join, tuple_of
from lambda_iam_scan.analysis.stdlib.registry import FUNCTIONS, first
from lambda_iam_scan.analysis.values import (
    ABSENT,
    ANY_BOOL,
    NONE,
    Arguments,
    BoundMethod,
    DictObject,
    External,
    Instance,
    ListObject,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
)

Method = Callable[[Core, Instance, Arguments], Value]

_DICTIONARIES = ("builtins.dict", "collections.OrderedDict", "collections.defaultdict", "collections.Counter")
"""Their methods don't call one another: only a subscript asks `__missing__`."""
_USER_DICT = "collections.UserDict"
_MAPPINGS = tuple(f"{module}.{name}" for module in ("collections.abc", "typing") for name in ("Mapping", "MutableMapping"))
_SEQUENCES = tuple(f"{module}.{name}" for module in ("collections.abc", "typing") for name in ("Sequence", "MutableSequence"))
_ENTRIES = "<entries>"
"""Where an object of a class derived from `dict` keeps its entries; `UserDict` has an attribute for them."""


def made_container(run: Core, value: Instance, arguments: Arguments) -> bool:
    """Fill a new object whose class derives from a dictionary; False when it does not."""
    base = next((base for base in value.cls.external if base == _USER_DICT or base in _DICTIONARIES), "")
    if base == _USER_DICT:
        _update(run, value, arguments)
    elif base in _DICTIONARIES:
        _fill(run, value, Arguments(arguments.positional[1:], arguments.keywords) if base.endswith("defaultdict") else arguments)
    return base == _USER_DICT or base in _DICTIONARIES


def iterated(run: Core, value: Instance) -> TupleValue | ListObject | None:
    """What iterating gives of an object whose class does not say so itself: keys that are kept, or item after item."""
    kept = _kept(value)
    if kept is not None:
        return run.iterate(kept)
    getter = find(value.cls, "__getitem__")
    return None if getter is None else run.new_list((), run.call(BoundMethod(getter, value), Arguments([Unknown("an index")])))


def _kept(value: Instance) -> DictObject | None:
    found = value.attrs.get("data" if _USER_DICT in value.cls.external else _ENTRIES)
    return next((choice for choice in choices(found) if isinstance(choice, DictObject)), None) if found is not None else None


def _entries(run: Core, value: Instance) -> DictObject:
    """The entries, which exist from the time on when the object does."""
    kept = _kept(value)
    if kept is None:
        kept = DictObject({}, None, value.control)
        name = "data" if _USER_DICT in value.cls.external else _ENTRIES
        value.sure.add(name)
        run.update(value.attrs, name, kept, value.control)
    return kept


def _fill(run: Core, value: Instance, arguments: Arguments) -> Value:
    given = run.call(External("builtins.dict"), arguments)
    return run.call_method(_entries(run, value), "update", Arguments([given]))


def _kept_item(run: Core, value: Instance, arguments: Arguments) -> Value:
    """A subscript: the entry, and what `__missing__` makes where it may not be there."""
    key, kept = first(arguments), _kept(value)
    keys = dict_keys(key)
    missing = find(value.cls, "__missing__")
    if kept is not None and keys and all(name in kept.entries and ABSENT not in choices(kept.entries[name]) for name in keys):
        return run.item(kept, key)
    found = [] if kept is None or not (kept.entries or kept.rest) else [run.item(kept, key)]
    if missing is not None:
        found = [item for item in found if not isinstance(item, Unknown)]
        found.append(run.call(BoundMethod(missing, value), Arguments([key])))
    if not found:
        return made(External(f"{value.cls.external[0]}().__getitem__", (("self", value),)), arguments)
    return join(*found)


def _kept_set(run: Core, value: Instance, arguments: Arguments) -> Value:
    run.put(_entries(run, value), first(arguments), first(arguments, "", 1))
    return NONE


def _of_entries(name: str) -> Method:
    return lambda run, value, arguments: run.call_method(_entries(run, value), name, arguments)


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
    if rest is None and not keys.items and _kept(value) is None:
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
    keys = list(elements(run.iterate(value)))
    key = join(*keys) if keys else Unknown("a key")
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


def _initialized(run: Core, value: Instance, arguments: Arguments) -> Value:
    made_container(run, value, arguments)
    return NONE


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
_KEPT: dict[str, Method] = {"__getitem__": _kept_item, "__setitem__": _kept_set, "__init__": _initialized}
_METHODS: dict[tuple[str, ...], dict[str, Method]] = {
    _MAPPINGS: _BY_MAPPING,
    _SEQUENCES: _BY_SEQUENCE,
    (_USER_DICT,): {**{name: method for name, method in _BY_MAPPING.items() if name != "__contains__"}, **_KEPT},
    _DICTIONARIES: {
        **{name: _of_entries(name) for name in (*_BY_MAPPING, "copy")},
        **_KEPT,
        "__iter__": lambda run, value, arguments: run.iterate(_entries(run, value)),
    },
}


PATHS: set[str] = set()
"""Names of all these methods."""


def _register(path: str, method: Method) -> None:
    def called(run: Core, function: External, arguments: Arguments) -> Value:
        owner = function.argument("self", 99)
        return method(run, owner, arguments) if isinstance(owner, Instance) else made(function, arguments)

    FUNCTIONS[path] = called
    PATHS.add(path)


for _bases, _methods in _METHODS.items():
    for _base in _bases:
        for _name, _method in _methods.items():
            _register(f"{_base}().{_name}", _method)
