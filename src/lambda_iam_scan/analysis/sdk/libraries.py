"""Calls into packages that use AWS on the code's behalf, by the rows of rules/libraries/ (format: rules/libraries/README.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from lambda_iam_scan.analysis.sdk.convert import argument
from lambda_iam_scan.analysis.sdk.parameters import fields_at
from lambda_iam_scan.analysis.sdk.patterns import CONVERTERS, matches, may_be_text
from lambda_iam_scan.analysis.sdk.principals import assumed, of_key
from lambda_iam_scan.analysis.values.externals import made
from lambda_iam_scan.analysis.values.kinds import (
    ANYTHING,
    NONE,
    Absent,
    Arguments,
    ClassObject,
    Client,
    Const,
    Credentials,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    ModuleObject,
    Partial,
    ResourceValue,
    SessionObject,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    choices,
    elements,
    text,
)
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.analysis.values.strings import as_text
from lambda_iam_scan.model.code import EXECUTION_ROLE, GapKind, Principal
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import Tables

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.core import Core

_Row = Mapping[str, Any]
_NO_ARGUMENTS = Arguments()


def call(run: Core, function: External, arguments: Arguments) -> Value | None:
    """What a row says of a call, or None when no row speaks of it."""
    if function.path.endswith("().__init__"):
        return _initialized(run, function, arguments)
    library = _library(run.tables, _package(function.path))
    if library is None:
        _uses_aws(run, function.path)
        return None
    called = _Called(run, function, arguments)
    for row in _rows(library, _renamed(library, function.path)):
        if "when" not in row or _cases(called, row):
            return _follow(called, row)
    if "unlisted" in library and not function.path.endswith("()"):
        run.gap(GapKind.UNKNOWN_LIBRARY, f"{_shown(function.path)} may use AWS, and no rule says how", *library["unlisted"])
    return None


def decorate(run: Core, decorator: External, decorated: Value) -> Value | None:
    """What a package's decorator does at once, and the function it makes where that takes other arguments; None where it does not."""
    library = _library(run.tables, _package(decorator.path))
    if library is None:
        _uses_aws(run, decorator.path)
        return None
    called = _Called(run, decorator, Arguments([decorated]))
    row = next(iter(_rows(library, _renamed(library, decorator.path))), None)
    if row is None:
        return None
    _operations(called, row)
    given = tuple(_object(name) for name in row.get("gives", ()))
    if row.get("returns") == "partial":
        return Partial(decorated, given, ())
    if given and isinstance(decorated, FunctionObject):
        run.hand(run.passed, Partial(decorated, given, ()))
    return None


def read(run: Core, value: External, name: str) -> Value | None:
    """What a row says of an attribute that calls AWS when it is read (a property), or that is something an object was made with."""
    library = run.tables.library(_package(value.path)) if "()" in value.path else None
    if library is None or "reads" not in library:
        return None
    attribute = External(f"{value.path}.{name}", value.args)
    called = _Called(run, attribute, _NO_ARGUMENTS)
    row = next(_rows(library, _renamed(library, attribute.path), "reads"), None)
    return None if row is None else _follow(called, row)


def known(tables: Tables, path: str) -> bool:
    """Whether something is written down of a package: what it calls, that it uses AWS, or that it does not."""
    package = _package(path)
    public = (tables.library("_public") or {}).get("public", ())
    return _library(tables, package) is not None or package in public or _listed(tables, path) is not None


def imported(run: Core, name: str) -> None:
    """A package that changes what AWS clients do as soon as it is imported."""
    library = run.tables.library(_package(name))
    if library is not None and "imported" in library:
        run.gap(GapKind.UNKNOWN_LIBRARY, f"{_package(name)} changes what clients call, and no rule says how", *library["imported"])


def item(run: Core, value: External) -> Value | None:
    """An item of an object of a package whose objects' items are such objects (a part of a data frame)."""
    library = run.tables.library(_package(value.path))
    return value if library is not None and library.get("items") and "()" in value.path else None


def annotated(tables: Tables, path: str) -> External | None:
    """An object of the class that an annotation names, where rows speak of its methods."""
    library = tables.library(_package(path))
    if library is None:
        return None
    name = _renamed(library, path)
    known = any(form.startswith(f"{name}().") for row in library.get("calls", ()) for form in _forms(row))
    return External(f"{name}()") if known else None


