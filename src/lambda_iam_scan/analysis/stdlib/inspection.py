"""What is asked about functions, classes and modules without calling them. Source: the documentation of `inspect`, `asyncio`, `typing`."""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.facts.ir import ASYNC, GENERATOR, binds
from lambda_iam_scan.analysis.sdk.objects import exists
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.inheritance import declared, find
from lambda_iam_scan.analysis.values.kinds import (
    ANY_BOOL,
    CACHED,
    NONE,
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
    Paginator,
    Partial,
    ResourceValue,
    SdkMethod,
    SessionObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    Waiter,
    choices,
    hole,
)

_DATA = (Str, Const, TupleValue, ListObject, DictObject, Client, ResourceValue, SessionObject, Paginator, Waiter)
_OTHERS = (*_DATA, Instance)
"""What is neither a function nor a class nor a module; of these, only an object can be called."""
Question = Callable[[Value], bool | None]


def _has_flags(wanted: int) -> Question:
    """Whether a function, or what a method or partial calls, is written so: with `async`, with `yield`."""

    def asked(value: Value) -> bool | None:
        while isinstance(value, (BoundMethod, Partial)):
            value = value.function
        if isinstance(value, FunctionObject):
            return bool(value.code[3] & (ASYNC | GENERATOR) == wanted)
        return False if isinstance(value, (ClassObject, ModuleObject, *_OTHERS)) else None

    return asked


def _is(*kinds: type) -> Question:
    """Whether a value is of a kind."""

    def asked(value: Value) -> bool | None:
        if isinstance(value, FunctionObject) and CACHED in value.attrs:
            return None  # what keeps results is a function for some packages, and an object for others
        if isinstance(value, kinds):
            return True
        return False if isinstance(value, (FunctionObject, BoundMethod, Partial, ClassObject, ModuleObject, *_OTHERS)) else None

    return asked


def _can_be_called(value: Value) -> bool | None:
    if isinstance(value, (FunctionObject, BoundMethod, Partial, ClassObject, SdkMethod)):
        return True
    if isinstance(value, Instance):
        return True if find(value.cls, "__call__") is not None else None if value.cls.external else False
    return False if isinstance(value, (ModuleObject, *_DATA)) else None


def _not_known(value: Value) -> bool | None:
    """Of what a call gives: coroutines are executed when they are called, so that it is not told apart from what they return."""
    return None


QUESTIONS: dict[str, Question] = {
    "inspect.iscoroutinefunction": _has_flags(ASYNC),
    "asyncio.iscoroutinefunction": _has_flags(ASYNC),
    "inspect.isgeneratorfunction": _has_flags(GENERATOR),
    "inspect.isasyncgenfunction": _has_flags(ASYNC | GENERATOR),
    "inspect.isfunction": _is(FunctionObject),
    "inspect.ismethod": _is(BoundMethod),
    "inspect.isroutine": _is(FunctionObject, BoundMethod),
    "inspect.isclass": _is(ClassObject),
    "inspect.ismodule": _is(ModuleObject),
    "builtins.callable": _can_be_called,
    **dict.fromkeys(("asyncio.iscoroutine", "asyncio.isfuture", "inspect.isawaitable", "inspect.iscoroutine"), _not_known),
}


def answered(path: str, value: Value) -> bool | None:
    """What a predicate says of a value; None when it may say either."""
    found = {QUESTIONS[path](choice) for choice in choices(value)}
    return found.pop() if len(found) == 1 else None


@model(*QUESTIONS)
def _asked(run: Core, function: External, arguments: Arguments) -> Value:
    answer = answered(function.path, first(arguments, "obj"))
    return ANY_BOOL if answer is None else Const(answer)


@model("inspect.getdoc", "inspect.getsource", "inspect.getfile", "inspect.getsourcefile", "inspect.getcomments", "inspect.cleandoc")
def _described(run: Core, function: External, arguments: Arguments) -> Value:
    return hole("what is written of something")


@model(
    "inspect.getmodule",
    "inspect.getfullargspec",
    "inspect.getcallargs",
    "typing.get_type_hints",
    "typing_extensions.get_type_hints",
    "inspect.get_annotations",
)
def _parts(run: Core, function: External, arguments: Arguments) -> Value:
    return Unknown(f"what {function.path} says of something")


@model("inspect.unwrap", "functools.update_wrapper")
def _itself(run: Core, function: External, arguments: Arguments) -> Value:
    """What is wrapped is called by what wraps it: to call that calls both."""
    return first(arguments, "func" if function.path == "inspect.unwrap" else "wrapper")


def has(run: Core, owner: Value, name: str) -> bool | None:
    """Whether something has an attribute; None when it may have it or not."""
    if isinstance(owner, Instance):
        on_class = find(owner.cls, name)
        if isinstance(on_class, Descriptor) and on_class.kind.endswith("property"):
            return None  # what it calls may say that there is none
        if name in owner.sure or name in _OF_ALL or on_class is not None:
            return True
        return None if _may_be_set(run, owner, name) else False
    if isinstance(owner, ClassObject):
        return True if name in _OF_ALL or find(owner, name) is not None else None
    if isinstance(owner, ModuleObject):
        return True if name in owner.vars and any(name in binds(statement) for statement in owner.facts.body) else None
    if isinstance(owner, (Client, ResourceValue)) and not name.startswith("_"):
        return True if exists(run, SdkMethod(owner, name)) else None
    return False if owner == NONE and not name.startswith("__") else None


_OF_ALL = frozenset({"__class__", "__dict__", "__doc__", "__module__"})


def _may_be_set(run: Core, owner: Instance, name: str) -> bool:
    """Whether an object may have an attribute that nothing is seen to set: one that others know, or have made."""
    if name in owner.attrs or name in run.writes or not run.fresh(owner.control) or name.startswith("__"):
        return True
    if owner.cls.external or any(cls.children or "__getattr__" in cls.vars or "__getattribute__" in cls.vars for cls in owner.cls.order):
        return True
    return any(cls.record is not None for cls in owner.cls.order) or declared(owner.cls, name) is not None
