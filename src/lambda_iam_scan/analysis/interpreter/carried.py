"""What one pass of a loop leaves to the next: variables that the body may read before it sets them.

If none of these has changed, a further pass sees what the last one saw, and does the same again.
"""

from __future__ import annotations

from dataclasses import dataclass

from lambda_iam_scan.analysis.facts.ir import Node, bound, names
from lambda_iam_scan.analysis.values.kinds import Const, Unknown, Value, choices


@dataclass(frozen=True, slots=True)
class Carried:
    """Variables that a pass may read as the pass before left them. `sums` do nothing there but add to themselves."""

    names: frozenset[str]
    sums: frozenset[str]

    def matters(self, name: str, value: Value) -> bool:
        """Whether a further pass can differ because this variable has this value now: of a number that is added up, nothing
        more is known later."""
        if name in self.sums and any(isinstance(choice, Unknown) for choice in choices(value)):
            return not all(isinstance(choice, Unknown) or _is_number(choice) for choice in choices(value))
        return name in self.names or name in self.sums


def carried(target: Node | None, test: Node | None, body: tuple[Node, ...]) -> Carried:
    """Of a `for` with its target, or a `while` with its test."""
    read: set[str] = names(test) if test is not None else set()
    added: set[str] = set()
    known = set(bound(target)) if target is not None else set()
    for statement in body:
        name = _sum(statement)
        if name is not None and name not in known:
            added.add(name)
            read |= names(statement[3]) - known
            continue
        read |= _read(statement) - known
        if statement[0] == "assign":
            known |= {each for target in statement[1] for each in bound(target)}
    return Carried(frozenset(read), frozenset(added - read))


def _sum(statement: Node) -> str | None:
    """`name += ...`"""
    return statement[2][1] if statement[0] == "aug" and statement[1] in ("+", "-", "*") and statement[2][0] == "name" else None


def _read(statement: Node) -> set[str]:
    """Names that a statement may read. What it does further in may come in any order, so sums below it are reads as well."""
    if statement[0] == "assign":
        targets = {name for target in statement[1] if target[0] not in ("name", "tuple") for name in names(target)}
        return targets | names(statement[2])
    return names(statement)


def _is_number(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, (int, float))
