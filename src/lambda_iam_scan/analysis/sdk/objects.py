"""The SDK's objects: whose attribute it is, and what is called."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.sdk import clients, sessions
from lambda_iam_scan.analysis.sdk.clients import SPECIAL, client_call, operate
from lambda_iam_scan.analysis.sdk.resources import collection_call, resource_attribute, resource_call
from lambda_iam_scan.analysis.sdk.sessions import Model, session_attribute, session_call, shown
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    Client,
    CollectionValue,
    Credentials,
    External,
    Paginator,
    ResourceValue,
    SdkMethod,
    SessionObject,
    Str,
    Unknown,
    Value,
    Waiter,
    Wrapped,
)
from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.text import REGION, Text

FUNCTIONS: dict[str, Model] = {**sessions.FUNCTIONS, **clients.FUNCTIONS}
"""Calls into the SDK's packages, by dotted path."""


def attribute(run: Core, value: Value, name: str) -> Value:
    """An attribute of one of the SDK's objects."""
    if isinstance(value, ResourceValue):
        return resource_attribute(run, value, name)
    if isinstance(value, Client):
        if name == "meta":
            return Wrapped("meta", value)
        return External("botocore.client.exceptions") if name == "exceptions" else SdkMethod(value, name)
    if isinstance(value, SessionObject):
        return session_attribute(value, name)
    if isinstance(value, Credentials):
        return SdkMethod(value, name) if name.startswith("get_") else value
    if isinstance(value, SdkMethod):
        return Str(Text.of(value.name)) if name in ("__name__", "__qualname__") else Unknown(f"attribute {name} of a method")
    return SdkMethod(value, name)


def meta(value: Value, name: str) -> Value:
    """`client.meta.name` and `resource.meta.name`."""
    if isinstance(value, Client):
        if name == "client":
            return value
        if name == "region_name":
            return Str(value.region or Text.of(REGION))
        if name == "service_model":
            return Unknown("a service model")
    return External(f"botocore.meta.{name}")


def call(run: Core, function: Value, arguments: Arguments) -> Value:
    """Call a method of one of the SDK's objects."""
    if isinstance(function, CollectionValue):
        return Unknown("a collection is not called")
    if not isinstance(function, SdkMethod):
        return Unknown("not a method")
    receiver, name = function.receiver, function.name
    if name in ("__enter__", "__aenter__"):
        return receiver
    if isinstance(receiver, Client):
        return client_call(run, receiver, name, arguments)
    if isinstance(receiver, ResourceValue):
        return resource_call(run, receiver, name, arguments)
    if isinstance(receiver, SessionObject):
        return session_call(run, receiver, name, arguments)
    if isinstance(receiver, CollectionValue):
        return collection_call(run, receiver, name, arguments)
    if isinstance(receiver, Paginator):
        return operate(run, receiver.client, receiver.operation, arguments, ("PaginationConfig",)) if name == "paginate" else receiver
    if isinstance(receiver, Waiter):
        return operate(run, receiver.client, receiver.operation, arguments, ("WaiterConfig",))
    return receiver if isinstance(receiver, Credentials) else Unknown(f"result of {name}")


def exists(run: Core, method: SdkMethod) -> bool:
    """Whether a client or resource has this method."""
    receiver, name = method.receiver, method.name
    service = run.tables.service(receiver.service) if isinstance(receiver, (Client, ResourceValue)) else None
    if service is None or name.startswith("_"):
        return True
    if isinstance(receiver, Client):
        return any(name in known for known in (service.helpers, service.methods, SPECIAL, service.silent))
    kind = service.resources.get(receiver.type) if isinstance(receiver, ResourceValue) else None
    return kind is None or name.startswith("get_available_") or any(name in known for known in (kind.references, kind.actions))


def dynamic_method(run: Core, value: Value, name: Value) -> Value:
    """`getattr(client, name)` with a name that is not known."""
    if isinstance(value, (Client, ResourceValue)):
        run.gap(GapKind.DYNAMIC_OPERATION, f"the method of this {value.service} client is not known: {shown(name)}", value.service)
    elif isinstance(value, SessionObject):
        run.gap(GapKind.DYNAMIC_SERVICE, f"the method of this session is not known: {shown(name)}")
    return Unknown("an attribute whose name is not known")
