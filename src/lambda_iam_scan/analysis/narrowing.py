"""What a test tells of the variables it names."""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.binding import Binding
from lambda_iam_scan.analysis.ir import Node
from lambda_iam_scan.analysis.lattice import of
from lambda_iam_scan.analysis.operators import truth
from lambda_iam_scan.analysis.values import (
    NONE,
    Arguments,
    Const,
    DictObject,
    External,
    ListObject,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    choices,
)
from lambda_iam_scan.model.text import Text


class Narrowing(Binding):
    """`narrow` and what it needs."""

    def narrow(self, test: Node, outcome: bool) -> None:
        """What a test says of variables of this scope where it came out so."""
        kind = test[0]
        if kind == "name" or kind == "walrus":
            self._filter(test[1], lambda value: truth(value) is not (not outcome))
        elif kind == "unary" and test[1] == "not":
            self.narrow(test[2], not outcome)
        elif kind == "bool":
            if (test[1] == "and") is outcome:
                for operand in test[2]:
                    self.narrow(operand, outcome)
        elif kind == "cmp" and len(test[2]) == 1 and test[1][0] in ("name", "walrus"):
            self._narrow_comparison(test[1][1], test[2][0], outcome)
        elif kind == "call" and test[1] == ("name", "isinstance") and len(test[2]) == 2 and test[2][0][1][0] == "name":
            self._narrow_class(test[2][0][1][1], self.evaluate(test[2][1][1]), outcome)

    def _narrow_class(self, name: str, cls: Value, outcome: bool) -> None:
        isinstance_of = External("builtins.isinstance")
        self._filter(name, lambda value: self.call(isinstance_of, Arguments([value, cls])) != Const(not outcome))

    def _narrow_comparison(self, name: str, comparison: Node, outcome: bool) -> None:
        operator, node = comparison
        if operator in ("is not", "!=", "not in"):
            operator, outcome = {"is not": "is", "!=": "==", "not in": "in"}[operator], not outcome
        if operator not in ("is", "==", "in") or node[0] == "call":
            return
        other = self.evaluate(node)
        if operator == "in":
            if outcome and (keys := self._members(other)) is not None:
                self._become(name, keys)
        elif other == NONE:
            self._filter(name, lambda value: (value == NONE) is outcome or isinstance(value, (Unknown, External)))
        elif outcome and isinstance(other, Str):
            self._become(name, (other,))

    def _members(self, value: Value) -> tuple[Value, ...] | None:
        if isinstance(value, DictObject) and value.rest is None:
            return tuple(Str(key) for key in value.entries if isinstance(key, Text))
        if isinstance(value, TupleValue) or (isinstance(value, ListObject) and value.rest is None):
            return tuple(value.items)
        return None

    def _become(self, name: str, values: tuple[Value, ...]) -> None:
        current = self.frame.scope.vars.get(name)
        if current is None or not values or not all(isinstance(value, Str) and value.literal is not None for value in values):
            return
        if any(
            isinstance(choice, (Unknown, External)) or (isinstance(choice, Str) and choice.literal is None) for choice in choices(current)
        ):
            self.frame.scope.vars[name] = of(dict.fromkeys(values))
        else:
            self._filter(name, lambda value: value in values)

    def _filter(self, name: str, keep: Callable[[Value], bool]) -> None:
        current = self.frame.scope.vars.get(name)
        if isinstance(current, Union):
            kept = [choice for choice in current.choices if keep(choice)]
            if kept and len(kept) < len(current.choices):
                self.frame.scope.vars[name] = of(kept)
