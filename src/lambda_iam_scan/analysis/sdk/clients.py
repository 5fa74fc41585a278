"""What methods of clients do: operations, paginators, waiters, helpers, presigned URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.sdk.convert import argument
from lambda_iam_scan.analysis.sdk.parameters import Request, fields_of, request
from lambda_iam_scan.analysis.sdk.sessions import Model, plain, shown
from lambda_iam_scan.analysis.values.kinds import Arguments, Client, External, Paginator, Result, Str, Unknown, Value, Waiter, choices, text
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.model.code import NO_FIELDS, Fields, GapKind
from lambda_iam_scan.tables.types import Helper, Service


def _custom_waiter(run: Core, function: External, arguments: Arguments) -> Value:
    """A waiter for whatever the program describes: the description says which operation is called."""
    client, model = arguments.get("client", 2), arguments.get("waiter_model", 1)
    if not isinstance(client, Client) or (service := run.tables.service(client.service)) is None:
        return Unknown("a waiter of an unknown client")
    described = model.argument("waiter_config", 0) if isinstance(model, External) else None
    for part in (text("waiters"), arguments.get("waiter_name", 0) or Unknown("no name is given"), text("operation")):
        described = run.item(described or Unknown("a waiter's description"), part)
    known = {operation: operation for operation in service.methods.values()}
    names = _named(run, client, described, known.get, "operation of the waiter")
    return join(*[Waiter(client, operation) for operation in names]) if names else Unknown("an unknown waiter")


def client_call(run: Core, client: Client, name: str, arguments: Arguments) -> Value:
    """A method of a client."""
    service = run.tables.service(client.service)
    if service is None:
        return Unknown("a client of an unknown service")
    if name in service.helpers:
        return _help(run, client, service.helpers[name], arguments)
    if name in service.methods:
        return operate(run, client, service.methods[name], arguments)
    special = SPECIAL.get(name)
    if special is not None:
        return special(run, client, service, arguments)
    if name not in service.silent and not name.startswith("__"):
        run.gap(GapKind.UNKNOWN_OPERATION, f"{client.service} has no operation {name}", client.service)
    return Unknown(f"result of {client.service}.{name}")


def operate(run: Core, client: Client, operation: str, arguments: Arguments, left_out: Iterable[str] = ()) -> Value:
    """Request an operation; its answer."""
    fields = fields_of(arguments, left_out, run.tables.deciding(client.service, operation))
    run.sdk_call(client.service, operation, fields, client.principal, client.region)
    return Result(client.service, operation, fields, client.principal, region=client.region)


def _help(run: Core, client: Client, helper: Helper, arguments: Arguments) -> Value:
    for operation, parameters in helper.calls:
        run.sdk_call(client.service, operation, request(run, Request(parameters, arguments)), client.principal, client.region)
    return Unknown("result of a helper of the SDK")


def _named(run: Core, client: Client, value: Value | None, known: Callable[[str], str | None], what: str) -> list[str]:
    """Operations that a name given as an argument can mean; a gap for what it may mean besides."""
    out = []
    for given in choices(value if value is not None else Unknown("no name is given")):
        choice = plain(run, given)
        name = choice.literal if isinstance(choice, Str) else None
        operation = None if name is None else known(name)
        if name is None:
            run.gap(GapKind.DYNAMIC_OPERATION, f"the name of the {what} is not known: {shown(choice)}", client.service)
        elif operation is None:
            run.gap(GapKind.UNKNOWN_OPERATION, f"{client.service} has no {what} {name}", client.service)
        else:
            out.append(operation)
    return out


def _get_paginator(run: Core, client: Client, service: Service, arguments: Arguments) -> Value:
    names = _named(run, client, arguments.get("operation_name", 0), service.methods.get, "paginator")
    return join(*[Paginator(client, operation) for operation in names]) if names else Unknown("an unknown paginator")


def _get_waiter(run: Core, client: Client, service: Service, arguments: Arguments) -> Value:
    names = _named(run, client, arguments.get("waiter_name", 0), service.waiters.get, "waiter")
    return join(*[Waiter(client, operation) for operation in names]) if names else Unknown("an unknown waiter")


def _presigned_url(run: Core, client: Client, service: Service, arguments: Arguments) -> Value:
    for operation in _named(run, client, arguments.get("ClientMethod", 0), service.methods.get, "operation"):
        run.sdk_call(client.service, operation, _parameters(arguments.get("Params", 1)), client.principal, client.region)
    return Unknown("a presigned URL")


def _make_api_call(run: Core, client: Client, service: Service, arguments: Arguments) -> Value:
    found: list[Value] = []
    for operation in _named(
        run, client, arguments.get("operation_name", 0), lambda name: name if name in service.operations else None, "operation"
    ):
        fields = _parameters(arguments.get("api_params", 1))
        run.sdk_call(client.service, operation, fields, client.principal, client.region)
        found.append(Result(client.service, operation, fields, client.principal, region=client.region))
    return join(*found) if found else Unknown("result of an unknown operation")


def _parameters(value: Value | None) -> Fields:
    given = NO_FIELDS if value is None else argument(value)
    return given if isinstance(given, Fields) else Fields((), open=True)


SPECIAL: dict[str, Callable[[Core, Client, Service, Arguments], Value]] = {
    "get_paginator": _get_paginator,
    "get_waiter": _get_waiter,
    "generate_presigned_url": _presigned_url,
    "_make_api_call": _make_api_call,
}


FUNCTIONS: dict[str, Model] = {
    "botocore.waiter.create_waiter_with_client": _custom_waiter,
    "aiobotocore.waiter.create_waiter_with_client": _custom_waiter,
}
"""Calls that make what clients make themselves otherwise."""
