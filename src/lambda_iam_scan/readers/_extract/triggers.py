"""Services that invoke functions. Kinds are rows of rules/lambda/triggers.toml.

Source of the principals: AWS Lambda Developer Guide, "Invoking Lambda with events from other AWS services", and each service's
own page. Most rows here are one line: where a resource type names the function that it invokes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.model.code import NO_FIELDS, Fields
from lambda_iam_scan.model.deployment import Trigger
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text
from lambda_iam_scan.readers._extract.apis import api_calls
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.readers._extract.functions import Functions
from lambda_iam_scan.readers._extract.roles import Roles
from lambda_iam_scan.readers._extract.state_machines import state_machine_calls
from lambda_iam_scan.templates.intrinsics import references


@dataclass(frozen=True, slots=True)
class _Row:
    """`path` leads to the function (`[]`: every element, `*`: every value); `role` to the caller's role, if it has one.

    `only` is a sibling of the function that must have a value, for lists that hold other things too.
    """

    kind: str
    type: str
    principal: str
    path: str
    role: str | None = None
    only: tuple[str, str] | None = None
    source: Callable[[Context, str], Text | None] | None = None


def _rotated_secret(context: Context, logical_id: str) -> Text | None:
    secrets = [name for name, _ in context.scope.of_type("AWS::SecretsManager::Secret")]
    text = context.scope.text(context.scope.properties(logical_id).get("SecretId"))
    return next((context.scope.arn(name) for name in secrets if text in context.scope.reference(name)), text)


def _log_group(context: Context, logical_id: str) -> Text | None:
    name = context.scope.text(context.scope.properties(logical_id).get("LogGroupName"))
    return Text.of("arn:", PARTITION, ":logs:", REGION, ":", ACCOUNT, ":log-group:", name, ":*")


def _receipt_rule(context: Context, logical_id: str) -> Text | None:
    properties = context.scope.properties(logical_id)
    name = context.scope.get(properties, "Rule", "Name")
    rule = context.scope.text(name) if name is not None else Text.of(Hole("generated rule name"))
    rule_set = context.scope.text(properties.get("RuleSetName"))
    return Text.of("arn:", PARTITION, ":ses:", REGION, ":", ACCOUNT, ":receipt-rule-set/", rule_set, ":receipt-rule/", rule)


_ROWS = (
    _Row("s3", "AWS::S3::Bucket", "s3.amazonaws.com", "NotificationConfiguration.LambdaConfigurations.[].Function"),
    _Row("sns", "AWS::SNS::Topic", "sns.amazonaws.com", "Subscription.[].Endpoint", only=("Protocol", "lambda")),
    _Row("eventbridge", "AWS::Events::Rule", "events.amazonaws.com", "Targets.[].Arn", role="RoleArn"),
    _Row("scheduler", "AWS::Scheduler::Schedule", "scheduler.amazonaws.com", "Target.Arn", role="RoleArn"),
    _Row("pipes", "AWS::Pipes::Pipe", "pipes.amazonaws.com", "Target", role="RoleArn"),
    _Row("pipes", "AWS::Pipes::Pipe", "pipes.amazonaws.com", "Enrichment", role="RoleArn"),
    _Row("alb", "AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing.amazonaws.com", "Targets.[].Id"),
    _Row("cognito", "AWS::Cognito::UserPool", "cognito-idp.amazonaws.com", "LambdaConfig.*"),
    _Row("cognito", "AWS::Cognito::UserPool", "cognito-idp.amazonaws.com", "LambdaConfig.*.LambdaArn"),
    _Row("cloudwatch-logs", "AWS::Logs::SubscriptionFilter", "logs.amazonaws.com", "DestinationArn", source=_log_group),
    _Row("cloudwatch-alarm", "AWS::CloudWatch::Alarm", "lambda.alarms.cloudwatch.amazonaws.com", "AlarmActions.[]"),
    _Row("cloudwatch-alarm", "AWS::CloudWatch::Alarm", "lambda.alarms.cloudwatch.amazonaws.com", "OKActions.[]"),
    _Row("iot", "AWS::IoT::TopicRule", "iot.amazonaws.com", "TopicRulePayload.Actions.[].Lambda.FunctionArn"),
    _Row("iot", "AWS::IoT::TopicRule", "iot.amazonaws.com", "TopicRulePayload.ErrorAction.Lambda.FunctionArn"),
    _Row("config", "AWS::Config::ConfigRule", "config.amazonaws.com", "Source.SourceIdentifier"),
    _Row("codecommit", "AWS::CodeCommit::Repository", "codecommit.amazonaws.com", "Triggers.[].DestinationArn"),
    _Row(
        "secretsmanager",
        "AWS::SecretsManager::RotationSchedule",
        "secretsmanager.amazonaws.com",
        "RotationLambdaARN",
        source=_rotated_secret,
    ),
    _Row("bedrock-agent", "AWS::Bedrock::Agent", "bedrock.amazonaws.com", "ActionGroups.[].ActionGroupExecutor.Lambda"),
    _Row("ses", "AWS::SES::ReceiptRule", "ses.amazonaws.com", "Rule.Actions.[].LambdaAction.FunctionArn", source=_receipt_rule),
    _Row("cognito-sync", "AWS::Cognito::IdentityPool", "cognito-sync.amazonaws.com", "CognitoEvents.*"),
    _Row("appsync", "AWS::AppSync::DataSource", "appsync.amazonaws.com", "LambdaConfig.LambdaFunctionArn", role="/ServiceRoleArn"),
    _Row("appsync-authorizer", "AWS::AppSync::GraphQLApi", "appsync.amazonaws.com", "LambdaAuthorizerConfig.AuthorizerUri"),
)


def triggers(context: Context, functions: Functions, roles: Roles) -> Iterator[tuple[str, Trigger]]:
    """Every service that invokes a function of the template, with the function's logical id."""
    for row in _ROWS:
        for logical_id, properties in context.scope.of_type(row.type):
            yield from _of_row(context, functions, roles, row, logical_id, properties)
    yield from _subscriptions(context, functions)
    yield from _urls(context, functions)
    yield from _distributions(context, functions)
    for call in (*api_calls(context), *state_machine_calls(context)):
        found = functions.find_text(call.function)
        if found is None:
            continue
        role = roles.of(call.role, call.location) if call.role is not None else None
        yield (
            found[0],
            Trigger(
                kind=call.kind,
                principal=call.principal,
                source=call.source,
                location=call.location,
                qualifier=found[1],
                role=role,
                uses_role=call.role is not None and (role is None or bool(role.gaps)),
            ),
        )


