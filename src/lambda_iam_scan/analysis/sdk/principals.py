"""Whose credentials sign: the execution role, unless keys, a profile or an assumed role were put into a session or client."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.values.kinds import ABSENT, NONE, Arguments, Credentials, DictObject, External, Result, Str, Value, choices
from lambda_iam_scan.model.code import EXECUTION_ROLE, Argument, OneOf, Principal, PrincipalKind
from lambda_iam_scan.model.text import Text

OTHER = Principal(PrincipalKind.OTHER)


def of_key(value: Value) -> Iterator[Principal]:
    """Whose a key, or a credentials object, can be."""
    for choice in choices(value):
        if isinstance(choice, Credentials):
            yield choice.principal
        elif isinstance(choice, Result) and choice.service == "sts":
            yield from _assumed(choice)
        elif choice in (NONE, ABSENT):
            continue
        elif isinstance(choice, DictObject) and (inner := _access_key(choice)) is not None:
            yield from of_key(inner)
        elif isinstance(choice, External) and (role := dict(choice.args).get("role_arn")) is not None:
            yield assumed(role)
        else:
            yield OTHER


def _access_key(value: DictObject) -> Value | None:
    for name in ("AccessKeyId", "access_key", "aws_access_key_id"):
        if (found := value.entries.get(Text((name,)))) is not None:
            return found
    return None


def _assumed(value: Result) -> Iterator[Principal]:
    if value.operation in ("GetSessionToken", "GetCallerIdentity"):
        yield value.principal
        return
    role = value.arguments.get("RoleArn")
    for one in role.choices if isinstance(role, OneOf) else (role,):
        yield _role(one)


def assumed(role: Value) -> Principal:
    """Whose credentials are that were had by assuming a role, by its ARN."""
    return _role(role.text if isinstance(role, Str) else None)


def _role(role: Argument | None) -> Principal:
    return Principal(PrincipalKind.ASSUMED_ROLE, role if isinstance(role, Text) else None)


def _keys(arguments: Arguments, names: tuple[tuple[str, int | None], ...]) -> tuple[Principal, ...]:
    for name, position in names:
        value = arguments.get(name, position)
        if value is not None and value != NONE:
            found = list(of_key(value))
            if NONE in choices(value) or ABSENT in choices(value):
                found.append(EXECUTION_ROLE)
            return tuple(dict.fromkeys(found))
    return ()


def of_session(run: Core, arguments: Arguments) -> tuple[Principal, ...]:
    """Whose a session is by its own arguments; empty: the surrounding one's."""
    found = _keys(arguments, (("aws_access_key_id", 0), ("aws_session_token", 2)))
    profile = arguments.get("profile_name", 5)
    if not found and profile is not None and profile != NONE:
        found = (OTHER, EXECUTION_ROLE) if NONE in choices(profile) else (OTHER,)
    return found


def of_client(run: Core, arguments: Arguments) -> tuple[Principal, ...]:
    """Whose a client is by its own arguments; empty: its session's."""
    config = arguments.get("config", None)
    if isinstance(config, External) and config.path.endswith("Config()"):
        version = config.argument("signature_version", 99)
        if isinstance(version, External) and version.path.endswith("UNSIGNED"):
            return (OTHER,)
    return _keys(arguments, (("aws_access_key_id", None), ("aws_session_token", None)))


def of_refreshable(run: Core, arguments: Arguments) -> Principal:
    """Whose botocore's credentials objects are: by the keys given, or what their refreshing function returns."""
    for name, position in (("metadata", 0), ("access_key", 0), ("refresh_using", 1)):
        value = arguments.get(name, position)
        if value is None:
            continue
        if name == "refresh_using" or (isinstance(value, External) and value.path.endswith("fetch_credentials")):
            value = value if isinstance(value, External) else run.call(value, Arguments())
        for found in of_key(value):
            if found != OTHER:
                return found
    return OTHER
