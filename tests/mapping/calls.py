"""Calls for tests, from plain Python values, and what they need, as plain strings."""

from __future__ import annotations

from typing import Any

from lambda_iam_scan.mapping import requirements
from lambda_iam_scan.model.code import EXECUTION_ROLE, Argument, Constant, Fields, Items, OneOf, Principal, SdkCall, Unknown
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Hole, Text, Token, TokenKind
from tests.tables.shipped import TABLES

ANYTHING = Text.of(Hole("test"))
UNKNOWN = Unknown("test")
TABLE = Token("Table", TokenKind.RESOURCE)
NAME = Token("Name", TokenKind.PARAMETER)


def argument(value: Any) -> Argument:
    if isinstance(value, str):
        return Text.of(value)
    if isinstance(value, dict):
        return Fields(tuple((Text.of(key), argument(item)) for key, item in value.items()))
    if isinstance(value, list):
        return Items(tuple(map(argument, value)))
    return value if isinstance(value, Text | Unknown | OneOf | Items | Fields) else Constant(value)


def call(
    api: str,
    *,
    principal: Principal = EXECUTION_ROLE,
    library: str | None = None,
    region: Text | None = None,
    open_: bool = False,
    **arguments: Any,
) -> SdkCall:
    """`call("s3.PutObject", Bucket="b")`; `open_` says that there may be more arguments."""
    service, operation = api.split(".")
    fields = Fields(tuple((Text.of(key), argument(value)) for key, value in arguments.items()), open_)
    return SdkCall(
        service=service,
        operation=operation,
        arguments=fields,
        location=Location("app.py", 1),
        principal=principal,
        library=library,
        region=region,
    )


def short(arn: Text) -> str:
    """An ARN without the deployment's own parts."""
    return str(arn).replace("${AWS::Partition}", "").replace("${AWS::Region}", "").replace("${AWS::AccountId}", "")


def needed(*calls: SdkCall, need: str = "always") -> dict[str, list[str]]:
    """Action -> resources of the requirements of one necessity."""
    found, _ = requirements(calls, TABLES)
    return {item.action: [short(arn) for arn in item.resources] for item in found if item.need.value == need}


def on(api: str, action: str, **arguments: Any) -> list[str]:
    """Resources of one action that a call surely needs."""
    return needed(call(api, **arguments))[action]