def _of_row(
    context: Context, functions: Functions, roles: Roles, row: _Row, logical_id: str, properties: Mapping[str, Any]
) -> Iterator[tuple[str, Trigger]]:
    for node, parent in _reach(context, properties, properties, tuple(row.path.split("."))):
        found = functions.find(node)
        if found is None or (row.only and context.scope.known(context.scope.get(parent, row.only[0])) != row.only[1]):
            continue
        place = context.place_of(node, logical_id)
        role_node = _role_node(context, row, properties, parent)
        role = roles.of(role_node, place) if role_node is not None else None
        yield (
            found[0],
            Trigger(
                kind=row.kind,
                principal=row.principal,
                source=row.source(context, logical_id) if row.source else context.scope.arn(logical_id),
                location=place,
                qualifier=found[1],
                role=role,
                uses_role=role_node is not None and (role is None or bool(role.gaps)),
            ),
        )


def _role_node(context: Context, row: _Row, properties: Mapping[str, Any], parent: Any) -> Any:
    if row.role is None:
        return None
    return context.scope.get(properties, row.role[1:]) if row.role.startswith("/") else context.scope.get(parent, row.role)


def _reach(context: Context, node: Any, parent: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, Any]]:
    """Every node at a path, with the mapping it stands in."""
    if not path:
        yield node, parent
        return
    first, *rest = path
    if first == "[]":
        for item in context.scope.items(node):
            yield from _reach(context, item, item if isinstance(item, Mapping) else parent, tuple(rest))
    elif isinstance(node, Mapping):
        for name in list(node) if first == "*" else [first]:
            for value in context.scope.branches(node.get(name)):
                yield from _reach(context, value, node, tuple(rest))


def _subscriptions(context: Context, functions: Functions) -> Iterator[tuple[str, Trigger]]:
    for logical_id, properties in context.scope.of_type("AWS::SNS::Subscription"):
        found = functions.find(properties.get("Endpoint"))
        if found is not None and context.scope.known(properties.get("Protocol")) == "lambda":
            source = context.scope.text(properties.get("TopicArn"))
            place = context.place(logical_id)
            yield found[0], _trigger("sns", "sns.amazonaws.com", source, place, found[1])


def _urls(context: Context, functions: Functions) -> Iterator[tuple[str, Trigger]]:
    """Function URLs: public ones admit everybody, others the callers' own IAM policies (`AuthType` in the options)."""
    for logical_id, properties in context.scope.of_type("AWS::Lambda::Url"):
        found = functions.find(properties.get("TargetFunctionArn"))
        if found is None:
            continue
        given = properties.get("Qualifier")
        qualifier = context.scope.text(given) if given is not None else found[1]
        auth = context.scope.text(properties.get("AuthType"))
        options = Fields(((Text.of("AuthType"), auth),))
        place = context.place(logical_id)
        yield found[0], _trigger("function-url", "*", None, place, qualifier, "lambda:InvokeFunctionUrl", options)


def _distributions(context: Context, functions: Functions) -> Iterator[tuple[str, Trigger]]:
    """CloudFront: functions at the edge, and function URLs behind an origin access control."""
    scope = context.scope
    for logical_id, properties in scope.of_type("AWS::CloudFront::Distribution"):
        source = scope.arn(logical_id)
        for behaviours in ("DefaultCacheBehavior", "CacheBehaviors"):
            for behaviour in scope.items(scope.get(properties, "DistributionConfig", behaviours)):
                for node in scope.items(scope.get(behaviour, "LambdaFunctionAssociations")):
                    if (found := functions.find(scope.get(node, "LambdaFunctionARN"))) is not None:
                        place = context.place_of(node, logical_id)
                        yield found[0], _trigger("cloudfront-edge", "edgelambda.amazonaws.com", source, place, found[1])
        for node in scope.items(scope.get(properties, "DistributionConfig", "Origins")):
            if scope.get(node, "OriginAccessControlId") is not None:
                yield from _behind(context, functions, node, source, context.place_of(node, logical_id))


def _behind(context: Context, functions: Functions, node: Any, source: Text, place: Location) -> Iterator[tuple[str, Trigger]]:
    """The function whose URL an origin's domain name is made from."""
    for name in references(context.scope.get(node, "DomainName")):
        if context.scope.type_of(name) == "AWS::Lambda::Url":
            found = functions.find(context.scope.properties(name).get("TargetFunctionArn"))
            if found is not None:
                yield found[0], _trigger("cloudfront", "cloudfront.amazonaws.com", source, place, found[1], "lambda:InvokeFunctionUrl")


def _trigger(
    kind: str,
    principal: str,
    source: Text | None,
    location: Location,
    qualifier: Text | None,
    action: str = "lambda:InvokeFunction",
    options: Fields = NO_FIELDS,
) -> Trigger:
    return Trigger(kind=kind, principal=principal, source=source, location=location, qualifier=qualifier, action=action, options=options)
