"""`match`: which cases are possible, and what their patterns bind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.interpreter.flow import Flow
from lambda_iam_scan.analysis.values.inheritance import find, is_tuple
from lambda_iam_scan.analysis.values.keys import dict_keys
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    FALSE,
    TRUE,
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
from lambda_iam_scan.analysis.values.lattice import join, of, present
from lambda_iam_scan.analysis.values.strings import literals
from lambda_iam_scan.model.text import Text

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
            known = self._said_to_be(case[0], fitting)
            if known is not fitting and matched[0] in ("name", "walrus"):
                self._note(matched, known)
            self._capture(case[0], known)
            if case[1] is not None:
                if self.truth(self.evaluate(case[1])) is False:
                    return False  # the cases after this one are alternatives of their own
                self.narrow(case[1], True)
            return self.block(case[2])

        return run

    def _said_to_be(self, case: Node, fitting: Value) -> Value:
        inner = case[2] if case[0] == "capture" and case[2] is not None else case
        return self.as_object(fitting, self.evaluate(inner[1])) if inner[0] == "classp" else fitting

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
            return self._compared("==", subject, self.evaluate(case[1]))
        if kind == "classp":
            return self._of_class(case, self.evaluate(case[1]), subject)
        if isinstance(subject, (Str, Const, *_NO_CONTAINER)) or _plain_object(subject):
            return False
        return self._of_mapping(case, subject) if kind == "mapping" else self._of_sequence(case[1], subject)

    def _of_class(self, case: Node, cls: Value, subject: Value) -> bool | None:
        """A class pattern: `isinstance` first, then what the attributes are."""
        answer = self.call(External("builtins.isinstance"), Arguments([subject, cls]))
        if answer == FALSE:
            return False
        names = self._positional(cls, subject, len(case[2]))
        parts = [*zip(names, case[2], strict=False), *case[3]]
        if len(names) < len(case[2]) or (parts and not isinstance(subject, Instance)):
            return None if case[3] or len(case[2]) != 1 else _both(answer == TRUE or None, self._possible(case[2][0], subject))
        outcomes = [self._possible(inner, self.attribute(subject, name)) for name, inner in parts]
        return _both(answer == TRUE or None, *outcomes)

    def _positional(self, cls: Value, subject: Value, count: int) -> list[str]:
        return self._match_args(cls)[:count] if isinstance(cls, ClassObject) and isinstance(subject, Instance) else []

    def _of_mapping(self, case: Node, subject: Value) -> bool | None:
        if not isinstance(subject, DictObject):
            return False if isinstance(subject, (TupleValue, ListObject)) else None
        return _both(*[self._of_entry(self.evaluate(key), inner, subject) for key, inner in case[1]])

    def _of_entry(self, key: Value, case: Node, subject: DictObject) -> bool | None:
        keys = dict_keys(key, subject)
        if len(keys) != 1 or keys[0] not in subject.entries:
            return False if keys and subject.rest is None and not set(keys) & set(subject.entries) else None
        found = subject.entries[keys[0]]
        if isinstance(keys[0], Text) and keys[0].literal is None:
            return None
        return _both(None if ABSENT in choices(found) else True, self._possible(case, present(found)))

    def _of_sequence(self, cases: tuple[Node, ...], subject: Value) -> bool | None:
        if isinstance(subject, Instance) and is_tuple(subject.cls):
            subject = self.iterate(subject)
        if isinstance(subject, ListObject):
            if subject.kind == "set":
                return False
            known = subject.kind == "list" and subject.rest is None and self.fresh(subject.control)
            return self._of_items(cases, subject.items) if known else None
        if isinstance(subject, TupleValue):
            return self._of_items(cases, subject.items)
        return False if isinstance(subject, DictObject) else None

    def _of_items(self, cases: tuple[Node, ...], items: Sequence[Value]) -> bool | None:
        """A sequence pattern, whose star takes what the others leave."""
        star = next((i for i, inner in enumerate(cases) if inner[0] == "rest"), None)
        others = len(cases) - (star is not None)
        if others > len(items) or (star is None and others < len(items)):
            return False
        after = 0 if star is None else others - star
        first = list(zip(cases[:star], items, strict=False))
        last = list(zip(cases[len(cases) - after :], items[len(items) - after :], strict=True))
        return _both(*[self._possible(inner, item) for inner, item in [*first, *last]])

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
    return isinstance(value, Instance) and not value.cls.external and not is_tuple(value.cls)


def _both(*outcomes: bool | None) -> bool | None:
    """Whether all of several parts match."""
    return False if False in outcomes else None if None in outcomes else True
