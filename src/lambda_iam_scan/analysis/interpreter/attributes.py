"""Attributes of objects, classes and modules: what reading and setting them gives and runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects import outside
from lambda_iam_scan.analysis.objects.enums import mapping
from lambda_iam_scan.analysis.records.fields import described
from lambda_iam_scan.analysis.records.making import filling
from lambda_iam_scan.analysis.sdk import objects as sdk
from lambda_iam_scan.analysis.sdk import sessions
from lambda_iam_scan.analysis.values.holding import is_changeable
from lambda_iam_scan.analysis.values.inheritance import declared, find, initializer, is_enum, is_tuple, record_of
from lambda_iam_scan.analysis.values.kinds import (
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
    given,
    hole,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join, tuple_of
from lambda_iam_scan.model.text import Text

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


class Attributes(Core):
    """`attribute`, `set_attribute` and their kind."""

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


_READS: dict[type, Callable[[Attributes, Any, str], Value]] = {
    Union: Attributes._attribute_of_each,
    Instance: Attributes._instance_attribute,
    ModuleObject: Attributes._module_attribute,
    External: lambda run, value, name: run.external_attribute(value, name),
    ClassObject: Attributes._class_attribute,
    Super: Attributes._super_attribute,
    NamespacePackage: Attributes._package_attribute,
    FunctionObject: Attributes._function_attribute,
    BoundMethod: Attributes._function_attribute,
    Wrapped: lambda run, value, name: sdk.meta(value.value, name) if value.kind == "meta" else Model(value, name),
    Str: Attributes._text_attribute,
    Unknown: Attributes._unknown_attribute,
    **dict.fromkeys(_SDK, sdk.attribute),
    **dict.fromkeys(_MODELLED, lambda run, value, name: Model(value, name)),
}
"""What reading an attribute gives, by the kind of value."""
