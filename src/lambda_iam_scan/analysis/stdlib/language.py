"""Builtins about names, attributes, types and modules."""

from __future__ import annotations

import builtins

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects.enums import functional
from lambda_iam_scan.analysis.objects.operators import truth
from lambda_iam_scan.analysis.sdk.objects import dynamic_method
from lambda_iam_scan.analysis.stdlib.inspection import QUESTIONS, answered, has
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.contents import as_string
from lambda_iam_scan.analysis.values.holding import hold
from lambda_iam_scan.analysis.values.inheritance import find, linearized
from lambda_iam_scan.analysis.values.kinds import (
    ANY_BOOL,
    FALSE,
    NEVER,
    NONE,
    TRUE,
    Arguments,
    BoundMethod,
    ClassObject,
    Client,
    Const,
    Descriptor,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    ModuleObject,
    Partial,
    ResourceValue,
    SdkMethod,
    SessionObject,
    Str,
    Super,
    TupleValue,
    Unknown,
    Value,
    choices,
    elements,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join, present, tuple_of
from lambda_iam_scan.analysis.values.strings import as_text, literals
from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.text import Text


@model("builtins.getattr")
def _getattr(run: Core, function: External, arguments: Arguments) -> Value:
    target, name, default = first(arguments), first(arguments, "", 1), arguments.get("", 2)
    found: list[Value] = []
    missing = False
    for owner in choices(target):
        for choice in map(as_string, choices(name)):
            if not isinstance(choice, Str) or choice.literal is None:
                missing = True
                found.append(_unknown_attribute(run, owner, choice))
                continue
            there = True if default is None else has(run, owner, choice.literal)
            value = run.attribute(owner, choice.literal)
            missing = missing or there is not True
            if there or (there is None and not isinstance(value, Unknown)):
                found.append(value)
    return join(*([default] if missing and default is not None else []), *found)


def _unknown_attribute(run: Core, owner: Value, name: Value) -> Value:
    if isinstance(owner, (Client, ResourceValue, SessionObject)):
        return dynamic_method(run, owner, name)
    if isinstance(owner, (Instance, ModuleObject)):
        first_part, last_part = _ends(name)
        names = [key for key in _names(owner) if key.startswith(first_part) and key.endswith(last_part)]
        wanted = (*_CALLED, ClassObject) if isinstance(owner, ModuleObject) else _CALLED
        found = [value for key in names if isinstance(value := run.attribute(owner, key), wanted)]
        return join(*found) if found else Unknown("an attribute whose name is not known")
    return Unknown("an attribute whose name is not known")


_CALLED = (FunctionObject, BoundMethod, Partial, SdkMethod)


def _names(owner: Instance | ModuleObject) -> list[str]:
    """Names of an object's or a module's attributes, without special ones and properties, which reading would call."""
    if isinstance(owner, ModuleObject):
        return [key for key in owner.vars if not key.startswith("__")]
    of_class = {key: item for cls in reversed(owner.cls.order) for key, item in cls.vars.items()}
    plain = [key for key, item in of_class.items() if not isinstance(item, Descriptor) or not item.kind.endswith("property")]
    return [key for key in dict.fromkeys([*plain, *owner.attrs]) if key.isidentifier() and not key.startswith("__")]


def _ends(name: Value) -> tuple[str, str]:
    """How a name that is not wholly known begins and ends."""
    parts = name.text.parts if isinstance(name, Str) else ()
    if not parts:
        return "", ""
    return parts[0] if isinstance(parts[0], str) else "", parts[-1] if isinstance(parts[-1], str) else ""


@model("inspect.getmembers", "inspect.getmembers_static")
def _members(run: Core, function: External, arguments: Arguments) -> Value:
    """Pairs of name and value, those that the predicate accepts."""
    predicate = arguments.get("predicate", 1)
    pairs: list[Value] = []
    for owner in choices(first(arguments)):
        if not isinstance(owner, (Instance, ModuleObject, ClassObject)):
            return Unknown("members of something that is not known")
        names = list(dict.fromkeys(key for cls in owner.order for key in cls.vars)) if isinstance(owner, ClassObject) else _names(owner)
        for name in sorted(names):
            value = run.attribute(owner, name)
            if _accepted(run, predicate, value):
                pairs.append(tuple_of((text(name), value)))
    return run.new_list(pairs)


def _accepted(run: Core, predicate: Value | None, value: Value) -> bool:
    if predicate is None or predicate == NONE:
        return True
    if isinstance(predicate, External) and predicate.path in QUESTIONS:
        answer = answered(predicate.path, value)
        return isinstance(value, _CALLED) if answer is None else answer
    return run.call(predicate, Arguments([value])) != FALSE


@model("inspect.signature")
def _signature(run: Core, function: External, arguments: Arguments) -> Value:
    """What tells the names of a function's parameters."""
    bound = first(arguments, "callable")
    target = bound.function if isinstance(bound, BoundMethod) else bound
    if isinstance(target, ClassObject):
        bound, target = target, find(target, "__init__") or Unknown("no parameters")
    if not isinstance(target, FunctionObject):
        return Unknown("the parameters of something that is not known")
    names = [parameter[0] for parameter in target.code[1]][0 if bound is target else 1 :]
    parameters = run.new_dict({Text.of(name): Unknown(f"parameter {name}") for name in names})
    return run.call(External("types.SimpleNamespace"), Arguments([], {"parameters": parameters}))


@model("builtins.setattr")
def _setattr(run: Core, function: External, arguments: Arguments) -> Value:
    for name in literals(first(arguments, "", 1)):
        run.set_attribute(first(arguments), name, first(arguments, "", 2))
    return NONE


@model("builtins.hasattr")
def _hasattr(run: Core, function: External, arguments: Arguments) -> Value:
    names = literals(name := first(arguments, "", 1))
    found = {has(run, owner, one) for owner in choices(first(arguments)) for one in names}
    answer = found.pop() if len(found) == 1 and len(names) == len(choices(name)) else None
    return ANY_BOOL if answer is None else Const(answer)


@model("builtins.any", "builtins.all")
def _some_bool(run: Core, function: External, arguments: Arguments) -> Value:
    return ANY_BOOL


@model("builtins.issubclass")
def _issubclass(run: Core, function: External, arguments: Arguments) -> Value:
    value, kind = first(arguments), first(arguments, "", 1)
    if (answer := run.special(kind, "__subclasscheck__", value)) is not None:
        return answer if isinstance(answer, Const) else ANY_BOOL
    return TRUE if isinstance(value, ClassObject) and isinstance(kind, ClassObject) and kind in value.order else ANY_BOOL


@model("builtins.bool")
def _bool(run: Core, function: External, arguments: Arguments) -> Value:
    known = {truth(choice) for choice in choices(first(arguments))} if arguments.positional else {False}
    outcome = known.pop() if len(known) == 1 else None
    return ANY_BOOL if outcome is None else Const(outcome)


@model("builtins.isinstance")
def _isinstance(run: Core, function: External, arguments: Arguments) -> Value:
    value, kind = first(arguments), first(arguments, "", 1)
    if isinstance(kind, External) and kind.path in _BUILTINS and (known := _built_in(value, kind.path.rpartition(".")[2])) is not None:
        return Const(known)
    if isinstance(kind, External) and kind.path in _BUILTINS and not (isinstance(value, Instance) and value.cls.external):
        return FALSE if isinstance(value, (Instance, Client, ResourceValue, SessionObject, FunctionObject)) else ANY_BOOL
    if isinstance(kind, TupleValue) and kind.items:
        outcomes = {_isinstance(run, function, Arguments([value, item])) for item in kind.items}
        return TRUE if TRUE in outcomes else FALSE if outcomes == {FALSE} else ANY_BOOL
    if (answer := run.special(kind, "__instancecheck__", value)) is not None:
        return answer if isinstance(answer, Const) else ANY_BOOL
    if isinstance(kind, ClassObject) and isinstance(value, Instance):
        return TRUE if kind in value.cls.order else ANY_BOOL if value.cls.external or _hooked(kind) else FALSE
    if isinstance(kind, ClassObject) and isinstance(value, _NO_INSTANCE):
        return ANY_BOOL if _hooked(kind) else FALSE
    return ANY_BOOL


def _built_in(value: Value, name: str) -> bool | None:
    """Whether a value is of a builtin class; of sequences it is not known which they are."""
    if isinstance(value, Const):
        return isinstance(value.value, getattr(builtins, name))
    if isinstance(value, (Str, DictObject)):
        return name == ("str" if isinstance(value, Str) else "dict")
    if isinstance(value, (ListObject, TupleValue)):
        return None if name in _SEQUENCES else False
    return None


_SEQUENCES = frozenset({"list", "tuple", "set", "frozenset"})


def _hooked(cls: ClassObject) -> bool:
    """Whether a class decides itself what its instances are: protocols, virtual subclasses."""
    return any(base.endswith("Protocol") for base in cls.external) or isinstance(cls.metaclass, ClassObject)


_BUILTINS = frozenset(f"builtins.{name}" for name in ("str", "bytes", "int", "float", "bool", "dict", "list", "tuple", "set", "frozenset"))
_NO_INSTANCE = (Str, Const, DictObject, ListObject, TupleValue, Client, ResourceValue, SessionObject, FunctionObject)


@model("builtins.super")
def _super(run: Core, function: External, arguments: Arguments) -> Value:
    if len(arguments.positional) >= 2 and isinstance(arguments.positional[0], ClassObject):
        return join(*[Super(arguments.positional[0], receiver) for receiver in choices(arguments.positional[1])])
    for frame in reversed(run.stack):
        if frame.function is not None and frame.function.owner is not None and frame.receiver is not None:
            owner = frame.function.owner
            return join(*[Super(owner, receiver) for receiver in choices(frame.receiver)])
    return Unknown("super() outside a method")


@model("builtins.object().__new__", "builtins.object.__new__")
def _new(run: Core, function: External, arguments: Arguments) -> Value:
    return each(first(arguments), lambda cls: run.new_object(cls) if isinstance(cls, ClassObject) else Unknown("an object"))


@model("builtins.type().__call__")
def _type_call(run: Core, function: External, arguments: Arguments) -> Value:
    owner = function.argument("self", 99)
    return run.construct(owner, arguments) if isinstance(owner, ClassObject) else Unknown("an object")


@model("builtins.type().__new__", "builtins.type.__new__", "abc.ABCMeta.__new__", "enum.EnumMeta.__new__", "enum.EnumType.__new__")
def _type_new(run: Core, function: External, arguments: Arguments) -> Value:
    """The class that is being made; what the metaclass has added to its body is set on it."""
    made, body = run.making[-1] if run.making else None, arguments.get("", 3)
    if made is None or as_text(first(arguments, "", 1)).literal not in (made.name, None):
        return _type(run, function, Arguments(arguments.positional[1:]))
    for name, value in body.named.items() if isinstance(body, DictObject) else ():
        if made.vars.get(name) is not value:
            hold(value)
            made.vars[name] = present(value)
            run.changed(None)
    return made


@model("builtins.type().__init__", "builtins.type.__init__", "abc.ABCMeta.__init__", "enum.EnumMeta.__init__", "enum.EnumType.__init__")
def _type_init(run: Core, function: External, arguments: Arguments) -> Value:
    return NONE


@model("builtins.type().__subclasses__")
def _subclasses(run: Core, function: External, arguments: Arguments) -> Value:
    owner = function.argument("self", 99)
    return run.new_list(owner.children if isinstance(owner, ClassObject) else ())


@model("builtins.type")
def _type(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    if len(arguments.positional) == 1:
        return each(value, _class_of)
    bases, body = first(arguments, "", 1), arguments.get("", 2)
    names = body.named if isinstance(body, DictObject) else {}
    made = ClassObject(as_text(value).literal or "type()", tuple(elements(run.iterate(bases))), names, run.frame.module)
    run.own_texts = True
    made.order = linearized(made)
    return made


def _class_of(value: Value) -> Value:
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Str):
        return External("builtins.str")
    return External(f"builtins.{type(value.value).__name__}") if isinstance(value, Const) and value != NONE else Unknown("a class")


@model("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag")
def _enumeration(run: Core, function: External, arguments: Arguments) -> Value:
    return functional(run, function, arguments)


@model("enum.member", "enum.nonmember")
def _member(run: Core, function: External, arguments: Arguments) -> Value:
    """What they are given becomes a member, or none, when the class is made."""
    return External(f"{function.path}()", (("value", first(arguments)),), 1)


@model("builtins.object.__setattr__", "builtins.object().__setattr__")
def _object_setattr(run: Core, function: External, arguments: Arguments) -> Value:
    owner = function.argument("self", 99)
    given = arguments if owner is None or len(arguments.positional) > 2 else arguments.before(owner)
    for name in literals(first(given, "", 1)):
        run.store_attribute(first(given), name, first(given, "", 2))
    return NONE


@model("builtins.delattr")
def _delattr(run: Core, function: External, arguments: Arguments) -> Value:
    for name in literals(first(arguments, "", 1)):
        run.delete_attribute(first(arguments), name)
    return NONE


@model(
    "builtins.object().__init__",
    "builtins.object().__init_subclass__",
)
def _nothing(run: Core, function: External, arguments: Arguments) -> Value:
    return NONE


@model(
    "functools.cached_property",
    "django.utils.functional.cached_property",
    "cached_property.cached_property",
    "boltons.cacheutils.cachedproperty",
    "werkzeug.utils.cached_property",
)
def _cached_property(run: Core, function: External, arguments: Arguments) -> Value:
    return Descriptor("cached property", first(arguments, "func"))


@model("builtins.property", "abc.abstractproperty")
def _property(run: Core, function: External, arguments: Arguments) -> Value:
    return Descriptor("property", first(arguments, "fget"), arguments.get("fset", 1), arguments.get("fdel", 2))


@model("builtins.staticmethod", "abc.abstractstaticmethod")
def _staticmethod(run: Core, function: External, arguments: Arguments) -> Value:
    return Descriptor("staticmethod", first(arguments))


@model("builtins.classmethod", "abc.abstractclassmethod")
def _classmethod(run: Core, function: External, arguments: Arguments) -> Value:
    return Descriptor("classmethod", first(arguments))


@model("builtins.vars")
def _vars(run: Core, function: External, arguments: Arguments) -> Value:
    return run.attribute(first(arguments), "__dict__") if arguments.positional else Unknown("the variables")


@model("builtins.globals", "builtins.locals")
def _globals(run: Core, function: External, arguments: Arguments) -> Value:
    frame = run.frame
    of_module = function.path.endswith("globals")
    store = frame.module.vars if of_module else frame.scope.vars
    made = run.new_dict({Text.of(name): value for name, value in store.items()})
    made.owner = frame.module if of_module else None
    return made


@model("sys.exit", "builtins.exit", "builtins.quit", "os._exit", "os.abort")
def _exit(run: Core, function: External, arguments: Arguments) -> Value:
    return NEVER


@model("builtins.exec", "builtins.eval", "builtins.compile")
def _dynamic_code(run: Core, function: External, arguments: Arguments) -> Value:
    if function.path != "builtins.compile":
        run.gap(GapKind.DYNAMIC_CODE, f"{function.path[9:]} runs code that is not in any file")
    return Unknown("result of code that is not in any file")
