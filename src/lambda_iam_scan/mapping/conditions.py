"""Whether a condition of the rules holds for a call: yes, no, or not known (None)."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from lambda_iam_scan.mapping.converters import CONVERTERS
from lambda_iam_scan.mapping.values import MAYBE, NOTHING, Found, Value, Whole, find, one
from lambda_iam_scan.model.code import Argument, Constant, Fields, Items, SdkCall, Unknown
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables.types import When

Test = Callable[[Value], bool | None]


def holds(when: When, call: SdkCall) -> bool | None:
    """A condition's value for one call."""
    kind = when[0]
    if kind == "not":
        inner = holds(when[1], call)
        return None if inner is None else not inner
    if kind in ("and", "or"):
        values = [holds(item, call) for item in when[1:]]
        decisive = kind == "or"
        return decisive if decisive in values else None if None in values else not decisive
    if kind == "given":
        return _answer(at(when[1], call))
    test = _truth if kind == "true" else partial(_compares, kind, wanted=when[2])
    return _answer(at(when[1], call, test))


def at(place: tuple[tuple[str, ...], str | None], call: SdkCall, test: Test | None = None) -> Found:
    """What stands at a place of the call's arguments and passes a test. Empty values count as not given."""
    path, how = place
    convert = CONVERTERS[how] if how else None

    def leaf(argument: Argument) -> Found:
        if _empty(argument):
            return NOTHING
        found = convert(argument, call) if convert else one(argument)
        return found if test is None else _tested(found, test)

    return find(call.arguments, path, leaf)


def _answer(found: Found) -> bool | None:
    return True if found.given else False if found.absent else None


def _tested(found: Found, test: Test) -> Found:
    verdicts = [test(value) for value in found.values]
    if found.given and True in verdicts:
        return found
    return NOTHING if not found.more and all(verdict is False for verdict in verdicts) else MAYBE


def _empty(argument: Argument) -> bool:
    if isinstance(argument, Constant):
        return argument.value is None or argument.value is False
    if isinstance(argument, Items):
        return not argument.values and not argument.open
    if isinstance(argument, Fields):
        return not argument.entries and not argument.open
    return isinstance(argument, Text) and not argument.parts


def _truth(value: Value) -> bool | None:
    return None if isinstance(value, Unknown) or (isinstance(value, Text) and value.literal is None) else True


def _compares(kind: str, value: Value, wanted: Any) -> bool | None:
    if isinstance(value, Constant):
        return _matches(kind, str(value.value).lower() if isinstance(value.value, bool) else str(value.value), wanted)
    if isinstance(value, Whole):
        value = value.arn
    if not isinstance(value, Text):
        return None if isinstance(value, Unknown) else False
    if value.literal is not None:
        return _matches(kind, value.literal, wanted)
    options = (wanted,) if isinstance(wanted, str) else wanted
    return None if kind == "~" or any(_may_equal(value, option) for option in options) else False


def _matches(kind: str, literal: str, wanted: Any) -> bool:
    if kind == "~":
        return fnmatchcase(literal, wanted)
    return literal in wanted if kind == "in" else literal == wanted


def _may_equal(value: Text, wanted: str) -> bool:
    first, last = value.parts[0], value.parts[-1]
    return (not isinstance(first, str) or wanted.startswith(first)) and (not isinstance(last, str) or wanted.endswith(last))
