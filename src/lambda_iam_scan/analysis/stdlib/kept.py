"""Classes of the user's that derive from a container or a string: what their objects keep, and the methods they have from there.

Such an object has its content in an attribute, and what its class does not define is done with that. Source: the Python library
reference, built-in types and collections; the language reference, object.__missing__.
"""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects import lists
from lambda_iam_scan.analysis.stdlib.registry import FUNCTIONS, first
from lambda_iam_scan.analysis.values.contents import DICTIONARIES, LISTS, TEXTS, TUPLES, USER_DICT, base_of, content, place_of
from lambda_iam_scan.analysis.values.externals import made
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.keys import dict_keys
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    DictObject,
    External,
    Instance,
    ListObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    choices,
)
from lambda_iam_scan.analysis.values.lattice import join

Method = Callable[[Core, Instance, Arguments], Value]


def made_container(run: Core, value: Instance, arguments: Arguments) -> bool:
    """Fill a new object whose class derives from a container or string; False when it does not."""
    base = base_of(value.cls)
    if base == USER_DICT:
        run.call(run.attribute(value, "update"), arguments)
    elif base in DICTIONARIES:
        default = arguments.get("default_factory", 0) if base.endswith("defaultdict") else None
        _fill(run, value, arguments if default is None else arguments.after(1))
        _entries(run, value).default = default
    elif base in LISTS:
        run.call_method(_items(run, value), "extend", Arguments(arguments.positional[:1]))
    elif base in (*TUPLES, *TEXTS) and content(value) is None:
        _keep(run, value, run.call(External("builtins.str" if base in TEXTS else "builtins.tuple"), Arguments(arguments.positional[:1])))
    return bool(base)


def _keep(run: Core, value: Instance, kept: Value) -> None:
    """The content exists from the time on when the object does."""
    name = place_of(value.cls)
    value.sure.add(name)
    run.update(value.attrs, name, kept, value.control)


def _entries(run: Core, value: Instance) -> DictObject:
    kept = content(value)
    if not isinstance(kept, DictObject):
        kept = DictObject({}, None, value.control)
        _keep(run, value, kept)
    return kept


def _items(run: Core, value: Instance) -> ListObject | TupleValue:
    kept = content(value)
    if not isinstance(kept, (ListObject, TupleValue)):
        kept = ListObject([], None, value.control)
        _keep(run, value, kept)
    return kept


# ---------------------------------------------------------------- dictionaries


def _fill(run: Core, value: Instance, arguments: Arguments) -> Value:
    given = run.call(External("builtins.dict"), arguments)
    return run.call_method(_entries(run, value), "update", Arguments([given]))


def _entry(run: Core, value: Instance, arguments: Arguments) -> Value:
    """A subscript: the entry, and what `__missing__` makes where it may not be there."""
    key, kept = first(arguments), content(value)
    keys = dict_keys(key, kept if isinstance(kept, DictObject) else None)
    missing = find(value.cls, "__missing__")
    if isinstance(kept, DictObject):
        known = keys and all(name in kept.entries and ABSENT not in choices(kept.entries[name]) for name in keys)
        if known or (missing is None and kept.default is not None):
            return run.item(kept, key)
    found = [run.item(kept, key)] if isinstance(kept, DictObject) and (kept.entries or kept.rest) else []
    if missing is not None:
        found = [item for item in found if not isinstance(item, Unknown)]
        found.append(run.call(BoundMethod(missing, value), Arguments([key])))
    if not found:
        return made(External(f"{value.cls.external[0]}().__getitem__", (("self", value),)), arguments)
    return join(*found)


def _set_entry(run: Core, value: Instance, arguments: Arguments) -> Value:
    run.put(_entries(run, value), first(arguments), first(arguments, "", 1))
    return NONE


def _of_entries(name: str) -> Method:
    return lambda run, value, arguments: run.call_method(_entries(run, value), name, arguments)


def _initialized(run: Core, value: Instance, arguments: Arguments) -> Value:
    made_container(run, value, arguments)
    return NONE


# ---------------------------------------------------------------- lists, sets, tuples


def _of_items(name: str) -> Method:
    return lambda run, value, arguments: run.call_method(_items(run, value), name, arguments)


def _item(run: Core, value: Instance, arguments: Arguments) -> Value:
    return run.item(_items(run, value), first(arguments))


def _set_item(run: Core, value: Instance, arguments: Arguments) -> Value:
    kept = _items(run, value)
    if isinstance(kept, ListObject):
        lists.set_item(run, kept, first(arguments), first(arguments, "", 1))
    return NONE


def _extended(run: Core, value: Instance, arguments: Arguments) -> Value:
    run.call(run.attribute(value, "extend"), Arguments([first(arguments)]))
    return value


def _added(run: Core, value: Instance, arguments: Arguments) -> Value:
    """A new list of what an object and another have."""
    further = run.iterate(first(arguments))
    kept = _items(run, value)
    rest = [one.rest for one in (kept, further) if isinstance(one, ListObject) and one.rest is not None]
    return run.new_list([*kept.items, *further.items], join(*rest) if rest else None)


def _made_new(run: Core, function: External, arguments: Arguments) -> Value:
    """`super().__new__(cls, content)` of a tuple or string."""
    cls = first(arguments)
    if not isinstance(cls, ClassObject):
        return Unknown("an object")
    value = run.new_object(cls)
    made_container(run, value, arguments.after(1))
    return value


_NAMES_OF_LISTS = """
    append extend insert remove pop clear index count sort reverse copy __iter__ add discard update union intersection difference
    appendleft popleft extendleft put put_nowait get get_nowait
"""
_NAMES_OF_DICTIONARIES = "get keys values items setdefault update pop popitem clear copy __contains__"
_OF_LISTS: dict[str, Method] = {
    **{name: _of_items(name) for name in _NAMES_OF_LISTS.split()},
    "__reversed__": lambda run, value, arguments: _items(run, value),
    "__getitem__": _item,
    "__setitem__": _set_item,
    "__iadd__": _extended,
    "__ior__": _extended,
    "__add__": _added,
    "__or__": _added,
    "__init__": _initialized,
}
_OF_DICTIONARIES: dict[str, Method] = {
    **{name: _of_entries(name) for name in _NAMES_OF_DICTIONARIES.split()},
    "__iter__": lambda run, value, arguments: run.iterate(_entries(run, value)),
    "__getitem__": _entry,
    "__setitem__": _set_entry,
    "__init__": _initialized,
}
METHODS: dict[tuple[str, ...], dict[str, Method]] = {
    (USER_DICT,): {name: _OF_DICTIONARIES[name] for name in ("__getitem__", "__setitem__", "__init__")},
    DICTIONARIES: _OF_DICTIONARIES,
    (*LISTS, *TUPLES): _OF_LISTS,
}
for _path in (*TUPLES, *TEXTS):
    FUNCTIONS[f"{_path}().__new__"] = FUNCTIONS[f"{_path}.__new__"] = _made_new


def text_method(run: Core, function: External, arguments: Arguments) -> Value | None:
    """A method that an object has from a string."""
    kind, _, name = function.path.rpartition(".")
    value = function.argument("self", 99)
    if kind.removesuffix("()") not in TEXTS or not isinstance(value, Instance):
        return None
    kept = content(value)
    return Unknown("a string") if kept is None else run.call(run.attribute(kept, name), arguments)


def iterated(value: Instance) -> DictObject | ListObject | TupleValue | None:
    """What iterating goes through."""
    kept = content(value)
    return None if isinstance(kept, Str) else kept
