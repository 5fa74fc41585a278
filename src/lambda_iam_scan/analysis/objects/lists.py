"""Methods of lists, tuples, sets, deques, generators and queues, and what is done to lists by statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects.operators import compare
from lambda_iam_scan.analysis.values.holding import hold
from lambda_iam_scan.analysis.values.kinds import (
    FALSE,
    NONE,
    TRUE,
    Arguments,
    Const,
    ListObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    elements,
    whole,
)
from lambda_iam_scan.analysis.values.lattice import MAX_ALIKE, anything_in, join

Method = Callable[[Core, ListObject, Arguments], Value]


DISORDERED = "disordered"
"""A kind of list of which no item is the next: a queue by priority, or of which the last one comes first."""
_WITHOUT_ORDER = (DISORDERED, "set")


def call(run: Core, value: ListObject | TupleValue, name: str, arguments: Arguments) -> Value:
    """`value.name(...)`."""
    if name in ("copy", "__iter__", "union", "intersection", "difference"):
        merged = [item for given in arguments.positional for item in elements(run.iterate(given))]
        if name in ("intersection", "difference"):
            found = [*elements(value), *(merged if name == "intersection" else ())]
            return run.new_list((), join(*found) if found else None, "set")
        return run.new_list([*value.items, *merged], value.rest if isinstance(value, ListObject) else None)
    method = _METHODS.get(name)
    if method is not None and isinstance(value, ListObject):
        return method(run, value, arguments)
    return NONE if name in ("close", "join", "task_done") else Unknown(f"result of list.{name}")


def is_exact(run: Core, value: ListObject) -> bool:
    """Whether all items are known in their order, and a change made now surely happens."""
    return value.rest is None and run.fresh(value.control)


def shuffle(run: Core, value: ListObject) -> None:
    """The order of the items is not known any longer, nor whether each of them is there.

    Of many items the order is kept all the same, since no more than a few can be told apart without.
    """
    if 0 < len(value.items) <= MAX_ALIKE:
        value.rest, value.items = join(value.rest, *value.items), []
        run.changed(value.control, held=value.held)


def _rearrange(run: Core, value: ListObject, items: list[Value] | None) -> Value:
    """Put items in a new order, None: one that is not known."""
    if items is None or not is_exact(run, value):
        shuffle(run, value)
    elif items != value.items:
        value.items = items
        run.changed(value.control, held=value.held)
    return NONE


def take(run: Core, value: ListObject, index: Value) -> Value:
    """An item that is taken out: `value.pop(index)`, `next(value)`, `del value[index]`."""
    at = whole(index)
    if at is not None and is_exact(run, value) and -len(value.items) <= at < len(value.items):
        one = value.items.pop(at)
        run.changed(value.control, held=value.held)
        return one
    taken = anything_in(value)
    shuffle(run, value)
    return taken or Unknown("an item of an empty sequence")


def insert(run: Core, value: ListObject, index: Value, new: Value) -> None:
    """`value.insert(index, new)`."""
    at = whole(index)
    if at is None or not is_exact(run, value):
        run.append(value, new)
        shuffle(run, value)
        return
    if value.held:
        hold(new)
    value.items.insert(at, new)
    run.changed(value.control, held=value.held)


def set_item(run: Core, value: ListObject, index: Value, new: Value) -> None:
    """`value[index] = new`."""
    at = whole(index)
    if value.held:
        hold(new)
    if at is not None and value.rest is None and -len(value.items) <= at < len(value.items):
        value.items[at] = new if run.fresh(value.control) else join(value.items[at], new)
    else:
        value.items = [join(item, new) for item in value.items]
        value.rest = None if value.rest is None and value.items else join(value.rest, new)
    run.changed(value.control, held=value.held)


def ordered(run: Core, value: ListObject | TupleValue, key: Value | None, reverse: Value | None) -> list[Value] | None:
    """Items sorted, None where their order is not known. The key function is called for each."""
    keys = list(value.items)
    if key is not None and key != NONE:
        keys = [run.call(key, Arguments([item])) for item in keys]
    if isinstance(value, ListObject) and value.rest is not None:
        if key is not None and key != NONE:
            run.perhaps_call(key, Arguments([value.rest]))
        return None
    known = [_comparable(one) for one in keys]
    if reverse not in (None, TRUE, FALSE) or any(one is None for one in known):
        return None
    try:
        order = sorted(range(len(known)), key=lambda i: known[i], reverse=reverse == TRUE)
    except TypeError:
        return None
    return [value.items[i] for i in order]


def _comparable(value: Value) -> Any:
    if isinstance(value, Const):
        return value.value
    if isinstance(value, TupleValue):
        parts = [_comparable(item) for item in value.items]
        return None if None in parts else tuple(parts)
    return value.literal if isinstance(value, Str) else None


def _append(run: Core, value: ListObject, arguments: Arguments) -> Value:
    for given in arguments.positional[:1]:
        run.append(value, given)
    return NONE


def _append_left(run: Core, value: ListObject, arguments: Arguments) -> Value:
    for given in arguments.positional[:1]:
        insert(run, value, Const(0), given)
    return NONE


def _insert(run: Core, value: ListObject, arguments: Arguments) -> Value:
    insert(run, value, arguments.get("", 0) or Unknown("no index"), arguments.get("", 1) or Unknown("nothing"))
    return NONE


def _extend(run: Core, value: ListObject, arguments: Arguments) -> Value:
    for given in arguments.positional:
        run.extend(value, run.iterate(given))
    return NONE


def _extend_left(run: Core, value: ListObject, arguments: Arguments) -> Value:
    for given in arguments.positional:
        items = run.iterate(given)
        for item in list(items.items):
            insert(run, value, Const(0), item)
        if isinstance(items, ListObject) and items.rest is not None:
            with run.perhaps():
                insert(run, value, Const(0), items.rest)
    return NONE


def _pop(run: Core, value: ListObject, arguments: Arguments) -> Value:
    return take(run, value, Unknown("an index") if value.kind in _WITHOUT_ORDER else arguments.get("", 0) or Const(-1))


def _pop_left(run: Core, value: ListObject, arguments: Arguments) -> Value:
    return take(run, value, Unknown("an index") if value.kind in _WITHOUT_ORDER else Const(0))


def _remove(run: Core, value: ListObject, arguments: Arguments) -> Value:
    wanted = arguments.get("", 0) or Unknown("nothing")
    for i, item in enumerate(value.items):
        outcome = True if item is wanted else compare("==", item, wanted, run.control)
        if outcome is not False:
            return _rearrange(run, value, [*value.items[:i], *value.items[i + 1 :]] if outcome else None)
    return NONE


def _reverse(run: Core, value: ListObject, arguments: Arguments) -> Value:
    return _rearrange(run, value, value.items[::-1])


def _sort(run: Core, value: ListObject, arguments: Arguments) -> Value:
    return _rearrange(run, value, ordered(run, value, arguments.get("key"), arguments.get("reverse")))


def _clear(run: Core, value: ListObject, arguments: Arguments) -> Value:
    if run.fresh(value.control):
        value.items, value.rest = [], None
        run.changed(value.control, held=value.held)
    else:
        shuffle(run, value)
    return NONE


def _rotate(run: Core, value: ListObject, arguments: Arguments) -> Value:
    return _rearrange(run, value, None)


def _send(run: Core, value: ListObject, arguments: Arguments) -> Value:
    if value.kind != "generator":
        return _append(run, value, arguments)
    return anything_in(value) or Unknown("what a generator gives")


_METHODS: dict[str, Method] = {
    **dict.fromkeys(("append", "add", "put", "put_nowait"), _append),
    "appendleft": _append_left,
    "insert": _insert,
    **dict.fromkeys(("extend", "update"), _extend),
    "extendleft": _extend_left,
    "pop": _pop,
    **dict.fromkeys(("popleft", "get", "get_nowait", "__next__", "__anext__"), _pop_left),
    **dict.fromkeys(("remove", "discard"), _remove),
    "reverse": _reverse,
    "sort": _sort,
    "clear": _clear,
    "rotate": _rotate,
    "send": _send,
}
