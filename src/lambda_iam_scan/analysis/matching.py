"""`match`: which cases are possible, and what their patterns bind."""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.flow import Flow
from lambda_iam_scan.analysis.inheritance import find
from lambda_iam_scan.analysis.ir import Node
from lambda_iam_scan.analysis.keys import dict_keys
from lambda_iam_scan.analysis.lattice import join, of
from lambda_iam_scan.analysis.operators import compare
from lambda_iam_scan.analysis.strings import literals
from lambda_iam_scan.analysis.values import (
    FALSE,
    Arguments,
    BoundMethod,
    ClassObject,
    Client,
    Const,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    ResourceValue,
    SessionObject,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    choices,
    elements,
)

_NO_CONTAINER = (Client, ResourceValue, SessionObject, FunctionObject, BoundMethod, ClassObject)
"""Neither sequences nor mappings."""


class Matching(Flow):
    """`match` statements."""

    def s_match(self, node: Node) -> bool:
        left = choices(self.evaluate(node[1]))
        alternatives: list[Callable[[], bool]] = []
        for case in node[2]:
            outcomes = {choice: self._possible(case[0], choice) for choice in left}
            fitting = [choice for choice, outcome in outcomes.items() if outcome is not False]
            if fitting:
                alternatives.append(self._case(case, node[1], of(fitting)))
            if case[1] is None:
                left = tuple(choice for choice, outcome in outcomes.items() if outcome is not True)
            if not left:
                break
        else:
            alternatives.append(self._none_of_them(node[1], left))
        return alternatives[0]() if len(alternatives) == 1 else self._branches(alternatives)

    def _none_of_them(self, matched: Node, left: tuple[Value, ...]) -> Callable[[], bool]:
        """The end of a `match` of which no case fits."""

        def run() -> bool:
            self._remains(matched, left)
            return True

        return run

    def _remains(self, matched: Node, fitting: tuple[Value, ...]) -> None:
        if matched[0] in ("name", "walrus"):
            self._filter(matched[1], lambda value: value in fitting)

    def _case(self, case: Node, matched: Node, fitting: Value) -> Callable[[], bool]:
        def run() -> bool:
            self._remains(matched, choices(fitting))
            self._capture(case[0], fitting)
            if case[1] is not None:
                if self.truth(self.evaluate(case[1])) is False:
                    return True
                self.narrow(case[1], True)
            return self.block(case[2])

        return run

    def _possible(self, case: Node, subject: Value) -> bool | None:
        """Whether a pattern matches; None when it may."""
        kind = case[0]
        if isinstance(subject, Union) and kind not in ("capture", "or", "value"):
            each_outcome = {self._possible(case, choice) for choice in subject.choices}
            return each_outcome.pop() if len(each_outcome) == 1 else None
        if kind == "capture":
            return True if case[2] is None else self._possible(case[2], subject)
        if kind == "or":
            outcomes = [self._possible(inner, subject) for inner in case[1]]
            return True if True in outcomes else (False if all(o is False for o in outcomes) else None)
        if kind == "value":
            return compare("==", subject, self.evaluate(case[1]), self.control)
        if kind == "classp":
            return self._of_class(self.evaluate(case[1]), subject)
        if kind in ("mapping", "sequence") and (isinstance(subject, (Str, Const, *_NO_CONTAINER)) or _plain_object(subject)):
            return False
        if kind == "mapping" and isinstance(subject, DictObject):
            keys = {key for inner, _ in case[1] for key in dict_keys(self.evaluate(inner), subject)}
            return False if subject.rest is None and not keys <= set(subject.entries) else None
        if kind == "mapping" and isinstance(subject, (TupleValue, ListObject)):
            return False
        if kind == "sequence" and isinstance(subject, DictObject):
            return False
        if kind == "sequence" and isinstance(subject, TupleValue):
            if not any(inner[0] == "rest" for inner in case[1]) and len(case[1]) != len(subject.items):
                return False
            outcomes = [self._possible(p, v) for p, v in zip(case[1], subject.items, strict=False) if p[0] != "rest"]
            return False if False in outcomes else None
        return None

    def _of_class(self, cls: Value, subject: Value) -> bool | None:
        """A class pattern's first question, `isinstance`; its other parts may still fail."""
        outcome = self.call(External("builtins.isinstance"), Arguments([subject, cls]))
        return False if outcome == FALSE else None

    def _capture(self, case: Node, subject: Value) -> None:
        kind = case[0]
        if kind == "capture":
            if case[2] is not None:
                self._capture(case[2], subject)
            if case[1] is not None:
                self.bind(case[1], self._narrowed_to(case[2], subject))
        elif kind == "or":
            for inner in case[1]:
                self._capture(inner, subject)
        elif kind == "sequence":
            values = self._spread_over(tuple(("star", ("name", p[1])) if p[0] == "rest" else p for p in case[1]), subject)
            for inner, value in zip(case[1], values, strict=True):
                self._capture(("capture", inner[1], None) if inner[0] == "rest" else inner, value)
        elif kind == "mapping":
            for key, inner in case[1]:
                self._capture(inner, self.item(subject, self.evaluate(key)))
            if case[2] is not None:
                self.bind(case[2], subject)
        elif kind == "classp":
            self._capture_class(case, subject)

    def _capture_class(self, case: Node, subject: Value) -> None:
        cls = self.evaluate(case[1])
        for i, inner in enumerate(case[2]):
            names = self._match_args(cls) if isinstance(cls, ClassObject) else []
            value = self.attribute(subject, names[i]) if i < len(names) else subject
            self._capture(inner, value)
        for name, inner in case[3]:
            self._capture(inner, self.attribute(subject, name))

    def _match_args(self, cls: ClassObject) -> list[str]:
        declared = find(cls, "__match_args__")
        if isinstance(declared, (TupleValue, ListObject)):
            return [name for item in elements(declared) for name in literals(item)[:1]]
        return [field.name for field in cls.fields]

    def _narrowed_to(self, case: Node | None, subject: Value) -> Value:
        if case is None:
            return subject
        options = case[1] if case[0] == "or" else (case,)
        if all(option[0] == "value" for option in options) and isinstance(subject, (Unknown, Str, External)):
            return join(*[self.evaluate(option[1]) for option in options])
        return subject


def _plain_object(value: Value) -> bool:
    """Whether an object's class is neither a named tuple nor derived from something that may be a sequence or mapping."""
    return isinstance(value, Instance) and not value.cls.external and value.cls.name != "namedtuple"