def _initialized(run: Core, function: External, arguments: Arguments) -> Value | None:
    """`super().__init__(...)` of a class derived from a package's: that is what its object was made with."""
    receiver = function.argument("self", 99)
    if isinstance(receiver, Instance) and receiver.made != arguments:
        receiver.made = arguments
    call(run, External(function.path.removesuffix("().__init__")), arguments)
    return None


# ---------------------------------------------------------------- finding rows


def _library(tables: Tables, package: str) -> _Row | None:
    """A package's own file, or what `_uses_aws` says of a few of its calls."""
    return tables.library(package) or _in_brief(tables, package)


@cache
def _in_brief(tables: Tables, package: str) -> _Row | None:
    rows = [row for row in (tables.library("_uses_aws") or {}).get("calls", ()) if package in map(_package, _forms(row))]
    return {"calls": rows} if rows else None


def _package(path: str) -> str:
    return re.split(r"[.(\[]", path, maxsplit=1)[0]


def _shown(path: str) -> str:
    return path.replace("()", "")


def _renamed(library: _Row, path: str) -> str:
    for old, new in library.get("aliases", {}).items():
        if path.startswith(old) and path[len(old) : len(old) + 1] in ("", ".", "("):
            return str(new + path[len(old) :])
    return path


def _forms(row: _Row) -> Sequence[str]:
    forms: list[str] | str = row["call"] if "call" in row else row["read"]
    return forms if isinstance(forms, list) else (forms,)


def _rows(library: _Row, path: str, kind: str = "calls") -> Iterator[_Row]:
    for row in library.get(kind, ()):
        if any(path == form or ("*" in form and _pattern(form).fullmatch(path)) for form in _forms(row)):
            yield row


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, form.split("*"))))


def _uses_aws(run: Core, path: str) -> None:
    """A package that is known to use AWS by itself, and nothing more is: what its objects do was said where they were made."""
    services = None if "()" in path else _listed(run.tables, path)
    reason = f"{_package(path)} may use AWS by itself, and no rule says how"
    if services is not None and not any(gap.reason == reason and gap.services == tuple(services) for gap in run.gaps.values()):
        run.gap(GapKind.UNKNOWN_LIBRARY, reason, *services)


def _listed(tables: Tables, path: str) -> Sequence[str] | None:
    """Services that a package, or a part of it, may use by itself; None when it is not known to."""
    packages: Mapping[str, Sequence[str]] = (tables.library("_uses_aws") or {}).get("packages", {})
    return next((packages[name] for name in accumulate(path.split("."), "{}.{}".format) if name in packages), None)


# ---------------------------------------------------------------- following a row


@dataclass(frozen=True, slots=True, eq=False)
class _Called:
    """A call, and for forms that stand for several values the one that is meant."""

    run: Core
    function: External
    arguments: Arguments
    chosen: tuple[tuple[str, Value], ...] = ()

    def value(self, form: str) -> Value | None:
        """What a form (`argument:name|0.inner`) stands for; None when it is not given."""
        for known, value in self.chosen:
            if known == form:
                return value
        source, _, path = form.partition(":")
        if source == "literal":
            return Const(path == "true") if path in ("true", "false") else text(path)
        if source == "environment":
            # One of which nothing is known counts as set: rows that ask for it are of calls that are possible.
            given = [choice for choice in choices(self.run.call(External("os.getenv"), Arguments([text(path)]))) if choice != NONE]
            return join(*given) if given else None
        first, *inner = ["", *filter(None, path.split("."))] if source == "owner" else path.split(".")
        name, _, position = first.partition("|")
        found = self._first(source, name, int(position) if position else None)
        for step in inner:
            found = None if found is None else _inside(self.run, found, step)
        return None if found == NONE else found

    def _first(self, source: str, name: str, position: int | None) -> Value | None:
        if source == "argument":
            given = self.arguments.get(name, position)
            return self.arguments.more_keywords if given is None else given
        receiver = self.function.argument("self", 99)
        if source == "owner":
            return _owner(self.run, receiver or External(self.function.path.rpartition(".")[0], self.function.args))
        if name != "self" and isinstance(receiver, Instance):
            made = receiver.made
            return None if made is None else made.get(name, position)
        return self.function.argument(name, 99 if position is None else position)


