"""When a function is taken to call itself, and what may be lost where it is not followed any further."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from lambda_iam_scan.analysis.core.activation import Activation
from lambda_iam_scan.analysis.values.holding import parts_of
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import ClassObject, FunctionObject, Instance, Value, choices

MAX_SEARCHED = 500
"""Values that are looked at to find a function that was never called."""


def repeated(stack: list[Activation], same: list[int], function: FunctionObject, bound: tuple[Value, ...]) -> list[int]:
    """Of the activations of a function's code, those by which it calls itself; none where this call is of another such function.

    A closure over something else, or the method of another object, that was there before the first of them began is not the same
    function: decorators and links of a chain are within one another, and come to an end. What is made meanwhile may be made for ever.
    """
    first = stack[same[0]].scope.control
    began = 0 if first is None else first.serial
    known: set[object] = set()
    found = []
    for place in same:
        frame = stack[place]
        if not known or frame.function is None or not _is_another(frame.function, frame.receiver, began, known):
            found.append(place)
            known.add(_identity(frame.function, frame.receiver))
    return [] if _is_another(function, bound[0] if bound else None, began, known) else found


def _identity(function: FunctionObject | None, receiver: Value | None) -> tuple[int, int]:
    """What tells a closure, or the method of an object, from others with the same code."""
    return (id(function), id(_owner(function, receiver)))


def _owner(function: FunctionObject | None, receiver: Value | None) -> Instance | ClassObject | None:
    of_class = function is not None and function.owner is not None
    return receiver if of_class and isinstance(receiver, (Instance, ClassObject)) else None


def _is_another(function: FunctionObject, receiver: Value | None, began: int, known: set[object]) -> bool:
    """Whether a function was there before and is none of those that are known, as it is from now on."""
    owner, identity = _owner(function, receiver), _identity(function, receiver)
    made = (function.scope.control, None if owner is None else owner.control)
    if identity in known or any(path is not None and path.serial > began for path in made):
        return False
    known.add(identity)
    return True


def leads_on(
    function: FunctionObject, given: Iterable[object], entered: Container[int], closure: Callable[[FunctionObject], tuple[object, ...]]
) -> bool:
    """Whether a call leads to code that was never executed: of functions that it is given or closes over, and of methods of the same
    name, which the objects that it has may be there to be asked for."""
    pending = [function, *given]
    seen: set[int] = set()
    for value in pending:  # which grows meanwhile
        if id(value) in seen or len(seen) > MAX_SEARCHED:
            continue
        seen.add(id(value))
        if isinstance(value, FunctionObject):
            if id(value.code) not in entered:
                return True
            pending += closure(value)
        elif isinstance(value, Instance):
            pending += [choice for held in value.attrs.values() for choice in choices(held)]
            if isinstance(method := find(value.cls, function.name), FunctionObject):
                pending.append(method)
        else:
            pending += parts_of(value)  # type: ignore[arg-type]
    return False
