"""What boto3's objects do: sessions, clients, resources, collections, paginators and waiters, and whose credentials they carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.sdk import principals
from lambda_iam_scan.analysis.sdk.convert import argument, from_argument
from lambda_iam_scan.analysis.sdk.parameters import Request, fields_of, request
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    Client,
    CollectionValue,
    Const,
    Credentials,
    DictObject,
    External,
    Instance,
    ListObject,
    Paginator,
    Partial,
    ResourceValue,
    Result,
    SdkMethod,
    SessionObject,
    Str,
    Unknown,
    Value,
    Waiter,
    Wrapped,
    choices,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join
from lambda_iam_scan.analysis.values.strings import why
from lambda_iam_scan.model.code import EXECUTION_ROLE, NO_FIELDS, Argument, Fields, GapKind, Principal
from lambda_iam_scan.model.code import Unknown as UnknownArgument
from lambda_iam_scan.model.text import REGION, Text
from lambda_iam_scan.tables.types import Action, Collection, Helper, Reference, Resource, Service

Model = Callable[[Core, External, Arguments], Value]

# ---------------------------------------------------------------- making sessions and clients


def _default(kind: str) -> Model:
    def make(run: Core, function: External, arguments: Arguments) -> Value:
        return session_call(run, run.default_session, kind, arguments)

    return make


def _session(run: Core, function: External, arguments: Arguments) -> Value:
    inner = arguments.get("botocore_session", 4)
    if isinstance(inner, SessionObject):
        return inner
    found = principals.of_session(run, arguments)
    if inner is not None and isinstance(inner, (Unknown, External)):
        found = found or (principals.OTHER,)
    return SessionObject(found or run.default_session.principals, region_of(arguments.get("region_name", 3)), run.same_line())


def _plain_session(run: Core, function: External, arguments: Arguments) -> Value:
    return SessionObject((EXECUTION_ROLE,), None, run.same_line())


def _setup_default(run: Core, function: External, arguments: Arguments) -> Value:
    made = _session(run, function, arguments)
    if isinstance(made, SessionObject):
        run.default_session = SessionObject(made.principals, made.region)
    return Const(None)


def _credentials(run: Core, function: External, arguments: Arguments) -> Value:
    return Credentials(principals.of_refreshable(run, arguments))


def _assume_role_fetcher(run: Core, function: External, arguments: Arguments) -> Value:
    role = arguments.get("role_arn", 2)
    fields = Fields(()) if role is None else Fields(((Text.of("RoleArn"), argument(role)),))
    run.sdk_call("sts", "AssumeRole", fields, EXECUTION_ROLE)
    return External("botocore.credentials.AssumeRoleCredentialFetcher()", (("role_arn", role or Unknown("role not given")),))


def _role_refresher(run: Core, function: External, arguments: Arguments) -> Value:
    client, request = arguments.get("client", 0), arguments.get("params", 1)
    return Partial(External(f"{function.path}()"), (client or Unknown("no client is given"), request or Unknown("role not given")), ())


def _refreshed(run: Core, function: External, arguments: Arguments) -> Value:
    """What a refresher gives: keys, by the names that botocore's credentials have."""
    client, request = arguments.positional
    asked = Arguments(more_keywords=request)
    if isinstance(request, DictObject):
        asked = Arguments([], request.named, None, request.rest)
    answer = run.item(run.call(run.attribute(client, "assume_role"), asked), text("Credentials"))
    return run.new_dict({Text.of(name): run.item(answer, text(key)) for name, key in _REFRESHED.items()})


_REFRESHED = {"access_key": "AccessKeyId", "secret_key": "SecretAccessKey", "token": "SessionToken", "expiry_time": "Expiration"}


def _s3_transfer(run: Core, function: External, arguments: Arguments) -> Value:
    return External("boto3.s3.transfer.S3Transfer()", (("client", arguments.get("client", 0) or Unknown("no client is given")),))


def _transfer(method: str, names: tuple[str, ...]) -> Model:
    """A method of S3Transfer: the client's of the same name, whose parameters begin with a capital letter."""

    def transfer(run: Core, function: External, arguments: Arguments) -> Value:
        given = {name.capitalize(): arguments.get(name, i) for i, name in enumerate(names)}
        keywords = {name: value for name, value in given.items() if value is not None}
        client = function.argument("client", 0) or Unknown("no client is given")
        return run.call(run.attribute(client, method), Arguments([], keywords))

    return transfer


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


