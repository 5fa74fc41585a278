"""The intermediate representation: what remains of a module's text. Plain nested tuples, so that a cached module loads in one step.

Every node is a tuple whose first item names its kind. `pos` is (start, end) in characters of the decoded text, resolved to lines only
when something is reported (`ModuleFacts.location`).

Expressions:
    ("name", id)   ("const", None | bool | int | float | bytes | ...)   ("str", text)   ("fstr", (str | expr, ...))
    ("format", expr, "r" | "s" | "a" | "=" | None, spec: (str | expr, ...))
    ("attr", value, name, pos)   ("index", value, index)   ("slice", lower, upper, step)   ("star", value)
    ("call", func, args, pos)    args: ((keyword | None | "*" | "**", expr), ...)
    ("tuple" | "list" | "set", items)   ("dict", ((key | None, value), ...))   None: `**value`
    ("bin", operator, left, right)   ("bool", "and" | "or", operands)   ("unary", operator, value)
    ("cmp", left, ((operator, right), ...))   ("if", test, body, orelse)   ("lambda", function)
    ("comp", "list" | "set" | "gen" | "dict", element, value | None, ((target, iterable, conditions), ...))
    ("await", value)   ("yield", value | None)   ("yieldfrom", value)   ("walrus", name, value)

Targets are ("name", id), ("attr", ...), ("index", ...), ("tuple", items) with ("star", target) inside.

Statements:
    ("expr", value)   ("assign", targets, value)   ("aug", operator, target, value)   ("ann", target, annotation, value | None)
    ("return", value | None)   ("raise", value | None, cause | None)   ("assert", test, message | None)
    ("del", targets)   ("break",)   ("continue",)
    ("if", test, body, orelse)   ("while", test, body, orelse)   ("for", target, iterable, body, orelse)
    ("with", ((value, target | None), ...), body)   ("try", body, ((type | None, name | None, body), ...), orelse, final)
    ("match", subject, ((pattern, guard | None, body), ...))   ("global", names)   ("nonlocal", names)
    ("def", function, decorators)   ("class", name, arguments, body, decorators, pos)
    ("import", ((module, alias | None), ...), pos)   ("from", level, module, ((name, alias | None), ...) | "*", pos)

A function is (name, parameters, body, flags, returns, pos); a parameter (name, kind, default | None, annotation | None) with the
kinds below. Patterns: ("value", expr)  ("capture", name | None, pattern | None)  ("or", patterns)  ("sequence", patterns)  ("rest", name)
("mapping", ((key, pattern), ...), rest)  ("classp", expr, patterns, ((name, pattern), ...)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from lambda_iam_scan.model.given import GIVEN

Node: TypeAlias = tuple[Any, ...]

POSITIONAL_ONLY, POSITIONAL, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)
"""Kinds of parameters."""
ASYNC, GENERATOR = 1, 2
"""Flags of functions."""


def given_parts(text: str) -> tuple[Any, ...]:
    """A string's parts as those of an f-string: what a template puts into it are names."""
    if GIVEN not in text:
        return (text,)
    parts = re.split(f"({GIVEN}[0-9]+{GIVEN})", text)
    return tuple(("name", part) if index % 2 else part for index, part in enumerate(parts) if part)


_NAMELESS = frozenset({"str", "const"})
"""Nodes without names, where no keyword argument is called so. Nor has a place, which begins with a number."""


def names(node: Node) -> set[str]:
    """Every name in a node and below, those that it binds as well."""
    found: set[str] = set()
    pending: list[Any] = [node]
    for part in pending:  # which grows meanwhile
        if part[0] == "name" and len(part) == 2 and type(part[1]) is str:
            found.add(part[1])
            continue
        for inner in part:
            if type(inner) is tuple and inner and type(inner[0]) is not int and (inner[0] not in _NAMELESS or type(inner[1]) is tuple):
                pending.append(inner)
    return found


def position(node: Node) -> tuple[int, int] | None:
    """The first place in a node and below: where a statement is that has none of its own."""
    pending: list[Any] = [node]
    for part in pending:  # which grows meanwhile
        if part and type(part[0]) is int:
            return (part[0], part[1])
        pending += [inner for inner in part if type(inner) is tuple]
    return None


def returned(node: Node) -> Iterator[Node | None]:
    """What the `return` statements in a node and below give."""
    if len(node) == 2 and node[0] == "return":
        yield node[1]
        return
    for part in node:
        if isinstance(part, tuple):
            yield from returned(part)


def bound(target: Node) -> Iterator[str]:
    """Variables that a target binds."""
    if target[0] == "name":
        yield target[1]
    elif target[0] == "tuple":
        for inner in target[1]:
            yield from bound(inner)
    elif target[0] == "star":
        yield from bound(target[1])


def binds(statement: Node) -> Iterator[str]:
    """Names that a statement surely binds, those of imports left out."""
    if statement[0] == "assign":
        for target in statement[1]:
            yield from bound(target)
    elif statement[0] == "ann" and statement[3] is not None:
        yield from bound(statement[1])
    elif statement[0] == "def":
        yield statement[1][0]
    elif statement[0] == "class":
        yield statement[1]


def place(node: Node) -> tuple[str, ...]:
    """A variable, and the way from it by attributes and written keys (`.name`, `[key`); empty for any other expression."""
    kind = node[0]
    if kind in ("name", "walrus"):
        return (node[1],)
    base = place(node[1]) if kind == "attr" or (kind == "index" and node[2][0] == "str") else ()
    if not base:
        return ()
    return (*base, f".{node[2]}" if kind == "attr" else f"[{node[2][1]}")