def _owner(run: Core, value: Value | None) -> Value | None:
    """The classes that have an object as an attribute."""
    classes = [
        c
        for module in run.program.modules.values()
        if isinstance(module, ModuleObject)
        for c in module.vars.values()
        if isinstance(c, ClassObject)
    ]
    of_package = isinstance(value, External)
    found = [c for c in classes if any(one is value or (of_package and one == value) for one in c.vars.values())]
    return join(*found) if found else None


def _inside(run: Core, value: Value, step: str) -> Value | None:
    """An entry of a dictionary, an item of a list, an attribute of an object, or an argument of what made an object of a package."""
    name, _, position = step.partition("|")
    found: list[Value] = []
    for choice in choices(value):
        inner: Value | None = None
        if isinstance(choice, DictObject) and name == "{}":
            inner = join(
                *[Str(key) if isinstance(key, Text) else Unknown("a key that is not known") for key in choice.entries], choice.rest
            )
        elif isinstance(choice, DictObject):
            inner = run.item(choice, text(name)) if Text.of(name) in choice.entries or choice.rest is not None else None
        elif isinstance(choice, External) and choice.path.endswith("()"):
            inner = choice.argument(name, int(position) if position else 99)
        elif isinstance(choice, (Instance, ClassObject)):
            inner = run.attribute(choice, name)
        elif isinstance(choice, (TupleValue, ListObject)) and name.isdigit():
            inner = next(iter(list(elements(choice))[int(name) :]), None)
        elif isinstance(choice, Unknown):
            inner = choice
        if inner is not None:
            found.append(inner)
    return join(*found) if found else None


def _follow(called: _Called, row: _Row) -> Value:
    _operations(called, row)
    if "gap" in row:
        called.run.gap(GapKind.UNKNOWN_LIBRARY, f"{_shown(called.function.path)} may use AWS, and no rule says how", *row["gap"])
    result, answers = row.get("returns"), _called_back(called, row)
    if result == "callback" and answers:
        return join(*answers)
    if isinstance(result, Mapping):
        return _named(called, row, result)
    if result == "session":
        return SessionObject(_principals(called, row), _region(called, row), called.run.same_line())
    if result == "receiver":
        return External(called.function.path.rpartition(".")[0], called.function.args)
    if result is not None:
        return made(called.function if result == "object" else External(result), called.arguments)
    return Unknown(f"result of {_shown(called.function.path)}")


def _called_back(called: _Called, row: _Row) -> list[Value]:
    given = [_object(name) for name in row.get("gives", ())]
    found = [value for form in row.get("calls_back", ()) if (value := called.value(form)) is not None]
    arguments = Arguments(given, {}, ANYTHING.more, ANYTHING.more_keywords)
    return [called.run.call(one, arguments) for value in found for one in _each(value)]


def _named(called: _Called, row: _Row, wanted: Mapping[str, str]) -> Value:
    """What a form stands for: the value itself, a client or a role's session by name, an object of the user's class, or many of them."""
    ((kind, form),) = wanted.items()
    if kind == "value":
        return called.value(form) or NONE
    if kind == "session":
        roles = tuple(dict.fromkeys(map(assumed, choices(called.value(form) or Unknown("the role is not given")))))
        return SessionObject(roles, _region(called, row), called.run.same_line())
    if kind == "client":
        made = choices(called.run.call(External("boto3.client"), Arguments([called.value(form) or Unknown("the service is not given")])))
        signing, region = _principals(called, row), _region(called, row)
        clients = [Client(one.service, principal, region) for one in made if isinstance(one, Client) for principal in signing]
        return join(*clients, *(one for one in made if not isinstance(one, Client)))
    return _instances(called, kind, form)


def _instances(called: _Called, number: str, form: str) -> Value:
    """An object of a class of the user's (`one`), or any number of them (`many`)."""
    classes = [c.cls if isinstance(c, Instance) else c for c in choices(called.value(form) or NONE)]
    found = [called.run.construct(c, ANYTHING) for c in classes if isinstance(c, ClassObject)]
    result = join(*found) if found else Unknown(f"result of {_shown(called.function.path)}")
    return called.run.new_list((), result) if number == "many" else result


