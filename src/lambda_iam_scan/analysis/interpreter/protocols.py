"""Iteration and `with`: what objects of every kind give there."""

from __future__ import annotations

from lambda_iam_scan.analysis import stdlib
from lambda_iam_scan.analysis.facts.ir import returned
from lambda_iam_scan.analysis.interpreter.annotated import Annotated
from lambda_iam_scan.analysis.objects import containers
from lambda_iam_scan.analysis.objects.operators import truth
from lambda_iam_scan.analysis.records.making import as_tuple
from lambda_iam_scan.analysis.records.pydantic.declared import is_model
from lambda_iam_scan.analysis.records.pydantic.models import pairs
from lambda_iam_scan.analysis.sdk import resources
from lambda_iam_scan.analysis.values.inheritance import find, is_tuple
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    CollectionValue,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Result,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    Wrapped,
    choices,
    elements,
    given,
    hole,
    text,
)
from lambda_iam_scan.analysis.values.lattice import UNROLL, join, tuple_of
from lambda_iam_scan.analysis.values.strings import why


class Protocols(Annotated):
    """`for` and `with` of values of every kind."""

    def iterate(self, value: Value) -> TupleValue | ListObject:
        """The items that iterating gives."""
        if isinstance(value, (TupleValue, ListObject)):
            return value
        if isinstance(value, Union):
            parts = [self.iterate(choice) for choice in given(value)]
            found = [item for part in parts for item in elements(part)]
            return self.new_list((), join(*found) if found else None)
        if isinstance(value, DictObject):
            keys: list[Value] = [containers.key_value(key) for key in value.entries]
            return self.new_list(keys, None if value.rest is None else Unknown("a key that is not known"))
        if isinstance(value, Instance):
            return self._iterate_object(value)
        if isinstance(value, ClassObject):
            if (answer := self.special(value, "__iter__")) is not None:
                return self.iterate(answer)
            return self.new_list([item for item in value.vars.values() if isinstance(item, Instance)])
        if isinstance(value, Str) and value.literal is not None and len(value.literal) <= UNROLL:
            return self.new_list([text(character) for character in value.literal])
        return self.new_list((), self._item_of(value))

    def _item_of(self, value: Value) -> Value:
        if isinstance(value, Result):
            return Result(value.service, value.operation, value.arguments, value.principal, (*value.path, "[]"), value.region)
        if isinstance(value, CollectionValue):
            return resources.item_of_collection(self, value)
        if isinstance(value, Str):
            return hole("a character")
        if isinstance(value, Wrapped):
            return value
        return value if isinstance(value, Unknown) else Unknown(f"an item of {why(value)}")

    def _iterate_object(self, value: Instance) -> TupleValue | ListObject:
        for name in ("__iter__", "__aiter__"):
            if (method := find(value.cls, name)) is not None:
                found = self.call(BoundMethod(method, value), Arguments())
                if isinstance(found, Instance):
                    step = find(found.cls, "__next__") or find(found.cls, "__anext__")
                    return self.new_list((), None if step is None else self.repeatedly(BoundMethod(step, found)))
                return self.iterate(found)
        if is_tuple(value.cls):
            return tuple_of(as_tuple(self, value))
        if is_model(value.cls):
            return self.new_list(pairs(self, value))
        found_items = stdlib.protocols.iterated(self, value)
        return self.new_list((), Unknown(f"an item of {value.cls.name}")) if found_items is None else found_items

    def entered_context(self, value: Value) -> Value:
        """What `with value as x` binds."""
        if isinstance(value, Union):
            return join(*[self.entered_context(choice) for choice in value.choices if choice != NONE])
        if isinstance(value, Wrapped):
            return value.value
        if isinstance(value, Instance):
            method = find(value.cls, "__enter__") or find(value.cls, "__aenter__")
            return value if method is None else self.call(BoundMethod(method, value), Arguments())
        return value

    def may_swallow(self, value: Value) -> bool:
        """Whether an exception within a `with` block may end there."""
        return any(self._may_swallow(choice) for choice in choices(value))

    def _may_swallow(self, value: Value) -> bool:
        if isinstance(value, Instance):
            method = find(value.cls, "__exit__") or find(value.cls, "__aexit__")
            answers = returned(method.code[2]) if isinstance(method, FunctionObject) else ()
            return any(answer not in (None, ("const", None), ("const", False)) for answer in answers)
        if isinstance(value, Wrapped):
            return value.kind == "swallowing context"
        return isinstance(value, External) and value.path == "contextlib.suppress()"

    def left_context(self, value: Value) -> bool:
        """The end of a `with` block; whether an exception within may be swallowed there."""
        swallows = False
        for choice in choices(value):
            if isinstance(choice, Instance):
                method = find(choice.cls, "__exit__") or find(choice.cls, "__aexit__")
                if method is not None:
                    result = self._left(BoundMethod(method, choice))
                    swallows = swallows or any(truth(answer) is not False for answer in choices(result))
            else:
                swallows = swallows or self._may_swallow(choice)
        return swallows

    def _left(self, leave: BoundMethod) -> Value:
        """`__exit__` with nothing wrong, then with an exception: what it answers to that."""
        saved = self.control
        self.control = self.new_path()
        self.call(leave, Arguments([NONE, NONE, NONE]))
        self.control = self.new_path()
        answer = self.call(leave, Arguments([Unknown("an exception's class"), Unknown("an exception"), Unknown("its traceback")]))
        self.control = saved
        return answer
