"""What the framework makes of a configuration: one CloudFormation template.

Source: Serverless Framework documentation (AWS provider: "Functions", "Events", "IAM"), whose names of generated resources this
keeps: `<Name>LambdaFunction`, `IamRoleLambdaExecution`. Events whose permissions the framework writes itself leave no trace here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lambda_iam_scan.model.source import Location
from lambda_iam_scan.templates.intrinsics import is_call
from lambda_iam_scan.templates.nodes import Map, Seq, Str, location_of
from lambda_iam_scan.templates.texts import by_default, settled

ROLE = "IamRoleLambdaExecution"
_SCALARS = {"handler": "Handler", "runtime": "Runtime", "layers": "Layers", "kmsKeyArn": "KmsKeyArn", "fileSystemConfig": None}
_LOGS = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource", "logs:PutLogEvents"],
    "Resource": {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/*:*"},
}
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_POLLED = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"),
    "kinesis": (
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:DescribeStreamSummary",
        "kinesis:ListShards",
        "kinesis:ListStreams",
        "kinesis:DescribeStream",
        "kinesis:SubscribeToShard",
    ),
}
"""Permissions that the framework adds to the role for the event sources it makes."""
_VPC = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"}
_TRACES = {"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": ["*"]}


_WSGI = "wsgi_handler.handler"
"""What the plugin serverless-wsgi adds to the code: it serves the application that `custom.wsgi.app` names."""


def template_of(root: Map, stage: str | None = None) -> dict[str, Any]:
    """A CloudFormation template for a configuration without variables, for a stage that overrides its own.

    Generated nodes have no place, the author's keep theirs.
    """
    provider = _map(root.get("provider"))
    resources: dict[Any, Any] = {}
    grants: list[Any] = []
    managed = _managed(provider)
    names = _Names(root, provider, stage)
    application = _map(_map(root.get("custom")).get("wsgi")).get("app")
    for key, function in (*_map(root.get("functions")).items(), *_workers(root)):
        if isinstance(function, Map):
            logical_id = Str(_logical(key) + "LambdaFunction", location_of(key, function.location))
            properties = _function(key, function, provider, names)
            if properties.get("Handler") == _WSGI and application is not None:
                properties["Handler"] = application
            resources[logical_id] = {"Type": "AWS::Lambda::Function", "Properties": properties}
            resources.update(_mappings(logical_id, function, grants))
            resources.update(_own_role(key, function, provider))
            if not _has_own_role(function):
                managed += (arn for arn in _written(properties, grants) if arn not in managed)
    for key, layer in _map(root.get("layers")).items():
        if isinstance(layer, Map):
            made = Str(_logical(key) + "LambdaLayer", location_of(key, layer.location))
            properties = {"Content": layer.get("path"), "LayerName": layer.get("name", key)}
            resources[made] = {"Type": "AWS::Lambda::LayerVersion", "Properties": properties}
    resources[ROLE] = {"Type": "AWS::IAM::Role", "Properties": _role(_statements(provider), grants, managed, names.role)}
    sections: dict[str, dict[str, Any]] = {name: {} for name in ("Conditions", "Mappings", "Parameters")}
    own = root.get("resources")
    for part in map(_map, own if isinstance(own, Seq) else [own]):
        resources.update(_map(part.get("Resources")))
        for name, section in sections.items():
            section.update(_map(part.get(name)))
    return {**sections, "Resources": resources}


def _workers(root: Map) -> Iterator[tuple[Any, Any]]:
    """Functions that the plugin Lift makes for its constructs: a queue's is named after it."""
    for key, construct in _map(root.get("constructs")).items():
        worker = _map(construct).get("worker")
        if isinstance(worker, Map):
            yield Str(f"{key}Worker", location_of(key, worker.location)), worker


def unseen_grants(root: Map) -> dict[str, str]:
    """The role that a plugin writes statements into which are not in the configuration, and why they are not known.

    Source: https://github.com/getlift/lift/blob/master/docs/configuration.md ("Automatic permissions").
    """
    automatic = _map(root.get("lift")).get("automaticPermissions") is not False
    reason = "the plugin Lift gives this role the permissions for its constructs, which are not known here"
    return {ROLE: reason} if _map(root.get("constructs")) and automatic else {}


class _Names:
    """Physical names: `<service>-<stage>-<function>`."""

    def __init__(self, root: Map, provider: Mapping[str, Any], stage: str | None) -> None:
        service = root.get("service")
        name = service.get("name") if isinstance(service, Map) else service
        self.stack = f"{name}-{stage or by_default('sls:stage', settled(str(provider.get('stage', 'dev'))))}"
        role = _map(_map(provider.get("iam")).get("role")).get("name")
        self.role = role if role is not None else None

    def function(self, key: str, function: Map) -> Any:
        return function.get("name", f"{self.stack}-{key}")


def _function(key: str, function: Map, provider: Mapping[str, Any], names: _Names) -> Any:
    properties = Map(function.location)
    properties["FunctionName"] = names.function(key, function)
    properties["Code"] = "."
    for name, target in _SCALARS.items():
        value = function.get(name, provider.get(name))
        if target and value is not None:
            properties[_like(function, name, target)] = value
    variables = {**_map(provider.get("environment")), **_map(function.get("environment"))}
    properties["Environment"] = {"Variables": variables}
    properties["Role"] = _role_of(key, function, provider)
    properties.update(_features(function, provider))
    image = function.get("image")
    if image is not None:
        properties["PackageType"] = "Image"
    return properties


def _like(mapping: Map, name: str, target: str) -> str:
    """A property's name in CloudFormation that stands where the author's own stands."""
    key = next((found for found in mapping if found == name), None)
    return Str(target, key.location) if isinstance(key, Str) else target


