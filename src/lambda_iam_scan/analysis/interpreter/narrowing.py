"""What a test tells of the variables it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lambda_iam_scan.analysis.core.activation import Narrowed
from lambda_iam_scan.analysis.facts.ir import Node, place
from lambda_iam_scan.analysis.interpreter.binding import Binding
from lambda_iam_scan.analysis.interpreter.questions import question
from lambda_iam_scan.analysis.objects.operators import truth
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    Arguments,
    ClassObject,
    Const,
    Descriptor,
    DictObject,
    External,
    Instance,
    ListObject,
    Scope,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    choices,
)
from lambda_iam_scan.analysis.values.lattice import join, of
from lambda_iam_scan.analysis.values.states import Vars, merged
from lambda_iam_scan.analysis.values.strings import begun, literals
from lambda_iam_scan.model.text import Text


class Narrowing(Binding):
    """`narrow` and what it needs."""

    def narrow(self, test: Node, outcome: bool) -> None:
        """What a test says of variables of this scope, their attributes and items where it came out so."""
        kind = test[0]
        if kind in _PLACES:
            self._filter(test, lambda value: truth(value) is not (not outcome))
        elif kind == "unary" and test[1] == "not":
            self.narrow(test[2], not outcome)
        elif kind == "bool":
            if (test[1] == "and") is outcome:
                for operand in test[2]:
                    self.narrow(operand, outcome)
            else:
                self._narrow_one_of(test[2], outcome)
                self._ask_each(test, outcome)
        elif kind == "cmp":
            if len(test[2]) == 1 and test[1][0] in _PLACES:
                self._narrow_comparison(test[1], test[2][0], outcome)
            self._ask_each(test, outcome)
        elif kind == "call" and test[1] == ("name", "isinstance") and len(test[2]) == 2 and test[2][0][1][0] in _PLACES:
            self._narrow_class(test[2][0][1], self.evaluate(test[2][1][1]), outcome)
        elif kind == "call":
            self._ask_each(test, outcome)
            if outcome and test[1][0] == "attr" and test[1][2] == "startswith" and len(test[2]) == 1 and test[1][1][0] in _PLACES:
                self._begins(test[1][1], self.evaluate(test[2][0][1]))

    def _narrow_one_of(self, tests: tuple[Node, ...], outcome: bool) -> None:
        """One of several tests came out so: what is so after any of them."""
        frame = self.frame
        before, narrowed = frame.scope.vars, frame.narrowed
        states: list[Vars] = []
        noted: list[Mapping[tuple[str, ...], Narrowed]] = []
        for test in tests:
            frame.scope.vars, frame.narrowed = dict(before), narrowed
            self.narrow(test, outcome)
            states.append(frame.scope.vars)
            noted.append(frame.narrowed)
        frame.scope.vars = {name: _or_as_before(value, before.get(name, value)) for name, value in merged(states).items()}
        kept = dict(narrowed)
        for way, first in noted[0].items():
            if all(way in others for others in noted):
                said = join(*[others[way].value for others in noted])
                kept[way] = replace(first, value=_or_as_before(said, first.plain))
        frame.narrowed = kept

    def _ask_each(self, test: Node, outcome: bool) -> None:
        """Of all that the variables in a test can be, keep what lets it come out so."""
        about: list[Node] = []
        asked = question(test, about)
        if asked is None:
            return
        for tested in dict.fromkeys(about):
            if isinstance(self._current(tested), Union):
                self._filter(tested, lambda value, tested=tested: self._answer(asked, tested, value) is not (not outcome))  # type: ignore[misc]

    def _answer(self, test: Node, tested: Node, value: Value) -> bool | None:
        """How a test comes out where what is tested has one value."""
        frame = self.frame
        before, narrowed = frame.scope.vars, frame.narrowed
        frame.scope.vars = dict(before)
        self._note(tested, value)
        answer = self.truth(self.evaluate(test))
        frame.scope.vars, frame.narrowed = before, narrowed
        return answer

    def _begins(self, tested: Node, prefix: Value) -> None:
        """A string of which nothing was known is known to begin so."""
        current, known = self._current(tested), literals(prefix)
        if current is not None and len(known) == len(choices(prefix)):
            self._note(tested, join(*[begun(choice, one) for choice in choices(current) for one in known]))

    def _narrow_class(self, tested: Node, cls: Value, outcome: bool) -> None:
        isinstance_of = External("builtins.isinstance")
        self._filter(tested, lambda value: self.call(isinstance_of, Arguments([value, cls])) != Const(not outcome))
        current = self._current(tested) if outcome else None
        if current is not None and (known := self.as_object(current, cls)) is not current:
            self._note(tested, known)

    def as_object(self, value: Value, cls: Value) -> Value:
        """A value that is said to be of the user's class: an object of it where nothing else was known."""
        possible = choices(value)
        if not isinstance(cls, ClassObject) or any(isinstance(choice, Instance) and cls in choice.cls.order for choice in possible):
            return value
        meant = self.annotated_by(cls) if any(isinstance(choice, Unknown) for choice in possible) else None
        return value if meant is None else join(*[meant if isinstance(choice, Unknown) else choice for choice in possible])

    def _narrow_comparison(self, tested: Node, comparison: Node, outcome: bool) -> None:
        operator, node = comparison
        if operator in ("is not", "!=", "not in"):
            operator, outcome = {"is not": "is", "!=": "==", "not in": "in"}[operator], not outcome
        if operator not in ("is", "==", "in") or node[0] == "call":
            return
        other = self.evaluate(node)
        if operator == "in":
            if outcome and (keys := self._members(other)) is not None:
                self._become(tested, keys)
        elif other == NONE:
            self._filter(tested, lambda value: (value == NONE) is outcome or isinstance(value, (Unknown, External)))
        elif outcome and isinstance(other, Str):
            self._become(tested, (other,))

    def _members(self, value: Value) -> tuple[Value, ...] | None:
        if isinstance(value, DictObject) and value.rest is None:
            return tuple(Str(key) for key in value.entries if isinstance(key, Text))
        if isinstance(value, TupleValue) or (isinstance(value, ListObject) and value.rest is None):
            return tuple(value.items)
        return None

    def _become(self, tested: Node, values: tuple[Value, ...]) -> None:
        current = self._current(tested)
        if current is None or not values or not all(isinstance(value, Str) and value.literal is not None for value in values):
            return
        if any(
            isinstance(choice, (Unknown, External)) or (isinstance(choice, Str) and choice.literal is None) for choice in choices(current)
        ):
            self._note(tested, of(dict.fromkeys(values)))
        else:
            self._filter(tested, lambda value: value in values)

    def _filter(self, tested: Node | str, keep: Callable[[Value], bool]) -> None:
        node = ("name", tested) if isinstance(tested, str) else tested
        current = self._current(node)
        if isinstance(current, Union):
            kept = [choice for choice in current.choices if keep(choice)]
            if kept and len(kept) < len(current.choices):
                self._note(node, of(kept))

    # -- where it is noted

    def _current(self, node: Node) -> Value | None:
        """What is tested, as it is known now; None where finding out may execute something, or what is said would not last."""
        if node[0] in ("name", "walrus"):
            return self._local(node[1])
        plain = self._plain(node)
        return None if plain is None else self.as_narrowed(node, plain)

    def _local(self, name: str) -> Value | None:
        """A variable of the function: within a comprehension, what a test says of it holds there."""
        scope: Scope | None = self.frame.scope
        while scope is not None and scope.is_comprehension and name not in scope.vars:
            scope = scope.parent
        return None if scope is None else scope.vars.get(name)

    def _plain(self, node: Node) -> Value | None:
        """An attribute that an object has itself, or an item of something of which nothing is known: that never changes."""
        if not place(node):
            return None
        base, name = self._current(node[1]), node[2]
        if node[0] == "attr" and isinstance(base, Instance) and name in base.attrs:
            return None if isinstance(find(base.cls, name), Descriptor) else self.attribute(base, name)
        if node[0] == "index" and isinstance(base, Unknown):
            return self.item(base, Str(Text.of(node[2][1])))
        return None

    def _note(self, node: Node, value: Value) -> None:
        frame = self.frame
        if node[0] in ("name", "walrus"):
            frame.scope.vars[node[1]] = value
            return
        plain, way = self._plain(node), place(node)
        if plain is not None:
            frame.narrowed = {**frame.narrowed, way: Narrowed(plain, value, self.lookup(way[0]), self.written(way))}


def _or_as_before(value: Value, before: Value) -> Value:
    """What was said of a value; where it can still be all that it could be before, nothing was."""
    return before if all(choice in choices(value) for choice in choices(before)) else value


_PLACES = ("name", "walrus", "attr", "index")
