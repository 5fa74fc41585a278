"""`functools.singledispatch`: which of the functions that are registered for kinds of values a call reaches."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.facts.annotations import alternatives, quoted
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.values.kinds import (
    FALSE,
    TRUE,
    Arguments,
    ClassObject,
    Const,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Unknown,
    Value,
    choices,
)
from lambda_iam_scan.analysis.values.lattice import join

_REGISTERED = "<dispatch>"
"""An attribute of a generic function: those that are registered."""
_KINDS = "<dispatched>"
"""An attribute of one that is registered: the kinds of values that it is for."""
_POSITION = "<dispatches on>"
"""An attribute of a generic function: the place of the argument that decides, where it is not the first."""
_LIST = External("builtins.list")


def of_method(generic: Value) -> Value:
    """A method that decides by its first argument after `self`."""
    if isinstance(generic, FunctionObject):
        generic.attrs[_POSITION] = Const(1)
    return generic


def register(run: Core, generic: FunctionObject, implementation: FunctionObject, kind: Value | None) -> Value:
    """Calling the generic function may call this one: for one kind, or for those that its annotation names."""
    found = list(_annotated(run, generic, implementation)) if kind is None else [kind]
    run.update(implementation.attrs, _KINDS, join(*found) if found else Unknown("a kind that is not known"), None)
    run.update(generic.attrs, _REGISTERED, implementation, None)
    return implementation


def _annotated(run: Core, generic: FunctionObject, implementation: FunctionObject) -> Iterator[Value]:
    parameters = implementation.code[1][_position(generic) :]
    annotation: Node | None = parameters[0][3] if parameters else None
    for node in () if annotation is None else alternatives(annotation):
        named = quoted(node[1]) if node[0] == "str" else node
        yield Unknown("a kind that is not known") if named is None else run.resolved(named, implementation.scope)


def _position(generic: FunctionObject) -> int:
    return 1 if _POSITION in generic.attrs else 0


def reached(run: Core, generic: FunctionObject, arguments: Arguments) -> list[FunctionObject]:
    """What a call of a function may execute: itself, unless something is registered for the kind of its argument."""
    registered = generic.attrs.get(_REGISTERED)
    if registered is None:
        return [generic]
    functions = [one for one in choices(registered) if isinstance(one, FunctionObject)]
    position = _position(generic)
    if position >= len(arguments.positional):
        return [generic, *functions]
    found = [one for value in choices(arguments.positional[position]) for one in _for(run, generic, functions, value)]
    return list(dict.fromkeys(found))


def _for(run: Core, generic: FunctionObject, functions: list[FunctionObject], value: Value) -> list[FunctionObject]:
    outcomes = [(one, _fits(run, value, one)) for one in functions]
    sure = [one for one, outcome in outcomes if outcome]
    if isinstance(value, Instance) and len(sure) > 1:
        sure = [min(sure, key=lambda one: _distance(value.cls, one))]
    return [*([] if sure else [generic]), *sure, *(one for one, outcome in outcomes if outcome is None)]


def _fits(run: Core, value: Value, function: FunctionObject) -> bool | None:
    """Whether a value is of a kind that a function is for."""
    outcomes = {_is_of(run, value, kind) for kind in choices(function.attrs[_KINDS])}
    return True if True in outcomes else None if None in outcomes else False


def _is_of(run: Core, value: Value, kind: Value) -> bool | None:
    if isinstance(value, ListObject) and value.kind == "list" and kind == _LIST:
        return True
    answer = run.call(External("builtins.isinstance"), Arguments([value, kind]))
    return True if answer == TRUE else False if answer == FALSE else None


def _distance(cls: ClassObject, function: FunctionObject) -> int:
    """How far from a class the nearest of those stands that a function is for."""
    order = list(cls.order)
    return min([order.index(kind) for kind in choices(function.attrs[_KINDS]) if kind in order], default=len(order))
