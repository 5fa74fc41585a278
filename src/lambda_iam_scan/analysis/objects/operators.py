"""Truth, comparison and formatting of abstract values."""

from __future__ import annotations

from lambda_iam_scan.analysis.objects import enums
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    BoundMethod,
    ClassObject,
    Client,
    Const,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    ModuleObject,
    Paginator,
    Partial,
    Path,
    ResourceValue,
    SdkMethod,
    SessionObject,
    Str,
    TupleValue,
    Value,
    Waiter,
    choices,
    hole,
    whole,
)
from lambda_iam_scan.analysis.values.strings import matches, string
from lambda_iam_scan.model.text import Text, Token

_OBJECTS = (
    FunctionObject,
    ClassObject,
    ModuleObject,
    BoundMethod,
    Partial,
    Client,
    ResourceValue,
    SessionObject,
    SdkMethod,
    Paginator,
    Waiter,
)


def truth(value: Value) -> bool | None:
    """Whether a single value is true; None when it may be either."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Str):
        if any(isinstance(part, str) or (isinstance(part, Token) and part.kind == "resource") for part in value.text.parts):
            return True
        return None if value.text.parts else False
    if isinstance(value, TupleValue):
        return bool(value.items)
    if isinstance(value, _OBJECTS):
        return True
    if isinstance(value, Instance):
        return None if value.cls.external or any("__bool__" in c.vars or "__len__" in c.vars for c in value.cls.order) else True
    if isinstance(value, External) and value.path == "typing.TYPE_CHECKING":
        return False
    return None


def compare(operator: str, left: Value, right: Value, control: Path | None) -> bool | None:
    """Outcome of a comparison, None when it may be either."""
    if operator in ("is", "=="):
        return _same(left, right)
    if operator in ("is not", "!="):
        same = _same(left, right)
        return None if same is None else not same
    if isinstance(left, External) and left.path == "sys.version_info":
        return _version(operator, right)
    if operator in ("in", "not in"):
        inside = _inside(left, right, control)
        return inside if operator == "in" or inside is None else not inside
    return None


def emptiness(operator: str, length: Value, bound: Value) -> bool | None:
    """What is asked by `len(x) > 0` and the like."""
    many, limit = whole(length), whole(bound)
    if many is None or (operator, limit) not in ((">", 0), (">=", 1), ("<", 1), ("<=", 0)):
        return None
    return many > 0 if operator.startswith(">") else many == 0


def _version(operator: str, right: Value) -> bool | None:
    """A test of Python's version: every runtime that Lambda still runs is at least 3.8."""
    numbers = [item.value for item in right.items if isinstance(item, Const)] if isinstance(right, TupleValue) else []
    if not numbers or not all(type(number) is int for number in numbers) or tuple(numbers[:2]) > (3, 8):
        return None
    return {">=": True, ">": tuple(numbers[:2]) < (3, 8) or None, "<": False, "<=": False if tuple(numbers[:2]) < (3, 8) else None}.get(
        operator
    )


def _same(left: Value, right: Value) -> bool | None:
    outcomes = (_equal(a, b) for a in choices(left) for b in choices(right))
    first = next(outcomes)
    return first if first is not None and all(outcome is first for outcome in outcomes) else None


def _equal(left: Value, right: Value) -> bool | None:
    if isinstance(left, Const) and isinstance(right, Const):
        return bool(left.value == right.value)
    if isinstance(left, Str) and isinstance(right, Str):
        return _equal_texts(left.text, right.text)
    none = Const(None)
    for one, other in ((left, right), (right, left)):
        if one == none and isinstance(other, (Str, TupleValue, ListObject, DictObject, Instance, *_OBJECTS)):
            return False
    if isinstance(left, (ClassObject, FunctionObject)) and isinstance(right, (ClassObject, FunctionObject)):
        return left is right
    return enums.equal(left, right)


def _equal_texts(left: Text, right: Text) -> bool | None:
    if left.literal is not None and right.literal is not None:
        return left.literal == right.literal
    pattern, other = (left, right.literal) if right.literal is not None else (right, left.literal)
    if other is None:
        return None
    return None if matches(pattern, other) else False


def _inside(left: Value, right: Value, control: Path | None) -> bool | None:
    if isinstance(right, ListObject) and (
        right.control is None or control is None or right.control.line is not control.line or right.rest is not None
    ):
        return None
    if isinstance(right, (TupleValue, ListObject)):
        outcomes = [_same(left, item) for item in right.items]
        if any(outcome is True for outcome in outcomes):
            return True
        return False if all(outcome is False for outcome in outcomes) else None
    if isinstance(right, Str) and isinstance(left, Str) and right.literal is not None and left.literal is not None:
        return left.literal in right.literal
    if isinstance(right, DictObject) and isinstance(left, Str) and left.literal is not None:
        return True if ABSENT not in choices(right.entries.get(left.text, ABSENT)) else None
    return None


def text_slice(value: Str, index: slice | int) -> Value:
    """`value[index]` of a string."""
    if value.literal is None:
        return hole("part of a string")
    try:
        found = value.literal[index]
    except (IndexError, ValueError):
        return hole("part of a string")
    return string(Text.of(found))
