"""Parameters of an operation from the arguments of a Python call, by the paths and sources of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.sdk.convert import argument
from lambda_iam_scan.analysis.values.kinds import NONE, Arguments, DictObject, External, Str, Union, Unknown, Value, choices, text
from lambda_iam_scan.analysis.values.lattice import each, of
from lambda_iam_scan.model.code import Argument, Fields, Items
from lambda_iam_scan.model.code import Unknown as UnknownArgument
from lambda_iam_scan.model.text import Hole, Text, Token
from lambda_iam_scan.tables.types import Parameter

_STEP = re.compile(r"([^.\[\]{}]+)(\[\d*\]|\{\})?")


@dataclass(frozen=True, slots=True)
class Request:
    """Where one operation's parameters come from; with `keywords`, the call's own keywords are parameters too."""

    parameters: tuple[Parameter, ...]
    arguments: Arguments
    identifiers: tuple[tuple[str, Argument], ...] = ()
    keywords: bool = False
    deciding: frozenset[str] | None = None
    """Of the keywords, those whose contents matter; None: all."""
    made: External | None = None
    """The object whose constructor kept arguments (source `constructor`)."""


def fields_of(arguments: Arguments, left_out: Iterable[str] = (), deciding: frozenset[str] | None = None) -> Fields:
    """Keyword arguments as parameters; `deciding` are those whose contents matter, None: all."""
    skipped = frozenset(left_out)
    entries = tuple(
        (Text.of(name), _sent(value, deciding is None or name in deciding))
        for name, value in arguments.keywords.items()
        if name not in skipped
    )
    return Fields(entries, open=arguments.more_keywords is not None)


def _sent(value: Value, whole: bool = True) -> Argument:
    """A value as a parameter. boto3 refuses None, so of what may be None the other value is the one that is sent."""
    if isinstance(value, Union) and NONE in value.choices:
        value = of(choice for choice in value.choices if choice != NONE)
    return argument(value, whole=whole)


def request(run: Core, wanted: Request) -> Fields:
    """An operation's parameters."""
    tree: dict[Any, Any] = {}
    is_open = False
    if wanted.keywords:
        for name, value in wanted.arguments.keywords.items():
            tree[name] = _sent(value, wanted.deciding is None or name in wanted.deciding)
        is_open = wanted.arguments.more_keywords is not None
    for parameter in wanted.parameters:
        if parameter.target == "*":
            is_open = _every(run, tree, parameter, wanted) or is_open
            continue
        source = _source(run, parameter, wanted)
        if source is not None:
            _put(tree, _STEP.findall(parameter.target), source)
    return _frozen(tree, is_open)


def fields_at(entries: Iterable[tuple[str, Argument]]) -> Fields:
    """Parameters put at their places in the operation's input (`RequestItems{}`, `Items[].Key`)."""
    tree: dict[Any, Any] = {}
    for target, value in entries:
        _put(tree, _STEP.findall(target), value)
    return _frozen(tree)


def _every(run: Core, tree: dict[Any, Any], parameter: Parameter, wanted: Request) -> bool:
    given = _argument(run, str(parameter.value), wanted)
    for choice in () if given is None else choices(given):
        if isinstance(choice, DictObject):
            for name, value in choice.named.items():
                tree[name] = _sent(value)
            if choice.rest is not None:
                return True
        elif choice != NONE:
            return True
    return False


def _source(run: Core, parameter: Parameter, wanted: Request) -> Argument | None:
    if parameter.source == "literal":
        return Text.of(parameter.value) if isinstance(parameter.value, str) else UnknownArgument("a literal")
    if parameter.source == "identifier":
        return dict(wanted.identifiers).get(str(parameter.value))
    if parameter.source == "argument":
        value = _argument(run, str(parameter.value), wanted)
        return None if value is None or value == NONE else argument(value)
    if parameter.source == "posted":
        value = _argument(run, str(parameter.value), wanted)
        return None if value is None or value == NONE else argument(each(value, _posted))
    if parameter.source == "constructor" and wanted.made is not None:
        name, _, position = str(parameter.value).partition("|")
        kept = wanted.made.argument(name, int(position) if position else 99)
        return None if kept is None or kept == NONE else argument(kept)
    return UnknownArgument("an attribute of the resource")


def _posted(key: Value) -> Value:
    """The key of a posted form: S3 puts the name of the user's file in place of `${filename}`."""
    if not isinstance(key, Str):
        return key
    parts: list[str | Token | Hole] = []
    for part in key.text.parts:
        pieces = part.split("${filename}") if isinstance(part, str) else [part]
        for i, piece in enumerate(pieces):
            parts += [Hole("the name of the posted file"), piece] if i else [piece]
    return Str(Text.of(*parts))


def _argument(run: Core, form: str, wanted: Request) -> Value | None:
    path, _, position = form.partition("|")
    if path.isdigit():
        path, position = "", path
    name, *inner = path.split(".")
    value = wanted.arguments.get(name, int(position) if position else None)
    if value is None and wanted.arguments.more_keywords is not None:
        return wanted.arguments.more_keywords if not inner else None
    for step in inner:
        if value is None or not any(_has(choice, step) for choice in choices(value)):
            return None
        value = run.item(value, text(step))
    return value


def _has(value: Value, name: str) -> bool:
    if isinstance(value, DictObject):
        return Text((name,)) in value.entries or value.rest is not None
    return isinstance(value, Unknown)


def _put(tree: Any, steps: list[tuple[str, str]], value: Argument) -> None:
    for i, (name, suffix) in enumerate(steps):
        last = i == len(steps) - 1
        if suffix == "{}":
            inner = tree.setdefault(name, {})
            key = value if isinstance(value, Text) else Text.of(Hole("key not known"))
            inner[key] = UnknownArgument("value of a map")
            return
        if suffix:
            items = tree.setdefault(name, [{}])
            if last:
                tree[name] = [value]
                return
            tree = items[0] if isinstance(items, list) and isinstance(items[0], dict) else {}
        elif last:
            tree[name] = value
        else:
            known = tree.get(name)
            tree[name] = known if isinstance(known, dict) else {}
            tree = tree[name]


def _frozen(tree: dict[Any, Any], is_open: bool = False) -> Fields:
    return Fields(tuple((name if isinstance(name, Text) else Text.of(name), _freeze(value)) for name, value in tree.items()), is_open)


def _freeze(value: Any) -> Argument:
    if isinstance(value, dict):
        return _frozen(value)
    if isinstance(value, list):
        return Items(tuple(_freeze(item) for item in value))
    frozen: Argument = value
    return frozen
