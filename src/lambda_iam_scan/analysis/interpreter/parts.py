"""Parts of values: attributes, subscripts and slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambda_iam_scan.analysis.facts.ir import Node, place
from lambda_iam_scan.analysis.interpreter.operations import Operations
from lambda_iam_scan.analysis.objects import outside
from lambda_iam_scan.analysis.objects.enums import by_name
from lambda_iam_scan.analysis.objects.operators import text_slice
from lambda_iam_scan.analysis.values.contents import as_string
from lambda_iam_scan.analysis.values.inheritance import find, is_enum, is_tuple
from lambda_iam_scan.analysis.values.keys import dict_keys
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    Const,
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
    choices,
    given,
    hole,
    whole,
)
from lambda_iam_scan.analysis.values.lattice import anything_in, each, join, present
from lambda_iam_scan.model.text import Text


class Parts(Operations):
    """`item` and what it needs."""

    def x_attr(self, node: Node) -> Value:
        value = self.evaluate(node[1])
        frame = self.stack[-1]
        saved, frame.pos = frame.pos, node[3]
        result = self.attribute(value, node[2])
        frame.pos = saved
        return self.as_narrowed(node, result) if frame.narrowed else result

    def x_index(self, node: Node) -> Value:
        value = self.evaluate(node[1])
        if node[2][0] == "slice":
            return each(value, lambda choice: self._sliced(choice, node[2]))
        result = self.item(value, self.evaluate(node[2]))
        return self.as_narrowed(node, result) if self.stack[-1].narrowed else result

    def as_narrowed(self, node: Node, plain: Value) -> Value:
        """What tests on the way here say of an attribute or item, where it has not changed since."""
        way = place(node)
        known = self.stack[-1].narrowed.get(way)
        if known is None or known.root is not self.lookup(way[0]) or known.writes != self.written(way) or known.plain != plain:
            return plain
        return known.value

    def written(self, way: tuple[str, ...]) -> tuple[int, ...]:
        """How often each name on the way to an attribute or item was set."""
        return tuple([self.writes.get(name[1:], 0) for name in way[1:]])

    def x_slice(self, node: Node) -> Value:
        return Unknown("a slice")

    def x_star(self, node: Node) -> Value:
        return self.evaluate(node[1])

    def _sliced(self, value: Value, node: Node) -> Value:
        values = [NONE if part is None else self.evaluate(part) for part in node[1:]]
        bounds = [value.value for value in values if isinstance(value, Const)]
        known = len(bounds) == 3 and all(bound is None or type(bound) is int for bound in bounds)
        value = as_string(value)
        if isinstance(value, Str):
            return text_slice(value, slice(*bounds)) if known else hole("part of a string")
        if isinstance(value, Instance):
            asked = self.special(value, "__getitem__", Unknown("a slice")) if find(value.cls, "__getitem__") is not None else None
            return self._sliced(self.iterate(value), node) if asked is None else asked
        if isinstance(value, TupleValue):
            return TupleValue(value.items[slice(*bounds)]) if known else self.new_list((), anything_in(value))
        if isinstance(value, ListObject):
            if known and value.rest is None:
                return self.new_list(value.items[slice(*bounds)])
            return self.new_list((), anything_in(value))
        return value if isinstance(value, (Result, Unknown, External)) else Unknown("part of a value")

    def item(self, value: Value, index: Value) -> Value:
        """`value[index]`."""
        read = _ITEMS.get(type(value))
        return Unknown("part of a value") if read is None else read(self, value, index)

    def _item_of_each(self, value: Union, index: Value) -> Value:
        return join(*[self.item(choice, index) for choice in given(value)])

    def _object_item(self, value: Instance, index: Value) -> Value:
        if is_tuple(value.cls):
            return self._at(self.iterate(value), index)
        if isinstance(known := as_string(value), Str):
            return self.item(known, index)
        method = self.attribute(value, "__getitem__")
        return self.call(method, Arguments([index])) if not isinstance(method, Unknown) else method

    def _character(self, value: Str, index: Value) -> Value:
        at = whole(index)
        return hole("part of a string") if at is None else text_slice(value, at)

    def external_item(self, value: External, index: Value) -> Value:
        """An item of something external. Implemented with the models."""
        raise NotImplementedError

    def _class_item(self, value: ClassObject, index: Value) -> Value:
        if is_enum(value):
            return by_name(value, index)
        if (answer := self.special(value, "__getitem__", index)) is not None:
            return answer
        if isinstance(getter := find(value, "__class_getitem__"), FunctionObject):
            return self.call(BoundMethod(getter, value), Arguments([index]))
        return value

    def entry(self, value: DictObject, index: Value) -> Value:
        """`value[index]` of a dictionary: the entry, or every entry when the key is not known. What has a default makes what is missing."""
        keys = dict_keys(index, value)
        found: list[Value] = []
        for key in keys or (None,):
            known = ABSENT if key is None else value.entries.get(key, ABSENT)
            if known != ABSENT:
                found.append(present(known))
            if ABSENT not in choices(known):
                continue
            others = key is None or (isinstance(key, Text) and key.literal is None)
            if others:
                found += self._every(value)
            elif value.rest is not None and value.default is None and known == ABSENT:
                found.append(value.rest)
            if value.default is not None and not (others and value.rest is not None):
                made = join(value.rest, self.call(value.default, Arguments()))
                self.put(value, Str(key) if isinstance(key, Text) else Unknown("a key"), made)
                found.append(made)
        return join(*found) if found else Unknown("an entry that nothing sets")

    def _every(self, value: DictObject) -> list[Value]:
        return [*map(present, value.entries.values()), *([] if value.rest is None else [value.rest])]

    def _at(self, value: TupleValue | ListObject, index: Value) -> Value:
        rest = value.rest if isinstance(value, ListObject) else None
        at = whole(index)
        if at is not None and -len(value.items) <= at < len(value.items) and (at >= 0 or rest is None):
            return value.items[at]
        return anything_in(value) or Unknown("an item of an empty sequence")

    def _result_item(self, value: Result, index: Value) -> Value:
        key = index.literal if isinstance(index, Str) else None
        if key is None and whole(index) is None:
            return Unknown(f"result of {value.service}:{value.operation}")
        return Result(value.service, value.operation, value.arguments, value.principal, (*value.path, key or "[]"), value.region)


_ITEMS: dict[type, Callable[[Parts, Any, Value], Value]] = {
    Union: Parts._item_of_each,
    DictObject: Parts.entry,
    TupleValue: Parts._at,
    ListObject: Parts._at,
    Result: Parts._result_item,
    Instance: Parts._object_item,
    ClassObject: Parts._class_item,
    External: lambda run, value, index: run.external_item(value, index),
    Str: Parts._character,
    Unknown: lambda run, value, index: (outside.read_item(run, value, index) or value) if run.left else value,
}
"""What a subscript gives, by the kind of value."""
