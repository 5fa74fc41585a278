"""Calls into packages that use AWS on the code's behalf, by the rows of rules/libraries/ (format: rules/libraries/README.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lambda_iam_scan.analysis.parameters import Request, request
from lambda_iam_scan.analysis.values import NONE, Client, Const, External, ResourceValue, SessionObject, Str, Unknown, Value, choices
from lambda_iam_scan.model.code import EXECUTION_ROLE, Principal
from lambda_iam_scan.tables.types import Parameter

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.core import Arguments, Core


def call(run: Core, function: External, arguments: Arguments) -> Value | None:
    """What a row says of a call, or None when no row speaks of it."""
    package = function.path.split(".", 1)[0].split("(", 1)[0]
    library = run.tables.library(package)
    if library is None:
        return None
    row = _row(library, function.path)
    if row is None:
        return None
    for operation in row.get("operations", ()):
        if _holds(operation.get("when"), function, arguments):
            parameters = tuple(_parameter(target, form) for target, form in operation.get("parameters", {}).items())
            fields = request(run, Request(parameters, arguments, made=function))
            for principal in _principals(row, function, arguments):
                run.sdk_call(operation["service"], operation["operation"], fields, principal, library=package)
    return _returned(row, function, arguments, run)


def _row(library: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    for old, new in library.get("aliases", {}).items():
        if path.startswith(old) and path[len(old) : len(old) + 1] in ("", ".", "("):
            path = new + path[len(old) :]
            break
    for row in library.get("calls", ()):
        if path in row["call"] if isinstance(row["call"], list) else path == row["call"]:
            found: Mapping[str, Any] = row
            return found
    return None


def _parameter(target: str, form: str) -> Parameter:
    source, _, value = form.partition(":")
    return Parameter(target, source, value)


def _given(form: str, function: External, arguments: Arguments) -> Value | None:
    source, _, place = form.partition(":")
    name, _, position = place.partition("|")
    at = int(position) if position else None
    return function.argument(name, 99 if at is None else at) if source == "constructor" else arguments.get(name, at)


def _holds(condition: Mapping[str, Any] | None, function: External, arguments: Arguments) -> bool:
    """A row's `when`: every argument named is given (true), is not given (false), or equals the text."""
    for form, wanted in (condition or {}).items():
        value = _given(form, function, arguments)
        absent = value is None or value in (NONE, Const(False))
        if isinstance(wanted, bool):
            if absent is wanted:
                return False
        elif value is None or not any(not isinstance(c, Str) or c.literal in (None, wanted) for c in choices(value)):
            return False
    return True


def _principals(row: Mapping[str, Any], function: External, arguments: Arguments) -> tuple[Principal, ...]:
    for form in row.get("client", ()):
        value = _given(form, function, arguments)
        found: list[Principal] = []
        for choice in choices(value) if value is not None else ():
            if isinstance(choice, (Client, ResourceValue)):
                found.append(choice.principal)
            elif isinstance(choice, SessionObject):
                found += choice.principals
        if found:
            return tuple(dict.fromkeys(found))
    return (EXECUTION_ROLE,)


def _returned(row: Mapping[str, Any], function: External, arguments: Arguments, run: Core) -> Value:
    if row.get("returns") == "object":
        from lambda_iam_scan.analysis.models import made

        return made(function, arguments)
    for form in row.get("calls_back", ()):
        value = _given(form, function, arguments)
        if value is not None:
            from lambda_iam_scan.analysis.core import ANYTHING

            run.call(value, ANYTHING)
    return Unknown(f"result of {function.path.replace('()', '')}")