def _object(name: str) -> Value:
    return External(f"{name}()") if name else Unknown("given by a package that is not analyzed")


def _operations(called: _Called, row: _Row) -> None:
    """Every operation of a row whose condition holds, once for each value that makes it hold."""
    run, principals, region = called.run, _principals(called, row), _region(called, row)
    for operation in row.get("operations", ()):
        for case in _cases(called, operation):
            given = ((target, _parameter(case, form)) for target, form in operation.get("parameters", {}).items())
            fields = fields_at((target, argument(value)) for target, value in given if value is not None and value != NONE)
            for principal in principals:
                run.sdk_call(
                    operation["service"],
                    operation["operation"],
                    fields,
                    principal,
                    region,
                    library=_package(called.function.path),
                    possible=operation.get("possible", False),
                )


def _parameter(case: _Called, form: str) -> Value | None:
    for choice in form.split(" or "):
        plain, _, converter = choice.partition(" as ")
        if (value := case.value(plain)) is not None:
            return value if not converter else join(*[CONVERTERS[converter](one) for one in _each(value)])
    return None


def _region(called: _Called, row: _Row) -> Text | None:
    for form in row.get("region", ()):
        if isinstance(value := called.value(form), (Str, Union)) and not (known := as_text(value)).unknown:
            return known
    return None


def _principals(called: _Called, row: _Row) -> tuple[Principal, ...]:
    for form in row.get("keys", ()):
        value = called.value(form)
        if value is not None and not isinstance(value, Unknown) and (keys := tuple(dict.fromkeys(of_key(value)))):
            return keys
    for form in row.get("client", ()):
        found: list[Principal] = []
        for choice in choices(called.value(form) or NONE):
            if isinstance(choice, (Client, ResourceValue, Credentials)):
                found.append(choice.principal)
            elif isinstance(choice, SessionObject):
                found += choice.principals
        if found:
            return tuple(dict.fromkeys(found))
    return (EXECUTION_ROLE,)


# ---------------------------------------------------------------- conditions


def _cases(called: _Called, row: _Row) -> list[_Called]:
    """The call as often as a condition holds: once for each value that matches. A condition of which nothing is known is a gap."""
    cases, unknown = [called], False
    for form, wanted in row.get("when", {}).items():
        kept = []
        for case in cases:
            value = case.value(form)
            if isinstance(wanted, bool):
                verdicts = [(case, None if (given := _given(value)) is None else given is wanted)]
            else:
                patterns = (wanted,) if isinstance(wanted, str) else tuple(wanted)
                verdicts = [(replace(case, chosen=(*case.chosen, (form, one))), _is(one, patterns)) for one in _each(value or NONE)]
            kept += [case for case, verdict in verdicts if verdict]
            unknown = unknown or any(verdict is None for _, verdict in verdicts)
        cases = kept
        if not cases:
            break
    if unknown and not cases and not row.get("sure"):
        services = (
            (row["service"],)
            if "service" in row
            else tuple(dict.fromkeys((*row.get("gap", ()), *(o["service"] for o in row.get("operations", ())))))
        )
        what = " and ".join(services) or "AWS"
        called.run.gap(
            GapKind.UNKNOWN_LIBRARY,
            f"{_shown(called.function.path)} may use {what}: that depends on an argument that is not known",
            *services,
        )
    return cases


def _given(value: Value | None) -> bool | None:
    found = {_given_one(choice) for choice in choices(value)} if value is not None else {False}
    return found.pop() if len(found) == 1 else None


def _given_one(value: Value) -> bool | None:
    if isinstance(value, (Unknown, Absent)):
        return None
    return value not in (NONE, Const(False))


def _is(value: Value, patterns: Sequence[str]) -> bool | None:
    if value == NONE:
        return "" in patterns
    if isinstance(value, Const) and isinstance(value.value, bool):
        return str(value.value).lower() in patterns
    known = may_be_text(value)
    return None if known is None else known is not False and matches(known, patterns)


def _each(value: Value) -> Iterator[Value]:
    """The values that one may be, and the items of those that are lists."""
    for choice in choices(value):
        if isinstance(choice, (TupleValue, ListObject)):
            for inner in elements(choice):
                yield from choices(inner)
        else:
            yield choice
