"""Functions that the translator rejects, read as far as they say themselves: no events, no connectors, and a role known in part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambda_iam_scan.templates.intrinsics import is_call
from lambda_iam_scan.templates.nodes import Map, Str

_RENAMED = {"CodeUri": "Code", "FunctionUrlConfig": None, "Events": None, "Policies": None, "InlineCode": None}
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def plain_resources(root: Map, rejected: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """CloudFormation resources for rejected functions, and the roles among them that are known only in part."""
    shared = _shared(root)
    resources: dict[str, Any] = {}
    roles: list[str] = []
    for logical_id, resource in rejected.items():
        if resource.get("Type") != "AWS::Serverless::Function":
            continue
        properties = _merged(shared, resource.get("Properties"))
        if "Role" not in properties:
            roles.append(f"{logical_id}Role")
            resources[roles[-1]] = {"Type": "AWS::IAM::Role", "Properties": _role(roles[-1], properties)}
            properties["Role"] = {"Fn::GetAtt": [roles[-1], "Arn"]}
        resources[logical_id] = {"Type": "AWS::Lambda::Function", "Properties": _function(properties)}
        if "Metadata" in resource:
            resources[logical_id]["Metadata"] = resource["Metadata"]
    return resources, tuple(roles)


def only_other_languages(root: Map) -> bool:
    """Whether a template surely says nothing of a Python function: every one that it declares is written for another runtime."""
    shared = _shared(root)
    for name, resource in root["Resources"].items():
        if str(name).startswith("Fn::") or not isinstance(resource, Mapping) or resource.get("Type") == "AWS::Lambda::EventSourceMapping":
            return False
        if resource.get("Type") in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
            properties = _merged(shared if resource["Type"] == "AWS::Serverless::Function" else {}, resource.get("Properties"))
            runtime = properties.get("Runtime")
            if not isinstance(runtime, Str) or runtime.startswith("python") or "PackageType" in properties:
                return False
    return True


def _shared(root: Map) -> Mapping[str, Any]:
    shared = root.get("Globals")
    found = shared.get("Function") if isinstance(shared, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _merged(shared: Mapping[str, Any], own: Any) -> dict[str, Any]:
    """SAM's rule for Globals: mappings merge, lists are joined, anything else is replaced."""
    if not isinstance(own, Mapping):
        return dict(shared)
    merged = dict(shared)
    for name, value in own.items():
        before = merged.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping) and not is_call(value):
            merged[name] = _merged(before, value)
        else:
            merged[name] = [*before, *value] if isinstance(before, list) and isinstance(value, list) else value
    return merged


def _function(properties: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in properties.items() if name not in _RENAMED}
    found["Code"] = {"ZipFile": properties["InlineCode"]} if "InlineCode" in properties else properties.get("CodeUri", ".")
    if (mode := properties.get("Tracing")) is not None:
        found["TracingConfig"] = {"Mode": mode}
    return found


def _role(role: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    given = properties.get("Policies")
    nodes = [] if given is None else given if isinstance(given, list) else [given]
    documents = [_document(f"{role}Policy{index}", node) for index, node in enumerate(nodes)]
    return {
        "AssumeRolePolicyDocument": properties.get("AssumeRolePolicyDocument", _TRUST),
        "ManagedPolicyArns": [_BASIC, *(_managed(node) for node in nodes if isinstance(node, str) or is_call(node))],
        "Policies": [document for document in documents if document],
    }


def _managed(node: Any) -> Any:
    return Str(f"arn:aws:iam::aws:policy/{node}", node.location) if isinstance(node, Str) and not node.startswith("arn:") else node


def _document(name: str, node: Any) -> dict[str, Any] | None:
    """An inline policy; a policy template by the translator's own table."""
    if not isinstance(node, Mapping) or is_call(node):
        return None
    document = node if "Statement" in node else _from_template(node)
    return {"PolicyName": name, "PolicyDocument": document} if document is not None else None


def _from_template(node: Mapping[str, Any]) -> Any:
    from samtranslator.policy_template_processor.processor import PolicyTemplatesProcessor

    processor = PolicyTemplatesProcessor(PolicyTemplatesProcessor.get_default_policy_templates_json())
    name, parameters = next(iter(node.items()))
    try:
        return processor.convert(name, parameters)
    except Exception:  # an unknown template or missing parameters: the gap that the translator's own error left says so
        return None
