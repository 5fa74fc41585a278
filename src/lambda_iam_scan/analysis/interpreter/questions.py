"""Tests that may be asked again, of each value that a variable can have: asking changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.analysis.facts.ir import Node, place

_OF_VALUES = frozenset({"isinstance", "len", "bool", "str", "callable"})
_STRING_METHODS = """
    startswith endswith isdigit isalpha isalnum isnumeric islower isupper isspace isidentifier
    lower upper strip lstrip rstrip casefold replace removeprefix removesuffix
"""
_OF_STRINGS = frozenset(_STRING_METHODS.split())
"""Builtins and methods that do nothing but answer."""


def question(test: Node, about: list[Node]) -> Node | None:
    """A test without the assignments in it, and what it is `about`: variables, attributes, items. None where it may do something."""
    kind = test[0]
    if kind in ("const", "str"):
        return test
    if kind in ("name", "walrus"):
        about.append(asked := ("name", test[1]))
        return asked
    if kind in ("attr", "index"):
        base = question(test[1], about) if place(test) else None
        if base is None:
            return None
        about.append(asked := (kind, base, *test[2:]))
        return asked
    if kind == "unary":
        operand = question(test[2], about)
        return None if operand is None else (kind, test[1], operand)
    if kind == "call":
        return _call(test, about)
    if kind == "cmp":
        left, others = question(test[1], about), _all((other for _, other in test[2]), about)
        return None if left is None or others is None else (kind, left, tuple(zip((op for op, _ in test[2]), others, strict=True)))
    if kind in ("tuple", "list", "set", "bool"):
        items = _all(test[-1], about)
        return None if items is None else (*test[:-1], items)
    return None


def _call(test: Node, about: list[Node]) -> Node | None:
    function = test[1]
    if any(name is not None for name, _ in test[2]):
        return None
    if function[0] == "attr" and function[2] in _OF_STRINGS:
        receiver = question(function[1], about)
        function = None if receiver is None else ("attr", receiver, *function[2:])
    elif function[0] != "name" or function[1] not in _OF_VALUES:
        return None
    arguments = _all((node for _, node in test[2]), about)
    return None if function is None or arguments is None else ("call", function, tuple((None, node) for node in arguments), test[3])


def _all(nodes: Iterable[Node], about: list[Node]) -> tuple[Node, ...] | None:
    asked = [question(node, about) for node in nodes]
    found = tuple(node for node in asked if node is not None)
    return found if len(found) == len(asked) else None