FUNCTIONS: dict[str, Model] = {
    "boto3.client": _default("client"),
    "boto3.resource": _default("resource"),
    "boto3.Session": _session,
    "boto3.session.Session": _session,
    "boto3.setup_default_session": _setup_default,
    "aioboto3.client": _default("client"),
    "aioboto3.resource": _default("resource"),
    "aioboto3.Session": _session,
    "aioboto3.session.Session": _session,
    "botocore.session.get_session": _plain_session,
    "botocore.session.Session": _plain_session,
    "aiobotocore.get_session": _plain_session,
    "aiobotocore.session.get_session": _plain_session,
    "aiobotocore.session.AioSession": _plain_session,
    **{
        f"{module}.{name}{method}": _credentials
        for module, names in {
            "botocore.credentials": ("Credentials", "RefreshableCredentials", "DeferredRefreshableCredentials"),
            "aiobotocore.credentials": ("AioCredentials", "AioRefreshableCredentials", "AioDeferredRefreshableCredentials"),
        }.items()
        for name in names
        for method in ("", ".create_from_metadata")
    },
    "boto3.s3.transfer.S3Transfer": _s3_transfer,
    "boto3.s3.transfer.S3Transfer().upload_file": _transfer("upload_file", ("filename", "bucket", "key")),
    "boto3.s3.transfer.S3Transfer().download_file": _transfer("download_file", ("bucket", "key", "filename")),
    "botocore.waiter.create_waiter_with_client": _custom_waiter,
    "aiobotocore.waiter.create_waiter_with_client": _custom_waiter,
    "botocore.credentials.AssumeRoleCredentialFetcher": _assume_role_fetcher,
    "aiobotocore.credentials.AioAssumeRoleCredentialFetcher": _assume_role_fetcher,
    "botocore.credentials.create_assume_role_refresher": _role_refresher,
    "botocore.credentials.create_assume_role_refresher()": _refreshed,
    "aiobotocore.credentials.create_assume_role_refresher": _role_refresher,
    "aiobotocore.credentials.create_assume_role_refresher()": _refreshed,
}
"""Calls into the SDK's packages, by dotted path."""


def external_attribute(run: Core, value: External, name: str) -> Value | None:
    """Names of the SDK's packages that are values."""
    if value.path in ("boto3", "aioboto3") and name == "DEFAULT_SESSION":
        return run.default_session
    return None


def call_external(run: Core, function: External, arguments: Arguments) -> Value | None:
    """Calls of the SDK's packages that FUNCTIONS does not name one by one."""
    if function.path.endswith("._get_default_session"):
        return run.default_session
    base, _, name = function.path.rpartition("().")
    owner = function.argument("self", 99)
    if base in _SESSIONS and isinstance(owner, Instance):
        return _inherited(run, owner, name, arguments)
    return None


_SESSIONS = ("boto3.Session", "boto3.session.Session", "aioboto3.Session", "aioboto3.session.Session")
_OWN_SESSION = "<session>"


def _inherited(run: Core, owner: Instance, name: str, arguments: Arguments) -> Value:
    """A method that a class of the user's has from boto3's Session; what `__init__` was given says whose credentials it has."""
    if name == "__init__":
        run.update(owner.attrs, _OWN_SESSION, _session(run, External("boto3.Session"), arguments), owner.control)
        return Const(None)
    own = owner.attrs.get(_OWN_SESSION)
    if own is None:
        own = _session(run, External("boto3.Session"), owner.made or Arguments())
    return run.call(run.attribute(own, name), arguments)


def region_of(value: Value | None) -> Text | None:
    """A region argument as far as it is a known string."""
    return value.text if isinstance(value, Str) else None


# ---------------------------------------------------------------- attributes


def attribute(run: Core, value: Value, name: str) -> Value:
    """An attribute of one of the SDK's objects."""
    if isinstance(value, ResourceValue):
        return _resource_attribute(run, value, name)
    if isinstance(value, Client):
        if name == "meta":
            return Wrapped("meta", value)
        return External("botocore.client.exceptions") if name == "exceptions" else SdkMethod(value, name)
    if isinstance(value, SessionObject):
        return _session_attribute(value, name)
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


def _session_attribute(value: SessionObject, name: str) -> Value:
    if name == "region_name":
        return Str(value.region or Text.of(REGION))
    if name in ("_session", "session"):
        return value
    if name in ("_credentials", "credentials"):
        return join(*[Credentials(principal) for principal in value.principals])
    return SdkMethod(value, name)


def set_on_session(run: Core, value: SessionObject, name: str, new: Value) -> None:
    """`session._credentials = ...`."""
    if name in ("_credentials", "credentials"):
        _set_principals(run, value, tuple(principals.of_key(new)))


def _set_principals(run: Core, value: SessionObject, found: tuple[Principal, ...]) -> None:
    kept = () if run.fresh(value.control) else value.principals
    combined = tuple(dict.fromkeys((*kept, *found))) or value.principals
    if combined != value.principals:
        value.principals = combined
        run.changed(value.control)


def _resource_attribute(run: Core, value: ResourceValue, name: str) -> Value:
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


# ---------------------------------------------------------------- calls


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
        return _operate(run, receiver.client, receiver.operation, arguments, ("PaginationConfig",)) if name == "paginate" else receiver
    if isinstance(receiver, Waiter):
        return _operate(run, receiver.client, receiver.operation, arguments, ("WaiterConfig",))
    return receiver if isinstance(receiver, Credentials) else Unknown(f"result of {name}")


