"""The form of annotations, without what their names stand for."""

from __future__ import annotations

import re

from lambda_iam_scan.analysis.facts.ir import Node

_QUOTED = re.compile(r"\s*(?:(?:typing\.)?Optional\[)?\s*[\"']?([\w.]+)[\"']?\s*\]?(?:\s*\|\s*None)?\s*")


def last(node: Node) -> str:
    """The last part of a dotted name, the one that is subscripted of a subscript; empty for anything else."""
    if node[0] == "index":
        return last(node[1])
    return str(node[1] if node[0] == "name" else node[2]) if node[0] in ("name", "attr") else ""


def parts(node: Node) -> tuple[Node, ...]:
    """What a subscript holds: `str` and `int` of `dict[str, int]`."""
    if node[0] != "index":
        return ()
    inner: tuple[Node, ...] = node[2][1] if node[2][0] == "tuple" else (node[2],)
    return inner


def quoted(annotation: str) -> Node | None:
    """A dotted name written as a string; `Optional` around it says nothing more."""
    match = _QUOTED.fullmatch(annotation)
    if match is None:
        return None
    first, *rest = match.group(1).split(".")
    node: Node = ("name", first)
    for name in rest:
        node = ("attr", node, name, (0, 0))
    return node


def alternatives(node: Node) -> tuple[Node, ...]:
    """The types of a union, itself where it is none."""
    if node[0] == "bin" and node[1] == "|":
        return (*alternatives(node[2]), *alternatives(node[3]))
    if node[0] == "index" and last(node) in ("Optional", "Union"):
        return tuple(inner for part in parts(node) for inner in alternatives(part))
    return (node,)