def _features(function: Map, provider: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    vpc = _map(function.get("vpc", provider.get("vpc")))
    if vpc:
        yield "VpcConfig", {"SubnetIds": vpc.get("subnetIds"), "SecurityGroupIds": vpc.get("securityGroupIds")}
    if function.get("tracing", _map(provider.get("tracing")).get("lambda")) in (True, "Active"):
        yield "TracingConfig", {"Mode": "Active"}
    if function.get("onError") is not None:
        yield "DeadLetterConfig", {"TargetArn": function["onError"]}


def _role_of(key: str, function: Map, provider: Mapping[str, Any]) -> Any:
    given = function.get("role")
    if given is None and _has_own_role(function):
        return {"Fn::GetAtt": [_own_role_id(key), "Arn"]}
    if given is None:
        role = _map(provider.get("iam")).get("role", provider.get("role"))
        given = None if isinstance(role, Map) and not is_call(role) else role
    if given is None:
        return {"Fn::GetAtt": [ROLE, "Arn"]}
    return {"Fn::GetAtt": [given, "Arn"]} if isinstance(given, str) and re.fullmatch(r"[A-Za-z0-9]+", given) else given


def _has_own_role(function: Map) -> bool:
    """The plugins serverless-iam-roles-per-function and the framework's own `iam.role.statements` of a function."""
    return "iamRoleStatements" in function or bool(_statements(function))


def _own_role_id(key: str) -> str:
    return _logical(key) + ROLE


def _own_role(key: str, function: Map, provider: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if not _has_own_role(function):
        return
    inherits = function.get("iamRoleStatementsInherit") is True or _map(_map(function.get("iam")).get("role")).get("mode") == "inherit"
    statements = [*(_statements(provider) if inherits else ()), *_statements(function)]
    grants: list[Any] = []
    dict(_mappings("", function, grants))
    managed = [*_managed(function), *_written(dict(_features(function, provider)), grants)]
    yield _own_role_id(key), {"Type": "AWS::IAM::Role", "Properties": _role(statements, grants, managed, None)}


def _written(properties: Mapping[str, Any], grants: list[Any]) -> list[Any]:
    """Managed policies that the framework attaches for a function's features, and into `grants` its statements for them."""
    if "TracingConfig" in properties and _TRACES not in grants:
        grants.append(_TRACES)
    if "KmsKeyArn" in properties:
        grants.append({"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [properties["KmsKeyArn"]]})
    target = properties.get("DeadLetterConfig", {}).get("TargetArn")
    if isinstance(target, str) and ":sns:" in target:
        grants.append({"Effect": "Allow", "Action": ["sns:Publish"], "Resource": [target]})
    return [_VPC] if "VpcConfig" in properties else []


def _statements(owner: Mapping[str, Any]) -> list[Any]:
    role = _map(_map(owner.get("iam")).get("role"))
    found = [*_list(owner.get("iamRoleStatements")), *_list(role.get("statements"))]
    return [statement for statement in found if isinstance(statement, Map)]


def _managed(owner: Mapping[str, Any]) -> list[Any]:
    role = _map(_map(owner.get("iam")).get("role"))
    return [*_list(owner.get("iamManagedPolicies")), *_list(role.get("managedPolicies"))]


def _role(statements: list[Any], grants: list[Any], managed: list[Any], name: Any) -> dict[str, Any]:
    policies = [("generated", [_LOGS, *grants])] + ([("statements", statements)] if statements else [])
    properties: dict[str, Any] = {
        "AssumeRolePolicyDocument": _TRUST,
        "ManagedPolicyArns": managed,
        "Policies": [{"PolicyName": policy, "PolicyDocument": _document(found)} for policy, found in policies],
    }
    return {**properties, "RoleName": name} if name is not None else properties


def _document(statements: list[Any]) -> Any:
    """A document stands where its first statement stands, if the author wrote that."""
    document: dict[str, Any] = {"Version": "2012-10-17", "Statement": statements}
    place = getattr(statements[0], "location", None)
    if place is None:
        return document
    placed = Map(place)
    placed.update(document)
    return placed


def _mappings(logical_id: str, function: Map, grants: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Event source mappings, and into `grants` what the framework lets the role do for them."""
    for index, event in enumerate(_list(function.get("events"))):
        for kind in ("sqs", "stream") if isinstance(event, Map) else ():
            source = event.get(kind)
            arn = source.get("arn") if isinstance(source, Map) and not is_call(source) else source
            if arn is None:
                continue
            actions = _POLLED[_service(kind, source, arn)]
            grants.append({"Effect": "Allow", "Action": list(actions), "Resource": [arn]})
            name = Str(f"{logical_id}Events{index}", event.location)
            yield (
                name,
                {
                    "Type": "AWS::Lambda::EventSourceMapping",
                    "Properties": {"EventSourceArn": arn, "FunctionName": {"Ref": str(logical_id)}},
                },
            )


def _service(kind: str, source: Any, arn: Any) -> str:
    if kind == "sqs":
        return "sqs"
    given = source.get("type") if isinstance(source, Map) else None
    return str(given) if given in _POLLED else "dynamodb" if "dynamodb" in str(arn) or "StreamArn" in str(arn) else "kinesis"


def _logical(key: str) -> str:
    """The framework's normalized name: `my-function_a` -> `MyDashfunctionUnderscorea`."""
    name = key.replace("-", "Dash").replace("_", "Underscore")
    return name[:1].upper() + name[1:]


def _map(node: Any) -> Any:
    return node if isinstance(node, Map) else Map(location_of(node, _NOWHERE))


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


_NOWHERE = Location("")