def session_call(run: Core, session: SessionObject, name: str, arguments: Arguments) -> Value:
    """A method of a session: `client`, `resource`, and botocore's kind."""
    if name in ("client", "create_client", "resource"):
        return make(run, session, "resource" if name == "resource" else "client", arguments)
    if name == "set_credentials":
        key = arguments.get("access_key", 0)
        _set_principals(run, session, tuple(principals.of_key(key)) if key is not None else (principals.OTHER,))
    if name == "get_credentials":
        return join(*[Credentials(principal) for principal in session.principals])
    if name == "get_config_variable" and isinstance(arg := arguments.get("logical_name", 0), Str) and arg.literal == "region":
        return Str(session.region or Text.of(REGION))
    return Unknown(f"result of {name} of a session")


def make(run: Core, session: SessionObject, kind: str, arguments: Arguments) -> Value:
    """A client or service resource, for every service the name can mean."""
    service = arguments.get("service_name", 0)
    if service is None:
        service = arguments.more_keywords or Unknown("the service is not given")
    own = principals.of_client(run, arguments)
    return each(service, lambda choice: _make_one(run, session, kind, choice, own, region_of(arguments.get("region_name", 1))))


def _make_one(run: Core, session: SessionObject, kind: str, service: Value, own: tuple[Principal, ...], region: Text | None) -> Value:
    service = _plain(run, service)
    name = service.literal if isinstance(service, Str) else None
    if name is None:
        run.gap(GapKind.DYNAMIC_SERVICE, f"the service of this {kind} is not known: {_shown(service)}")
        return Unknown("a client of an unknown service")
    if run.tables.service(name) is None:
        run.gap(GapKind.DYNAMIC_SERVICE, f"no AWS service is called {name!r}")
        return Unknown(f"a client of the unknown service {name!r}")
    region = region or session.region
    if kind == "resource":
        return join(*[ResourceValue(name, "ServiceResource", (), principal, region) for principal in own or session.principals])
    return join(*[Client(name, principal, region) for principal in own or session.principals])


def _plain(run: Core, value: Value) -> Value:
    """Members of string enumerations are strings."""
    return Str(run.texts(value)[0]) if isinstance(value, Instance) else value


def _shown(value: Value) -> str:
    return f"like {value.text}" if isinstance(value, Str) and not value.text.unknown else why(value)


def client_call(run: Core, client: Client, name: str, arguments: Arguments) -> Value:
    """A method of a client."""
    service = run.tables.service(client.service)
    if service is None:
        return Unknown("a client of an unknown service")
    if name in service.helpers:
        return _help(run, client, service.helpers[name], arguments)
    if name in service.methods:
        return _operate(run, client, service.methods[name], arguments)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(run, client, service, arguments)
    if name not in service.silent and not name.startswith("__"):
        run.gap(GapKind.UNKNOWN_OPERATION, f"{client.service} has no operation {name}", client.service)
    return Unknown(f"result of {client.service}.{name}")


def exists(run: Core, method: SdkMethod) -> bool:
    """Whether a client or resource has this method."""
    receiver, name = method.receiver, method.name
    service = run.tables.service(receiver.service) if isinstance(receiver, (Client, ResourceValue)) else None
    if service is None or name.startswith("_"):
        return True
    if isinstance(receiver, Client):
        return any(name in known for known in (service.helpers, service.methods, _SPECIAL, service.silent))
    kind = service.resources.get(receiver.type) if isinstance(receiver, ResourceValue) else None
    return kind is None or name.startswith("get_available_") or any(name in known for known in (kind.references, kind.actions))


def _operate(run: Core, client: Client, operation: str, arguments: Arguments, left_out: Iterable[str] = ()) -> Value:
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
        choice = _plain(run, given)
        name = choice.literal if isinstance(choice, Str) else None
        operation = None if name is None else known(name)
        if name is None:
            run.gap(GapKind.DYNAMIC_OPERATION, f"the name of the {what} is not known: {_shown(choice)}", client.service)
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


_SPECIAL: dict[str, Callable[[Core, Client, Service, Arguments], Value]] = {
    "get_paginator": _get_paginator,
    "get_waiter": _get_waiter,
    "generate_presigned_url": _presigned_url,
    "_make_api_call": _make_api_call,
}


def dynamic_method(run: Core, value: Value, name: Value) -> Value:
    """`getattr(client, name)` with a name that is not known."""
    if isinstance(value, (Client, ResourceValue)):
        run.gap(GapKind.DYNAMIC_OPERATION, f"the method of this {value.service} client is not known: {_shown(name)}", value.service)
    elif isinstance(value, SessionObject):
        run.gap(GapKind.DYNAMIC_SERVICE, f"the method of this session is not known: {_shown(name)}")
    return Unknown("an attribute whose name is not known")


# ---------------------------------------------------------------- resources


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
