"""Sessions, the clients and resources that they make, and whose credentials these carry."""

from __future__ import annotations

from collections.abc import Callable

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.sdk import principals
from lambda_iam_scan.analysis.sdk.convert import argument
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    Client,
    Const,
    Credentials,
    DictObject,
    External,
    Instance,
    Partial,
    ResourceValue,
    SdkMethod,
    SessionObject,
    Str,
    Unknown,
    Value,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join
from lambda_iam_scan.analysis.values.strings import why
from lambda_iam_scan.model.code import EXECUTION_ROLE, Fields, GapKind, Principal
from lambda_iam_scan.model.text import REGION, Text

Model = Callable[[Core, External, Arguments], Value]


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
    "botocore.credentials.AssumeRoleCredentialFetcher": _assume_role_fetcher,
    "aiobotocore.credentials.AioAssumeRoleCredentialFetcher": _assume_role_fetcher,
    "botocore.credentials.create_assume_role_refresher": _role_refresher,
    "botocore.credentials.create_assume_role_refresher()": _refreshed,
    "aiobotocore.credentials.create_assume_role_refresher": _role_refresher,
    "aiobotocore.credentials.create_assume_role_refresher()": _refreshed,
}
"""Calls that make sessions, clients, resources and credentials, by dotted path."""


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


def session_attribute(value: SessionObject, name: str) -> Value:
    """An attribute of a session."""
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
    service = plain(run, service)
    name = service.literal if isinstance(service, Str) else None
    if name is None:
        run.gap(GapKind.DYNAMIC_SERVICE, f"the service of this {kind} is not known: {shown(service)}")
        return Unknown("a client of an unknown service")
    if run.tables.service(name) is None:
        run.gap(GapKind.DYNAMIC_SERVICE, f"no AWS service is called {name!r}")
        return Unknown(f"a client of the unknown service {name!r}")
    region = region or session.region
    if kind == "resource":
        return join(*[ResourceValue(name, "ServiceResource", (), principal, region) for principal in own or session.principals])
    return join(*[Client(name, principal, region) for principal in own or session.principals])


def plain(run: Core, value: Value) -> Value:
    """Members of string enumerations are strings."""
    return Str(run.texts(value)[0]) if isinstance(value, Instance) else value


def shown(value: Value) -> str:
    """What is known of a value, for a reason."""
    return f"like {value.text}" if isinstance(value, Str) and not value.text.unknown else why(value)
