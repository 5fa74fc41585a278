"""`AWS::Lambda::Permission` as the policy statements that Lambda itself writes for `AddPermission`.

Source: AWS Lambda Developer Guide, "Resource-based policies", and API Reference, `AddPermission`: each parameter becomes a
condition of the statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lambda_iam_scan.model.iam import Condition, Effect, Entry, Policy, PolicyKind, PrincipalEntry, ResourcePolicy, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.readers._extract.functions import Functions
from lambda_iam_scan.templates.texts import split

_CONDITIONS = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)


def permissions(context: Context, functions: Functions) -> Iterator[tuple[str, ResourcePolicy]]:
    """Every permission of the template as a policy of its own, with the function's logical id."""
    for logical_id, properties in context.scope.of_type("AWS::Lambda::Permission"):
        target = functions.find(properties.get("FunctionName"))
        if target is None:
            continue
        arn = functions.arn(*target)
        place = context.place(logical_id)
        statement = _statement(context, logical_id, properties, arn, place)
        policy = Policy(name=logical_id, kind=PolicyKind.RESOURCE_BASED, statements=(statement,), location=place)
        yield target[0], ResourcePolicy(resource=arn, policy=policy)


def _statement(context: Context, logical_id: str, properties: Mapping[str, Any], arn: Text, place: Location) -> Statement:
    action = properties.get("Action", "lambda:InvokeFunction")
    return Statement(
        effect=Effect.ALLOW,
        sid=logical_id,
        actions=tuple(Entry(text, context.place_of(action, logical_id)) for text in context.scope.texts(action)),
        resources=(Entry(arn),),
        principals=tuple(
            _principal(text, context.place_of(properties.get("Principal"), logical_id)) for text in _principals(context, properties)
        ),
        conditions=tuple(_conditions(context, logical_id, properties)),
        location=place,
    )


def _principals(context: Context, properties: Mapping[str, Any]) -> tuple[Text, ...]:
    return context.scope.texts(properties.get("Principal"))


def _principal(text: Text, place: Location) -> PrincipalEntry:
    """A service name, an account or ARN, or everybody."""
    if text.literal == "*":
        return PrincipalEntry("*", text, place)
    last = text.parts[-1] if text.parts else ""
    is_service = (isinstance(last, str) and last.endswith((".amazonaws.com", ".amazon.com", ".amazonaws.com.cn"))) or str(last).find(
        "URLSuffix"
    ) >= 0
    return PrincipalEntry("Service" if is_service and len(split(text, ":")) == 1 else "AWS", text, place)


def _conditions(context: Context, logical_id: str, properties: Mapping[str, Any]) -> Iterator[Condition]:
    for name, operator, key in _CONDITIONS:
        values = context.scope.texts(properties.get(name))
        if values:
            yield Condition(operator, key, values, context.key_place(properties, name, logical_id))
