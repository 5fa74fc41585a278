"""Results of calls, for when the same call comes again: kept while nothing that existed then has changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from operator import is_
from typing import Any

from lambda_iam_scan.analysis.facts.ir import Node, names
from lambda_iam_scan.analysis.values.holding import INDIVISIBLE, hold, parts_of
from lambda_iam_scan.analysis.values.kinds import (
    BoundMethod,
    ClassObject,
    DictObject,
    FunctionObject,
    Instance,
    ListObject,
    Path,
    Scope,
    SessionObject,
    TupleValue,
    Union,
    Value,
    Wrapped,
)

NEVER = 2**62
MAX_RESULTS = 20_000


@dataclass(slots=True)
class Changes:
    """When objects changed, and how old those objects are.

    Only what later questions can need is kept: a change is forgotten when an older (or the same) object changes after it.
    """

    count: int = 0
    _when: list[int] = field(default_factory=list)
    _serials: list[int] = field(default_factory=list)

    def add(self, serial: int) -> None:
        """An object made at `serial` has changed; 0 for what is as old as anything."""
        self.count += 1
        while self._serials and self._serials[-1] >= serial:
            self._serials.pop()
            self._when.pop()
        self._serials.append(serial)
        self._when.append(self.count)

    def oldest_since(self, count: int) -> int:
        """The serial of the oldest object that has changed since there were `count` changes; `NEVER` when none has."""
        place = bisect_right(self._when, count)
        return self._serials[place] if place < len(self._serials) else NEVER


class NotRenewable(Exception):
    """A result holds something new that can't be made once more without executing the call: a closure, a class."""


@dataclass(slots=True)
class Known:
    """What one call gave. Objects made before `began` were there already, those up to `ended` are its own."""

    function: FunctionObject
    """Kept alive, since its identity is part of the key."""
    result: Value
    began: int
    ended: int
    changes: int
    line: object
    site: object
    """The activation and the place in it that called."""
    plain: bool = False
    """Whether it is known that the result holds nothing of the call's own."""


@dataclass(slots=True)
class Results:
    """Results by function and arguments (containers and instances by identity)."""

    changes: Changes
    """Of what a call may read that did not make it."""
    known: dict[tuple[object, ...], Known] = field(default_factory=dict)

    def again(self, key: tuple[object, ...], path: Callable[[], Path], line: object, site: object) -> Value | None:
        """What the same call gives now: containers and instances that it makes are new ones, made on `path`.

        But for the same place in another pass of its loop (on another `line`), which may as well have been given the same ones: nothing
        has been done to them since, and a list that takes them up in each pass comes to an end.

        None when it is not known, or something has changed that it may have read or that it made.
        """
        known = self.known.get(key)
        if known is None or self.changes.oldest_since(known.changes) <= known.ended:
            return None
        if known.plain or (site is not None and known.site == site and known.line is not line):
            return known.result
        try:
            result = renewed(known.result, _Renewal(known.began, known.line, path()))
        except NotRenewable:
            del self.known[key]
            return None
        known.plain = result is known.result
        return result

    def forget(self, keys: list[tuple[object, ...]]) -> None:
        """Drop results that came about before all was known."""
        for key in keys:
            self.known.pop(key, None)
        keys.clear()

    def keep(self, key: tuple[object, ...], known: Known) -> None:
        """Remember a call that changed nothing older than itself."""
        if len(self.known) < MAX_RESULTS:
            hold(known.result)
            self.known[key] = known


@dataclass(slots=True)
class _Renewal:
    """Objects made since `began` get twins, and so does what holds them.

    What was made on the call's own `line` is made on the line of `path` now.
    """

    began: int
    line: object
    path: Path
    twins: dict[int, Value] = field(default_factory=dict)

    def path_for(self, made: Path) -> Path:
        return Path(self.path.serial, self.path.line if made.line is self.line else object())


def renewed(value: Value, renewal: _Renewal) -> Value:
    """A value with new objects in place of those made by the call; itself when there are none. Raises `NotRenewable`."""
    if type(value) in INDIVISIBLE:
        return value
    if isinstance(value, (ListObject, DictObject, Instance, SessionObject)):
        return _object(value, renewal)
    known = renewal.twins.get(id(value))  # what is compared by content can be within many others
    if known is None:
        known = renewal.twins[id(value)] = _renewed_content(value, renewal)
    return known


