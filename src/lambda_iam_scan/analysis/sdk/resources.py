"""What boto3's resources and collections do."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.sdk.convert import argument, from_argument
from lambda_iam_scan.analysis.sdk.parameters import Request, fields_of, request
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    Client,
    CollectionValue,
    ListObject,
    ResourceValue,
    Result,
    SdkMethod,
    Unknown,
    Value,
    Wrapped,
)
from lambda_iam_scan.model.code import NO_FIELDS, Argument, Fields, GapKind
from lambda_iam_scan.model.code import Unknown as UnknownArgument
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables.types import Action, Collection, Reference, Resource


def resource_attribute(run: Core, value: ResourceValue, name: str) -> Value:
    """An attribute of a resource: an identifier, a data member, a collection, or a method."""
    known = dict(value.identifiers)
    if name in known:
        return from_argument(known[name])
    if name == "meta":
        return Wrapped("meta", Client(value.service, value.principal, value.region))
    kind = resource_type(run, value)
    if kind is None:
        return Unknown(f"{value.service} has no resource {value.type}")
    if name in kind.aliases:
        return from_argument(known[kind.aliases[name]])
    if name in kind.collections:
        return CollectionValue(value, name)
    if name in kind.references:
        reference = kind.references[name]
        if not any(source in ("data", "response") for _, source, _ in reference.identifiers):
            return SdkMethod(value, name)
        load(run, value, kind)
        return _made(value, reference, NO_FIELDS, Arguments())
    if name in kind.attributes:
        load(run, value, kind)
        return Unknown(f"attribute {name} of {value.service} {value.type}")
    return SdkMethod(value, name)


def load(run: Core, value: ResourceValue, kind: Resource) -> None:
    """Reading a data member asks AWS for all of them."""
    if kind.load is not None and not value.loaded:
        act(run, value, kind.load, Arguments())


def resource_type(run: Core, value: ResourceValue) -> Resource | None:
    """The description of a resource's type."""
    service = run.tables.service(value.service)
    return None if service is None else service.resources.get(value.type)


def unknown_resource(run: Core, service: str, kind: str) -> Value:
    """A resource that only its annotation makes known."""
    made = ResourceValue(service, kind)
    known = resource_type(run, made)
    unknown: Argument = UnknownArgument("known by its annotation only")
    return ResourceValue(service, kind, tuple((name, unknown) for name in known.identifiers) if known else ())


def resource_call(run: Core, value: ResourceValue, name: str, arguments: Arguments) -> Value:
    """A method of a resource."""
    kind = resource_type(run, value)
    if kind is None:
        return Unknown(f"{value.service} has no resource {value.type}")
    if name in kind.references:
        return _made(value, kind.references[name], NO_FIELDS, arguments)
    if name in kind.actions:
        return act(run, value, kind.actions[name], arguments)
    if not name.startswith(("_", "get_available_")):
        run.gap(GapKind.UNKNOWN_OPERATION, f"{value.service} {value.type} has no method {name}", value.service)
    return Unknown(f"result of {name}")


def act(run: Core, value: ResourceValue, action: Action, arguments: Arguments) -> Value:
    """An action of a resource: its operations, and what it returns."""
    fields = NO_FIELDS
    operations: list[tuple[str, Fields]] = []
    if action.helper is not None:
        for operation, parameters in action.helper.calls:
            operations.append((operation, request(run, Request(parameters, arguments, value.identifiers))))
    else:
        for operation in action.operations:
            last = operation == action.operations[-1]
            deciding = run.tables.deciding(value.service, operation)
            wanted = Request(action.parameters, arguments, value.identifiers, keywords=last, deciding=deciding)
            operations.append((operation, request(run, wanted)))
    for operation, fields in operations:
        run.sdk_call(value.service, operation, fields, value.principal, value.region)
    if action.returns is not None:
        return _made(value, action.returns, fields, arguments, operations[-1][0] if operations else None)
    if operations:
        return Result(value.service, operations[-1][0], fields, value.principal, region=value.region)
    return Unknown("result of a method of a resource")


def _made(value: ResourceValue, reference: Reference, fields: Fields, arguments: Arguments, operation: str | None = None) -> Value:
    """The resource that a reference gives; `operation` is the one whose answer may hold its identifiers."""
    own = dict(value.identifiers)
    found: list[tuple[str, Argument]] = []
    position = 0
    for name, source, origin in reference.identifiers:
        given: Argument | None = None
        if source == "input":
            passed = arguments.get(name, position)
            position += 1
            given = None if passed is None else argument(passed)
        elif source == "identifier":
            given = own.get(origin or name)
        elif source == "request":
            given = fields.get((origin or name).split("[")[0].split(".")[0])
        elif source == "response" and operation is not None:
            path = tuple((origin or name).replace("[]", ".[]").split("."))
            given = argument(Result(value.service, operation, fields, value.principal, path, value.region))
        elif source == "literal":
            given = Text.of(origin or "")
        found.append((name, given if given is not None else UnknownArgument(f"{name} of a {reference.type}")))
    made = ResourceValue(value.service, reference.type, tuple(found), value.principal, value.region, reference.loaded)
    return ListObject([], made) if reference.many else made


def collection_call(run: Core, value: CollectionValue, name: str, arguments: Arguments) -> Value:
    """`all`, `filter` ... of a collection, and its batch actions."""
    collection = _collection(run, value)
    if collection is None:
        return Unknown("an unknown collection")
    item = _item(value, collection, arguments)
    if name in collection.batch:
        if value.arguments is None:
            act(run, value.resource, collection.request, Arguments())
        return act(run, item, collection.batch[name], arguments)
    if name in ("all", "filter", "limit", "pages", "page_size", "iterator", "__iter__"):
        kept = Arguments([], dict(arguments.keywords), None, arguments.more_keywords)
        if value.arguments is None or kept.keywords:
            act(run, value.resource, collection.request, kept)
        listed = CollectionValue(value.resource, value.name, fields_of(kept))
        return ListObject([], ListObject([], item)) if name == "pages" else listed
    return Unknown(f"result of {name} of a collection")


def _collection(run: Core, value: CollectionValue) -> Collection | None:
    kind = resource_type(run, value.resource)
    return None if kind is None else kind.collections.get(value.name)


def _item(value: CollectionValue, collection: Collection, arguments: Arguments) -> ResourceValue:
    made = _made(value.resource, collection.item, value.arguments or NO_FIELDS, Arguments())
    if isinstance(made, ListObject) and isinstance(made.rest, ResourceValue):
        return made.rest
    return made if isinstance(made, ResourceValue) else value.resource


def item_of_collection(run: Core, value: CollectionValue) -> Value:
    """What iterating a collection gives."""
    collection = _collection(run, value)
    if collection is None:
        return Unknown("an item of an unknown collection")
    if value.arguments is None:
        act(run, value.resource, collection.request, Arguments())
    return _item(value, collection, Arguments())
