"""What of a function's configuration needs permissions of its own. Kinds are rows of rules/lambda/features.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lambda_iam_scan.model.code import Fields
from lambda_iam_scan.model.deployment import Feature
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.readers._extract.functions import Functions
from lambda_iam_scan.templates.intrinsics import references
from lambda_iam_scan.templates.texts import split

PERHAPS = "Perhaps"
"""What readers put into a configuration that only the deployment decides on."""
_TARGETS = (
    ("dead-letter-queue", ("DeadLetterConfig", "TargetArn")),
    ("environment-key", ("KmsKeyArn",)),
)


def features_of(context: Context, logical_id: str, properties: Mapping[str, Any]) -> Iterator[Feature]:
    """Features that the function's own resource configures."""
    scope = context.scope
    if scope.items(scope.get(properties, "VpcConfig", "SubnetIds")):
        yield Feature(
            kind="vpc", location=context.key_place(properties, "VpcConfig", logical_id), certain=_certain(context, properties, "VpcConfig")
        )
    mode = scope.get(properties, "TracingConfig", "Mode")
    traced = scope.known(mode) == "Active"
    if traced or (mode is not None and scope.text(mode).literal is None):
        sure = traced and _certain(context, properties, "TracingConfig")
        yield Feature(kind="tracing", location=context.key_place(properties, "TracingConfig", logical_id), certain=sure)
    for kind, path in _TARGETS:
        node = scope.get(properties, *path)
        if node is not None:
            place = context.key_place(properties, path[0], logical_id)
            yield Feature(
                kind=kind, location=place, target=scope.text(node), certain=len(path) == 1 or _certain(context, properties, path[0])
            )
    for node in scope.items(properties.get("FileSystemConfigs")):
        target = scope.text(scope.get(node, "Arn"))
        yield Feature(kind=_file_system(target), location=context.place_of(node, logical_id), target=target, options=_mount(context, node))
    for node in scope.items(properties.get("Layers")):
        if "LambdaInsightsExtension" in str(scope.text(node)):
            yield Feature(kind="insights", location=context.place_of(node, logical_id), target=scope.text(node))
    if scope.get(properties, "DurableConfig") is not None:
        yield Feature(kind="durable", location=context.key_place(properties, "DurableConfig", logical_id))


def _certain(context: Context, properties: Mapping[str, Any], name: str) -> bool:
    return context.scope.get(properties, name, PERHAPS) is None


def _mount(context: Context, node: Any) -> Fields:
    """The mount's own properties, and `FileSystemPolicy`, "true" where the template's file system has a policy."""
    scope = context.scope
    entries = scope.fields(node).entries
    for name in references(scope.get(node, "Arn")):
        for system in references(scope.properties(name).get("FileSystemId")):
            if scope.get(scope.properties(system), "FileSystemPolicy") is not None:
                return Fields((*entries, (Text.of("FileSystemPolicy"), Text.of("true"))))
    return Fields(entries)


def _file_system(arn: Text) -> str:
    pieces = split(arn, ":")
    return "s3-files" if len(pieces) > 2 and pieces[2].literal == "s3files" else "efs"


def destinations(context: Context, functions: Functions) -> Iterator[tuple[str, Feature]]:
    """Where asynchronous invocations send their results, with the function's logical id."""
    scope = context.scope
    for logical_id, properties in scope.of_type("AWS::Lambda::EventInvokeConfig"):
        target = functions.find(properties.get("FunctionName"))
        if target is None:
            continue
        for kind, name in (("on-success", "OnSuccess"), ("on-failure", "OnFailure")):
            node = scope.get(properties, "DestinationConfig", name, "Destination")
            if node is not None:
                place = context.key_place(properties, "DestinationConfig", logical_id)
                sure = _certain(context, properties, "DestinationConfig")
                yield target[0], Feature(kind=kind, location=place, target=scope.text(node), certain=sure)
