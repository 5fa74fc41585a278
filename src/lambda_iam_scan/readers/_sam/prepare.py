"""A SAM template made acceptable to the translator, which wants what `sam package` leaves: code in S3, no nested applications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambda_iam_scan.templates.intrinsics import is_call
from lambda_iam_scan.templates.nodes import Map, Str, location_of

FUNCTION = "AWS::Serverless::Function"
BUCKET = "local-source"
"""Stands for the project's own directories while the translator works; the key is an index into `Prepared.local`."""
_LOCAL = {
    FUNCTION: "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
    "AWS::Serverless::Api": "DefinitionUri",
    "AWS::Serverless::HttpApi": "DefinitionUri",
}
_APPLICATION = "AWS::Serverless::Application"


@dataclass(slots=True)
class Prepared:
    """A template for the translator, and what was taken out of it."""

    template: Map
    local: list[Any] = field(default_factory=list)
    """Paths beside the template, by the key that stands for them."""
    kept: dict[str, Any] = field(default_factory=dict)
    """Resources the translator must not see, by logical id."""
    loops: list[Str] = field(default_factory=list)
    """Keys of `Fn::ForEach` and `Fn::Transform` among the resources: not expanded."""


def prepare(template: Map) -> Prepared:
    """Change a copy of the template in place."""
    prepared = Prepared(template)
    resources = template["Resources"]
    shared = _globals(template, "Function")
    _replace(prepared, shared, "CodeUri")
    for logical_id, resource in list(resources.items()):
        if not isinstance(resource, Map):
            prepared.loops.append(resources_key(resources, logical_id))
            del resources[logical_id]
            continue
        _resource(prepared, logical_id, resource, shared)
    return prepared


def _resource(prepared: Prepared, logical_id: str, resource: Map, shared: Mapping[str, Any]) -> None:
    kind = str(resource.get("Type"))
    if kind == _APPLICATION:
        prepared.kept[logical_id] = prepared.template["Resources"].pop(logical_id)
        return
    if not kind.startswith("AWS::Serverless::"):
        return
    if not isinstance(resource.get("Properties"), Map):
        resource["Properties"] = Map(resource.location)
    properties = resource["Properties"]
    if kind == FUNCTION:
        _code(prepared, properties, shared)
    if kind in _LOCAL:
        _replace(prepared, properties, _LOCAL[kind])


def _code(prepared: Prepared, properties: Map, shared: Mapping[str, Any]) -> None:
    """SAM CLI takes the template's own directory for a missing CodeUri; a built image's address is not in the source."""
    image = "Image" in (properties.get("PackageType"), shared.get("PackageType"))
    if image:
        properties.setdefault("ImageUri", "image")
    elif not any(name in properties for name in ("CodeUri", "InlineCode", "ImageUri")) and "CodeUri" not in shared:
        properties["CodeUri"] = Str(".", properties.location)


def _replace(prepared: Prepared, properties: Any, name: str) -> None:
    node = properties.get(name) if isinstance(properties, Map) else None
    if isinstance(node, str) and not node.startswith("s3://"):
        properties[name] = f"s3://{BUCKET}/{len(prepared.local)}"
        prepared.local.append(node)


def restore(node: Any, local: list[Any]) -> Any:
    """Put the local path back where its stand-in is (as `Code`, `Content` or `DefinitionS3Location`)."""
    if not isinstance(node, Mapping) or is_call(node):
        return node
    bucket = node.get("S3Bucket", node.get("Bucket"))
    key = node.get("S3Key", node.get("Key"))
    return local[int(str(key))] if bucket == BUCKET and str(key).isdecimal() else node


def resources_key(mapping: Map, name: str) -> Str:
    """A mapping's key as written."""
    found = next((key for key in mapping if key == name), name)
    return found if isinstance(found, Str) else Str(name, location_of(found, mapping.location))


def _globals(template: Map, section: str) -> Any:
    shared = template.get("Globals")
    found = shared.get(section) if isinstance(shared, Map) else None
    return found if isinstance(found, Map) else Map(template.location)