def _renewed_content(value: Value, renewal: _Renewal) -> Value:
    if isinstance(value, TupleValue):
        items = _each(value.items, renewal)
        return value if _same(items, value.items) else replace(value, items=tuple(items))
    if isinstance(value, Union):
        choices = _each(value.choices, renewal)
        return value if _same(choices, value.choices) else replace(value, choices=tuple(choices))
    if isinstance(value, Wrapped):
        inner = renewed(value.value, renewal)
        return value if inner is value.value else replace(value, value=inner)
    if isinstance(value, BoundMethod):
        function, receiver = renewed(value.function, renewal), renewed(value.receiver, renewal)
        return value if _same((function, receiver), (value.function, value.receiver)) else BoundMethod(function, receiver)
    if isinstance(value, (FunctionObject, ClassObject)):
        control = value.scope.control if isinstance(value, FunctionObject) else value.control
        if control is not None and control.serial > renewal.began:
            raise NotRenewable
    elif any(renewed(inner, renewal) is not inner for inner in parts_of(value)):
        raise NotRenewable
    return value


def _object(value: ListObject | DictObject | Instance | SessionObject, renewal: _Renewal) -> Value:
    if value.control is None or value.control.serial <= renewal.began:
        return value
    known = renewal.twins.get(id(value))
    return _TWINS[type(value)](value, renewal.path_for(value.control), renewal) if known is None else known


# A twin is noted before it is filled: what it holds may hold it.


def _list(value: ListObject, control: Path, renewal: _Renewal) -> ListObject:
    twin = renewal.twins[id(value)] = ListObject([], None, control, value.kind)
    twin.items = _each(value.items, renewal)
    twin.rest = None if value.rest is None else renewed(value.rest, renewal)
    twin.returned = None if value.returned is None else renewed(value.returned, renewal)
    return twin


def _dict(value: DictObject, control: Path, renewal: _Renewal) -> DictObject:
    twin = renewal.twins[id(value)] = DictObject({}, None, control)
    twin.entries = value.entries.copy()
    for key, item in value.entries.items():
        if type(item) not in INDIVISIBLE:
            twin.entries[key] = renewed(item, renewal)
    twin.rest = None if value.rest is None else renewed(value.rest, renewal)
    twin.default = None if value.default is None else renewed(value.default, renewal)
    twin.owner = None if value.owner is None else renewed(value.owner, renewal)
    return twin


def _instance(value: Instance, control: Path, renewal: _Renewal) -> Instance:
    twin = renewal.twins[id(value)] = Instance(value.cls, {}, control, set(value.sure), value.made)
    twin.attrs = dict(zip(value.attrs, _each(value.attrs.values(), renewal), strict=True))
    if value.made is not None and any(renewed(item, renewal) is not item for item in value.made.every()):
        raise NotRenewable
    return twin


def _session(value: SessionObject, control: Path, renewal: _Renewal) -> SessionObject:
    twin = renewal.twins[id(value)] = replace(value, control=control)
    return twin


_TWINS: dict[type, Callable[[Any, Path, _Renewal], Value]] = {
    ListObject: _list,
    DictObject: _dict,
    Instance: _instance,
    SessionObject: _session,
}


def _each(values: Iterable[Value], renewal: _Renewal) -> list[Value]:
    return [value if type(value) in INDIVISIBLE else renewed(value, renewal) for value in values]


def _same(first: Iterable[Value], second: Iterable[Value]) -> bool:
    return all(map(is_, first, second))


class Closures:
    """What functions within functions read of the activations around them: as much a part of a call as its arguments."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[Node, frozenset[str]]] = {}

    def values(self, function: FunctionObject) -> tuple[object, ...]:
        """Values of the enclosing functions' variables that the function's code names."""
        scope: Scope | None = function.scope
        found: list[object] = []
        while scope is not None and scope.parent is not None:
            if not scope.is_class:
                read = [scope.vars[name] for name in sorted(self._named(function.code) & scope.vars.keys())]
                for value in read:
                    hold(value)
                found += read
            scope = scope.parent
        return tuple(found)

    def _named(self, code: Node) -> frozenset[str]:
        known = self._names.get(id(code))
        if known is None:
            known = self._names[id(code)] = (code, frozenset(names(code)))
        return known[1]
