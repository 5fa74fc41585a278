"""The operations that the parts of the interpreter give one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from lambda_iam_scan.analysis.core.stores import Stores
from lambda_iam_scan.analysis.values.kinds import (
    NONE,
    Arguments,
    ClassObject,
    DictObject,
    Instance,
    ListObject,
    ModuleObject,
    NamespacePackage,
    Scope,
    Str,
    TupleValue,
    Value,
    choices,
    elements,
)
from lambda_iam_scan.analysis.values.lattice import CHANGING, is_numbers, join, pattern
from lambda_iam_scan.model.text import Text

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.facts.ir import Node

CALLED = 4
"""Times that something is called which is called any number of times."""
Callback: TypeAlias = Callable[[], object]
Importable: TypeAlias = ModuleObject | NamespacePackage


class Core(Stores):
    """Each part of the interpreter implements some of these operations and may use all of them."""

    def evaluate(self, node: Node) -> Value:
        """An expression's value."""
        raise NotImplementedError

    def lookup(self, name: str) -> Value:
        """A name in the scopes around, then the builtins."""
        raise NotImplementedError

    def block(self, body: Iterable[Node]) -> bool:
        """Execute statements; False when control does not reach their end."""
        raise NotImplementedError

    def assign(self, target: Node, value: Value) -> None:
        """Bind a target."""
        raise NotImplementedError

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`."""
        raise NotImplementedError

    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        """`value.name = new`."""
        raise NotImplementedError

    def store_attribute(self, value: Value, name: str, new: Value) -> None:
        """The same as an object without `__setattr__` of its own does it."""
        raise NotImplementedError

    def delete_attribute(self, value: Value, name: str) -> None:
        """`del value.name`."""
        raise NotImplementedError

    def item(self, value: Value, index: Value) -> Value:
        """`value[index]`."""
        raise NotImplementedError

    def iterate(self, value: Value) -> TupleValue | ListObject:
        """The items that iterating gives."""
        raise NotImplementedError

    def call(self, function: Value, arguments: Arguments) -> Value:
        """Call anything."""
        raise NotImplementedError

    def import_module(self, name: str, package: str | None = None) -> Value:
        """A module by absolute name, executed if it is the user's."""
        raise NotImplementedError

    def execute_module(self, module: ModuleObject) -> None:
        """Execute a module's body, once."""
        raise NotImplementedError

    def entered_context(self, value: Value) -> Value:
        """What `with value as x` binds."""
        raise NotImplementedError

    def annotated(self, annotation: Node | None, scope: Scope) -> Value | None:
        """What an annotation says of a value, or None when it says nothing of use."""
        raise NotImplementedError

    def annotated_by(self, named: Value) -> Value | None:
        """The same where the annotation has been evaluated."""
        raise NotImplementedError

    def may_swallow(self, value: Value) -> bool:
        """Whether an exception within a `with` block may end there."""
        raise NotImplementedError

    def resolved(self, annotation: Node, scope: Scope) -> Value:
        """What a dotted name of an annotation stands for, without executing anything."""
        raise NotImplementedError

    def any_instance(self, cls: ClassObject) -> Value:
        """An object of a class, made by code that is not analyzed."""
        raise NotImplementedError

    def left_context(self, value: Value) -> bool:
        """The end of a `with` block; whether an exception within may be swallowed there."""
        raise NotImplementedError

    def believed(self, value: Value, annotation: Node | None, scope: Scope) -> Value:
        """A value, or what its annotation says of it where that is more."""
        raise NotImplementedError

    def call_method(self, receiver: Value, name: str, arguments: Arguments) -> Value:
        """A method of a string, container, result ..."""
        raise NotImplementedError

    def binary(self, operator: str, left: Value, right: Value) -> Value:
        """`left operator right`."""
        raise NotImplementedError

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true, None when it may be either."""
        raise NotImplementedError

    def texts(self, value: Value) -> tuple[Text, ...]:
        """`str(value)`, one for each choice."""
        raise NotImplementedError

    def special(self, value: Value, name: str, *arguments: Value) -> Value | None:
        """Call a special method that the user's class defines; None when it does not."""
        raise NotImplementedError

    def inherited_method(self, value: Instance, name: str) -> Value | None:
        """A method that an external base is known to have."""
        raise NotImplementedError

    def construct(self, cls: ClassObject, arguments: Arguments) -> Value:
        """`cls.__new__` and `__init__`."""
        raise NotImplementedError

    def new_object(self, cls: ClassObject, arguments: Arguments | None = None) -> Instance:
        """`object.__new__(cls)`."""
        raise NotImplementedError

    def each_choice(self, value: Value) -> Iterator[Value]:
        """What a value can be, one after another: what is done to one of several may be done to another instead."""
        found = choices(value)
        for choice in found:
            if len(found) == 1:
                yield choice
            else:
                with self.perhaps():
                    yield choice

    def perhaps_call(self, function: Value, arguments: Arguments) -> Value:
        """Call something that may be called any number of times, or not at all."""
        with self.perhaps():
            return self.call(function, arguments)

    def repeatedly(self, function: Value) -> Value:
        """What something gives that is called any number of times: until nothing new comes of it."""
        found: Value | None = None
        for _ in range(CALLED):
            before, began, changes = found, self.serial, self.changes.count
            found = join(found, self.perhaps_call(function, Arguments()))
            if found == before and self.changes.oldest_since(changes) > began:
                break
        return found or NONE

    def wider(self, old: Value, new: Value) -> Value:
        """What can be said of a value that becomes another one each time; the value itself where it may be told apart."""
        if is_numbers(old) and is_numbers(new):
            return CHANGING
        if isinstance(old, Str) and isinstance(new, Str):
            return Str(pattern([old.text, new.text]))
        if isinstance(old, (ListObject, TupleValue)) and isinstance(new, (ListObject, TupleValue)):
            return self._wider_items(old, new)
        if isinstance(old, DictObject) and isinstance(new, DictObject) and old.entries.keys() == new.entries.keys():
            return self._wider_entries(old, new)
        return old if join(old, new) == old else new

    def _wider_items(self, old: ListObject | TupleValue, new: ListObject | TupleValue) -> Value:
        added = list(elements(new))
        if not added:
            return new
        held = join(*elements(old), *added)
        return old if isinstance(old, ListObject) and not old.items and old.rest == held else self.new_list((), held)

    def _wider_entries(self, old: DictObject, new: DictObject) -> Value:
        entries = {key: value if value == new.entries[key] else self.wider(value, new.entries[key]) for key, value in old.entries.items()}
        rest = old.rest if new.rest is None or new.rest == old.rest else join(old.rest, new.rest)
        return old if entries == old.entries and rest == old.rest else self.new_dict(entries, rest)
