"""Classes, and the objects that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.interpreter.attributes import Attributes
from lambda_iam_scan.analysis.objects.enums import by_value, make_members
from lambda_iam_scan.analysis.records.fields import declare
from lambda_iam_scan.analysis.records.making import fill
from lambda_iam_scan.analysis.values.externals import origin
from lambda_iam_scan.analysis.values.inheritance import find, function_in, initializer, is_enum, linearized
from lambda_iam_scan.analysis.values.kinds import (
    ANYTHING,
    FAILS,
    Arguments,
    BoundMethod,
    ClassObject,
    Descriptor,
    DictObject,
    External,
    Instance,
    Scope,
    TupleValue,
    Value,
    choices,
    ends,
    text,
)
from lambda_iam_scan.analysis.values.lattice import tuple_of
from lambda_iam_scan.model.text import Text

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.facts.ir import Node

_TEXTS = frozenset({"__repr__", "__str__", "__format__"})


def build_class(run: Core, node: Node, arguments: Arguments, scope: Scope) -> ClassObject:
    """The class that a class statement makes, its body already executed in `scope`."""
    bases = tuple(choice for base in arguments.positional for choice in choices(origin(base))[:1])
    cls = ClassObject(node[1], bases, scope.vars, scope.module, arguments.keywords.get("metaclass"), control=run.same_line())
    cls.order = linearized(cls)
    run.own_texts = run.own_texts or not _TEXTS.isdisjoint(cls.vars)
    for base in bases:
        if isinstance(base, ClassObject):
            base.children.append(cls)
            run.changed(None)
    if cls.metaclass is None:
        cls.metaclass = next((parent.metaclass for parent in cls.order[1:] if parent.metaclass is not None), None)
    scope.owner = cls
    declare(run, cls)
    if is_enum(cls):
        make_members(run, cls)
    for name, value in list(cls.vars.items()):
        if isinstance(value, Instance) and (method := find(value.cls, "__set_name__")) is not None:
            run.call(BoundMethod(method, value), Arguments([cls, text(name)]))
    hook = next((parent.vars["__init_subclass__"] for parent in cls.order[1:] if "__init_subclass__" in parent.vars), None)
    if hook is not None:
        run.call(BoundMethod(function_in(hook), cls), Arguments([], _class_keywords(arguments)))
    if isinstance(cls.metaclass, ClassObject):
        _made_by(run, cls, cls.metaclass, arguments)
    return cls


def prepared(run: Core, name: str, arguments: Arguments) -> dict[str, Value]:
    """What a class body begins with: `__prepare__` of the user's metaclass may put something there."""
    bases = [base for base in arguments.positional if isinstance(base, ClassObject)]
    meta = arguments.keywords.get("metaclass") or next((base.metaclass for base in bases if base.metaclass is not None), None)
    prepare = find(meta, "__prepare__") if isinstance(meta, ClassObject) else None
    if meta is None or prepare is None:
        return {}
    given = Arguments([text(name), tuple_of(arguments.positional)], _class_keywords(arguments))
    takes_class = isinstance(prepare, Descriptor) and prepare.kind == "classmethod"
    found = run.call(function_in(prepare), given.before(meta) if takes_class else given)
    return found.named if isinstance(found, DictObject) else {}


def _class_keywords(arguments: Arguments) -> dict[str, Value]:
    return {name: value for name, value in arguments.keywords.items() if name != "metaclass"}


def _made_by(run: Core, cls: ClassObject, meta: ClassObject, arguments: Arguments) -> None:
    """Call what the user's metaclass does when a class is made; `type.__new__` gives the class that there is already."""
    body = run.new_dict({Text.of(name): value for name, value in cls.vars.items()})
    given = Arguments([text(cls.name), TupleValue(cls.bases), body], _class_keywords(arguments))
    run.making.append(cls)
    try:
        for name, first in (("__new__", meta), ("__init__", cls)):
            if (method := find(meta, name)) is not None:
                run.call(function_in(method), given.before(first))
    finally:
        run.making.pop()


class Classes(Attributes):
    """`construct` and what it needs."""

    def instantiate(self, cls: ClassObject, arguments: Arguments) -> Value:
        """`cls(...)`, by its metaclass where that is the user's."""
        meta = cls.metaclass
        if isinstance(meta, ClassObject) and (method := find(meta, "__call__")) is not None:
            return self.call(BoundMethod(method, cls), arguments)
        return self.construct(cls, arguments)

    def construct(self, cls: ClassObject, arguments: Arguments) -> Value:
        """`__new__`, then `__init__`."""
        if is_enum(cls):
            return by_value(self, cls, arguments)
        if any(base.endswith(".TypedDict") for base in cls.external):
            return self.call(External("builtins.dict"), arguments)
        new = find(cls, "__new__")
        made = self.new_object(cls, arguments) if new is None else self.call(function_in(new), arguments.before(cls))
        for choice in choices(made):
            if isinstance(choice, Instance) and cls in choice.cls.order and not self._initialize(choice, cls, arguments):
                return FAILS if choice is made and arguments is not ANYTHING else made
        return made

    def new_object(self, cls: ClassObject, arguments: Arguments | None = None) -> Instance:
        """`object.__new__(cls)`."""
        return Instance(cls, {}, self.same_line(), set(), arguments if cls.external else None)

    def _initialize(self, value: Instance, cls: ClassObject, arguments: Arguments) -> bool:
        """Call `__init__`; False where only an exception comes out of it."""
        if (end := find(cls, "__del__")) is not None and any(frame.function is not None for frame in self.stack):
            self.hand(self.passed, BoundMethod(end, value))  # what modules keep, no Lambda ever lets go
        init = initializer(cls)
        if isinstance(init, ClassObject):
            fill(self, value, init, arguments)
        elif init is not None:
            return not ends(self.call(BoundMethod(init, value), arguments))
        elif cls.external:
            self.external_init(value, arguments)
        return True

    def external_init(self, value: Instance, arguments: Arguments) -> None:
        """`__init__` of an external base keeps what it is given. Implemented with the models."""
        raise NotImplementedError

    def any_instance(self, cls: ClassObject) -> Value:
        """An object of a class, made by code that is not analyzed."""
        return self.construct(cls, ANYTHING)
