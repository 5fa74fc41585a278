"""What is put into things that are not analyzed - the event, an application's state, an object of a package - and read from there again.

An item's name begins with a bracket, so that it is told from an attribute. Values that nobody could miss are forgotten, as before; what
is never read again has gone where nobody looks, as if it had been passed there.
"""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.modules.knowledge import is_harmless, top_package
from lambda_iam_scan.analysis.values.holding import hold, within
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    BoundMethod,
    ClassObject,
    Client,
    CollectionValue,
    External,
    FunctionObject,
    Instance,
    Paginator,
    Partial,
    ResourceValue,
    SdkMethod,
    SessionObject,
    Unknown,
    Value,
    Waiter,
    choices,
)
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.analysis.values.strings import literals

_MISSED = (
    *(FunctionObject, BoundMethod, Partial, SdkMethod, Instance, ClassObject),
    *(Client, ResourceValue, CollectionValue, SessionObject, Paginator, Waiter),
)
"""Kinds of values that may lead to requests."""
READING = ("get", "pop")
"""Methods that give an item."""
GIVEN = "called by code that is not analyzed"
"""What unseen code gives to the functions that it calls, which may well be its own application, known elsewhere by another name."""
_MADE = "an object of a package"
_PROXIES = {"flask.current_app": "flask.Flask()", "quart.current_app": "quart.Quart()"}
"""Names for an application that is made elsewhere: https://flask.palletsprojects.com/en/stable/appcontext/"""
_USED_BY_OTHERS = frozenset({"boto3", "botocore", "dependency_injector"})
"""Packages that make no requests but for those who ask them."""


def put(run: Core, owner: Unknown | External, name: str, new: Value) -> None:
    """`owner.name = new`, or an item's."""
    missed = _may_be_missed(new)
    if isinstance(owner, Unknown) and not missed:
        return
    for place in _written(owner) if missed else (_place(owner),):
        old = run.external_state.get((place, name))
        joined = new if old is None else join(old, new)
        if joined != old:
            hold(new)
            run.external_state[place, name] = joined
            run.changed(None)
    if missed:
        _leave(run, owner, name, new)


def put_item(run: Core, owner: Unknown | External, index: Value, new: Value) -> None:
    """`owner[index] = new`; under a key that is not known, nobody finds it."""
    for key in literals(index) or ("",):
        put(run, owner, f"[{key}", new)


def read(run: Core, owner: Unknown | External, name: str) -> Value | None:
    """What `owner.name` may be because it was set, None when it was not."""
    own = run.external_state.get((_place(owner), name))
    found = [own, *(run.external_state.get((place, name)) for place in _alike(owner))]
    if not any(found):
        return None
    run.taken.add(name)
    if isinstance(owner, Unknown):
        return join(*found, owner)
    return own or join(*found, Unknown("part of a value") if name.startswith("[") else External(f"{owner.path}.{name}", owner.args))


def read_item(run: Core, owner: Unknown | External, index: Value) -> Value | None:
    """The same of `owner[index]`."""
    found = [value for key in literals(index) if (value := read(run, owner, f"[{key}")) is not None]
    return join(*found) if found else None


def call(run: Core, function: External, arguments: Arguments) -> Value | None:
    """`config.get("NAME")` of an application, as far as it was set."""
    path, _, method = function.path.rpartition(".")
    return got(run, External(path, function.args), arguments) if run.left and method in READING else None


def got(run: Core, owner: Unknown | External, arguments: Arguments) -> Value | None:
    """What a method gives that reads an item, None where nothing was put there."""
    found = read_item(run, owner, arguments.get("key", 0) or Unknown("no key"))
    return None if found is None else join(found, arguments.get("default", 1))


def _place(owner: Unknown | External) -> str:
    if isinstance(owner, Unknown):
        return owner.reason
    proxy = next((name for name in _PROXIES if owner.path.startswith(name)), None)
    return owner.path if proxy is None else owner.path.replace(proxy, _PROXIES[proxy], 1)


def _written(owner: Unknown | External) -> tuple[str, ...]:
    place = _place(owner)
    return (place, _MADE) if isinstance(owner, External) and "()" in place else (place,)


def _alike(owner: Unknown | External) -> tuple[str, ...]:
    """Where else something may be kept: in an application that is given to one who has it by name, or the other way round."""
    if isinstance(owner, Unknown):
        return (_MADE,) if owner.reason == GIVEN else ()
    return (GIVEN,) if "()" in _place(owner) else ()


def _may_be_missed(value: Value) -> bool:
    """Whether a value, or something in it, may lead to requests."""
    return any(isinstance(choice, _MISSED) for choice in within([value]))


def _leave(run: Core, owner: Unknown | External, name: str, new: Value) -> None:
    """Unseen code may find it: functions are called there where nothing else does, and the rest is looked at in the end."""
    path = f"something unknown ({owner.reason})" if isinstance(owner, Unknown) else owner.path
    if is_harmless(path) or top_package(path) in _USED_BY_OTHERS:
        return
    for choice in choices(new):
        if isinstance(choice, FunctionObject) or (isinstance(choice, BoundMethod) and isinstance(choice.function, FunctionObject)):
            run.hand(run.registered, choice)
        elif isinstance(choice, Instance) and (method := find(choice.cls, "__call__")) is not None:
            run.hand(run.registered, BoundMethod(method, choice))
    run.hand(run.left.setdefault((path, name), {}), new)
