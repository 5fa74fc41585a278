"""Classes, objects and modules: how they are made, and what reading and setting their attributes gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects import outside
from lambda_iam_scan.analysis.objects.enums import by_value, make_members, mapping
from lambda_iam_scan.analysis.records.fields import declare, described
from lambda_iam_scan.analysis.records.making import fill, filling
from lambda_iam_scan.analysis.sdk import objects as sdk
from lambda_iam_scan.analysis.sdk import sessions
from lambda_iam_scan.analysis.values.externals import origin
from lambda_iam_scan.analysis.values.holding import is_changeable
from lambda_iam_scan.analysis.values.inheritance import declared, find, function_in, initializer, is_enum, is_tuple, linearized, record_of
from lambda_iam_scan.analysis.values.kinds import (
    ANYTHING,
    FAILS,
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    Client,
    CollectionValue,
    Const,
    Credentials,
    Descriptor,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Model,
    ModuleObject,
    NamespacePackage,
    Paginator,
    Partial,
    ResourceValue,
    Result,
    Scope,
    SdkMethod,
    SessionObject,
    Str,
    Super,
    TupleValue,
    Union,
    Unknown,
    Value,
    Waiter,
    Wrapped,
    choices,
    ends,
    given,
    hole,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join, tuple_of
from lambda_iam_scan.model.text import Text

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.facts.ir import Node

_MODELLED = (Const, ListObject, DictObject, TupleValue, Result, Descriptor, Partial)
_SDK = (Client, SessionObject, ResourceValue, CollectionValue, Paginator, Waiter, Credentials, SdkMethod)
_PARTS_OF_PATHS = ("name", "stem", "suffix", "parent")
"""Attributes of paths, which are kept as strings."""
_OF_TUPLES = {"_replace": "dataclasses.replace", "_asdict": "dataclasses.asdict"}
"""Methods of named tuples, and the functions that do the same."""
_MEMBERS = {"__members__": "name", "_value2member_map_": "value"}
"""Attributes of enumerations that have all members, and what by."""
_FIELDS = ("_fields", "__dataclass_fields__", "__attrs_attrs__", "model_fields", "__fields__")
"""Attributes of named tuples, dataclasses, attrs and pydantic models that say what fields there are."""
_BINDING = (
    "contextlib.contextmanager()",
    "contextlib.asynccontextmanager()",
    "functools.singledispatchmethod()",
)


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


class Classes(Core):
    """`attribute`, `set_attribute` and making objects."""

    # -- reading

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`."""
        read = _READS.get(type(value))
        return Unknown(f"attribute {name}") if read is None else read(self, value, name)

    def _attribute_of_each(self, value: Union, name: str) -> Value:
        return join(*[self.attribute(choice, name) for choice in given(value)])

    def _package_attribute(self, value: NamespacePackage, name: str) -> Value:
        return self.import_module(f"{value.name}.{name}")

    def _text_attribute(self, value: Str, name: str) -> Value:
        if name not in _PARTS_OF_PATHS:
            return Model(value, name)
        return hole("part of a path") if value.literal is None else text(str(getattr(PurePosixPath(value.literal), name)))

    def _unknown_attribute(self, value: Unknown, name: str) -> Value:
        if not self.left:
            return value
        return Model(value, name) if name in outside.READING else outside.read(self, value, name) or value

    def external_attribute(self, value: External, name: str) -> Value:
        """An attribute of something external. Implemented with the models."""
        raise NotImplementedError

    def _module_attribute(self, module: ModuleObject, name: str) -> Value:
        if name in module.vars:
            return module.vars[name]
        if name == "__dict__":
            return self.new_dict({Text.of(key): value for key, value in module.vars.items()})
        below = self.import_module(f"{module.name}.{name}") if module.path.endswith("__init__.py") else None
        if below is not None and not isinstance(below, External):
            return below
        fallback = module.vars.get("__getattr__")
        if fallback is not None:
            return self.call(fallback, Arguments([text(name)]))
        return Unknown(f"{module.name} does not define {name}")

    def _function_attribute(self, value: FunctionObject | BoundMethod, name: str) -> Value:
        if isinstance(value, BoundMethod):
            if name == "__self__":
                return value.receiver
            return value.function if name == "__func__" else self.attribute(value.function, name)
        if name in value.attrs:
            return value.attrs[name]
        if name in ("__name__", "__qualname__"):
            return text(value.name)
        if name in ("__wrapped__", "func", "fn", "original_func"):
            return value
        return Model(value, name)

    def _instance_attribute(self, value: Instance, name: str) -> Value:
        on_class = find(value.cls, name)
        if isinstance(on_class, Descriptor) and on_class.kind == "property":
            return self.call(on_class.function, Arguments([value]))
        if isinstance(on_class, Instance) and find(on_class.cls, "__set__") is not None and find(on_class.cls, "__get__") is not None:
            return self.bound(on_class, value, value.cls)
        own = value.attrs.get(name)
        if isinstance(on_class, Descriptor) and on_class.kind == "cached property":
            return self._cached_property(value, name, on_class, own)
        if own is not None and (on_class is None or name in value.sure or isinstance(on_class, (FunctionObject, Descriptor))):
            return own
        if on_class is not None:
            bound = self.bound(on_class, value, value.cls)
            return bound if own is None else join(own, bound)
        if name == "__class__":
            return value.cls
        if (described := self._described(value.cls, name)) is not None:
            return described
        if name in _OF_TUPLES and is_tuple(value.cls):
            return Partial(External(_OF_TUPLES[name]), (value,), ())
        if name == "__dict__":
            made = self.new_dict({Text.of(key): item for key, item in value.attrs.items() if key.isidentifier()})
            made.owner = value
            return made
        return self._missing_attribute(value, name)

    def _cached_property(self, value: Instance, name: str, found: Descriptor, own: Value | None) -> Value:
        """What the function gives, kept from then on: whatever is done to it is done to the attribute."""
        if own is not None and (name in value.sure or is_changeable(own)):
            return own
        self._set(value, name, self.call(found.function, Arguments([value])))
        return value.attrs[name]

    def _missing_attribute(self, value: Instance, name: str) -> Value:
        if name == "__attrs_init__" and (record := record_of(value.cls)) is not None:
            return BoundMethod(filling(record), value)
        if (inherited := self.inherited_method(value, name)) is not None:
            return inherited
        fallback = find(value.cls, "__getattr__") or find(value.cls, "__getattribute__")
        if fallback is not None and not (name.startswith("__") and name.endswith("__")):
            return self.call(BoundMethod(fallback, value), Arguments([text(name)]))
        if name == "args" and value.made is not None:
            return tuple_of(value.made.positional) if value.made.more is None else self.new_list(value.made.positional, value.made.more)
        if (known := self.annotated(declared(value.cls, name), value.cls.module.scope)) is not None:
            return known
        external = value.cls.external
        if name == "__call__" and (base := next((base for base in external if base.endswith("ContextDecorator")), None)) is not None:
            return External(f"{base}().__call__", (("self", value),))
        if external and not (name.startswith("__") and name.endswith("__")):
            return External(f"{external[0]}().{name}", (("self", value),))
        return Unknown(f"{value.cls.name}.{name} is not set")

    def bound(self, attribute: Value, receiver: Value, cls: ClassObject) -> Value:
        """A class attribute read through an object."""
        if isinstance(attribute, FunctionObject):
            return BoundMethod(attribute, receiver)
        if isinstance(attribute, Union):
            return each(attribute, lambda choice: self.bound(choice, receiver, cls))
        if isinstance(attribute, Descriptor):
            if attribute.kind.endswith("property"):
                return self.call(attribute.function, Arguments([receiver]))
            if attribute.kind == "partialmethod":
                return each(attribute.function, lambda choice: self._bound_partial(choice, receiver, cls))
            return BoundMethod(attribute.function, cls) if attribute.kind == "classmethod" else attribute.function
        if isinstance(attribute, External) and attribute.path in _BINDING:
            return BoundMethod(attribute, receiver)
        if isinstance(attribute, Instance) and (getter := find(attribute.cls, "__get__")) is not None:
            return self.call(BoundMethod(getter, attribute), Arguments([receiver, cls]))
        return attribute

    def _bound_partial(self, value: Value, receiver: Value, cls: ClassObject) -> Value:
        if not isinstance(value, Partial):
            return value
        return Partial(self.bound(value.function, receiver, cls), value.args, value.keywords, value.depth)

    def _class_attribute(self, cls: ClassObject, name: str) -> Value:
        found = find(cls, name)
        if found is not None:
            if isinstance(found, (Descriptor, Instance)) and not (isinstance(found, Descriptor) and found.kind.endswith("property")):
                return found if isinstance(found, Instance) and found.cls is cls else self._read_from_class(found, cls)
            return found
        if name in ("__name__", "__qualname__"):
            return text(cls.name)
        if name == "__init__" and isinstance(init := initializer(cls), ClassObject):
            return filling(init)
        if name == "_make" and is_tuple(cls):
            return External("typing.NamedTuple()._make", (("self", cls),))
        if isinstance(cls.metaclass, ClassObject) and (inherited := find(cls.metaclass, name)) is not None:
            return self.bound(inherited, cls, cls.metaclass)
        if isinstance(cls.metaclass, ClassObject) and not name.startswith("__") and (fallback := find(cls.metaclass, "__getattr__")):
            return self.call(BoundMethod(fallback, cls), Arguments([text(name)]))
        if (described := self._described(cls, name)) is not None:
            return described
        if name == "__dict__":
            made = self.new_dict({Text.of(key): item for key, item in cls.vars.items()})
            made.owner = cls
            return made
        if name in _MEMBERS and is_enum(cls):
            return mapping(self, cls, _MEMBERS[name])
        if name == "__subclasses__":
            return External("builtins.type().__subclasses__", (("self", cls),))
        if cls.external or name in ("__new__", "__init__", "mro", "__doc__", "__module__"):
            return External(f"{(cls.external or ('builtins.object',))[0]}.{name}", (("self", cls),))
        return Unknown(f"{cls.name} has no attribute {name}")

    def _described(self, cls: ClassObject, name: str) -> Value | None:
        """What a class tells of its own fields."""
        if name == "__annotations__" and cls.annotations:
            return self.new_dict({Text.of(key): Unknown(f"the annotation of {key}") for key in cls.annotations})
        record = record_of(cls) if name in _FIELDS else None
        if record is None:
            return None
        names = [field.name for field in record.fields]
        return TupleValue(tuple(map(text, names))) if name == "_fields" else self.new_dict({Text.of(key): described(key) for key in names})

    def _read_from_class(self, found: Descriptor | Instance, cls: ClassObject) -> Value:
        if isinstance(found, Descriptor):
            return BoundMethod(found.function, cls) if found.kind == "classmethod" else found.function
        getter = find(found.cls, "__get__")
        return found if getter is None else self.call(BoundMethod(getter, found), Arguments([NONE, cls]))

    def _super_attribute(self, value: Super, name: str) -> Value:
        receiver = value.receiver
        cls = receiver.cls if isinstance(receiver, Instance) else receiver
        if not isinstance(cls, ClassObject):
            return Unknown("super() of an unknown object")
        found = find(cls, name, value.owner)
        if name == "__init__" and isinstance(init := initializer(cls, value.owner), ClassObject):
            return BoundMethod(filling(init), receiver)
        if found is None and isinstance(receiver, ClassObject) and isinstance(receiver.metaclass, ClassObject):
            found = find(receiver.metaclass, name, value.owner) if value.owner in receiver.metaclass.order else None
        if found is not None:
            if name == "__new__" and isinstance(found, FunctionObject):
                return found
            return self.bound(found, receiver, cls)
        external = next((base.path for base in value.owner.bases if isinstance(base, External)), "builtins.object")
        if self._is_metaclass(value.owner, cls):
            external = "builtins.type"
        return External(f"{external}().{name}", (("self", receiver),))

    def _is_metaclass(self, owner: ClassObject, cls: ClassObject) -> bool:
        """Whether a class makes classes: the one being made now, or the one that a method was called on."""
        made = [*self.making[-1:], cls]
        return any(isinstance(one.metaclass, ClassObject) and owner in one.metaclass.order for one in made)

    # -- setting

    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        """`value.name = new`."""
        self.writes[name] = self.writes.get(name, 0) + 1
        for choice in self.each_choice(value):
            self._set(choice, name, new)

    def store_attribute(self, value: Value, name: str, new: Value) -> None:
        """The same as an object without `__setattr__` of its own does it."""
        self.writes[name] = self.writes.get(name, 0) + 1
        for choice in self.each_choice(value):
            if isinstance(choice, Instance):
                self._set_on_instance(choice, name, new)
            else:
                self._set(choice, name, new)

    def keep_attribute(self, owner: Value, name: str, new: Value) -> None:
        """`owner.__dict__[name] = new`: neither descriptors nor `__setattr__` take part in it."""
        if isinstance(owner, Instance):
            self._keep(owner, name, new)
        else:
            self.set_attribute(owner, name, new)

    def delete_attribute(self, value: Value, name: str) -> None:
        """`del value.name`: what the attribute was stays one possibility."""
        for choice in self.each_choice(value):
            on_class = find(choice.cls, name) if isinstance(choice, Instance) else None
            if isinstance(on_class, Descriptor) and on_class.deleter is not None:
                self.call(on_class.deleter, Arguments([choice]))
            elif isinstance(on_class, Instance):
                self.special(on_class, "__delete__", choice)
            else:
                self.special(choice, "__delattr__", text(name))
                self._may_be_gone(choice, name)

    def _may_be_gone(self, value: Value, name: str) -> None:
        if isinstance(value, Instance) and name in value.sure:
            value.sure.discard(name)
            self.changed(value.control)

    def _set(self, value: Value, name: str, new: Value) -> None:
        if isinstance(value, Instance):
            self.special(value, "__setattr__", text(name), new)
            self._set_on_instance(value, name, new)
        elif isinstance(value, (ClassObject, ModuleObject)):
            self.update(value.vars, name, new, None)
        elif isinstance(value, FunctionObject):
            self.update(value.attrs, name, new, None)
        elif isinstance(value, SessionObject):
            sessions.set_on_session(self, value, name, new)
        elif isinstance(value, (External, Unknown)):
            outside.put(self, value, name, new)

    def _set_on_instance(self, value: Instance, name: str, new: Value) -> None:
        on_class = find(value.cls, name)
        if isinstance(on_class, Descriptor) and on_class.kind == "property":
            if on_class.setter is not None:
                self.call(on_class.setter, Arguments([value, new]))
            return
        if isinstance(on_class, Instance) and (setter := find(on_class.cls, "__set__")) is not None:
            self.call(BoundMethod(setter, on_class), Arguments([value, new]))
            return
        self._keep(value, name, new)

    def _keep(self, value: Instance, name: str, new: Value) -> None:
        if isinstance(new, (Unknown, External)):
            new = self.believed(new, declared(value.cls, name), value.cls.module.scope)
        fresh = self.fresh(value.control)
        if fresh:
            value.sure.add(name)
        self.update(value.attrs, name, new, value.control, sure=fresh)

    # -- making objects

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


_READS: dict[type, Callable[[Classes, Any, str], Value]] = {
    Union: Classes._attribute_of_each,
    Instance: Classes._instance_attribute,
    ModuleObject: Classes._module_attribute,
    External: lambda run, value, name: run.external_attribute(value, name),
    ClassObject: Classes._class_attribute,
    Super: Classes._super_attribute,
    NamespacePackage: Classes._package_attribute,
    FunctionObject: Classes._function_attribute,
    BoundMethod: Classes._function_attribute,
    Wrapped: lambda run, value, name: sdk.meta(value.value, name) if value.kind == "meta" else Model(value, name),
    Str: Classes._text_attribute,
    Unknown: Classes._unknown_attribute,
    **dict.fromkeys(_SDK, sdk.attribute),
    **dict.fromkeys(_MODELLED, lambda run, value, name: Model(value, name)),
}
"""What reading an attribute gives, by the kind of value."""
