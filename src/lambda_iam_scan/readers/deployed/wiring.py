"""What the service's answers about a function mean in the model: event sources, triggers, features. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lambda_iam_scan.model.code import NO_FIELDS, Argument, Constant, Fields, Items
from lambda_iam_scan.model.deployment import EventSource, Feature, Trigger
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Hole, Text

_KIND_OF_SOURCE = {"dynamodb": "dynamodb", "kafka": "msk", "kinesis": "kinesis", "mq": "mq", "rds": "documentdb", "sqs": "sqs"}
"""Service of the source's ARN -> row of rules/lambda/event_sources.toml. DocumentDB clusters have ARNs of `rds`."""


def event_source(row: Mapping[str, Any], location: Location, key: str | None = None) -> EventSource:
    """An event source mapping as `ListEventSourceMappings` gives it; its settings are kept as options, by CloudFormation's names.

    `key` is the key that encrypts the source, if one does.
    """
    arn = row.get("EventSourceArn")
    kind = _KIND_OF_SOURCE.get(arn.split(":")[2], "unknown") if arn else "kafka"
    settings = {_PROPERTY.get(name, name): value for name, value in sorted(row.items()) if name not in _NOT_OPTIONS}
    if key:
        settings["SourceKmsKey"] = key
    return EventSource(kind=kind, source=Text.of(arn or Hole("self-managed")), location=location, options=_fields(settings))


_NOT_OPTIONS = frozenset({"EventSourceArn", "EventSourceMappingArn", "FunctionArn", "LastModified", "UUID"})
_PROPERTY = {"KMSKeyArn": "KmsKeyArn"}
"""Settings that the API spells otherwise than CloudFormation."""


def url_trigger(row: Mapping[str, Any], location: Location) -> Trigger:
    """A function URL: anyone who may call it, through lambda:InvokeFunctionUrl."""
    qualifier = row["FunctionArn"].split(":")[7:8]
    return Trigger(
        kind="function-url",
        principal="*",
        source=None,
        location=location,
        qualifier=Text.of(qualifier[0]) if qualifier else None,
        action="lambda:InvokeFunctionUrl",
        options=_fields({"AuthType": row.get("AuthType")}),
    )


def features(configuration: Mapping[str, Any], location: Location) -> Iterable[Feature]:
    """Parts of a function's configuration that need permissions of their own."""
    if configuration.get("VpcConfig", {}).get("SubnetIds"):
        yield Feature(kind="vpc", location=location)
    if configuration.get("TracingConfig", {}).get("Mode") == "Active":
        yield Feature(kind="tracing", location=location)
    if target := configuration.get("DeadLetterConfig", {}).get("TargetArn"):
        yield Feature(kind="dead-letter-queue", location=location, target=Text.of(target))
    if key := configuration.get("KMSKeyArn"):
        yield Feature(kind="environment-key", location=location, target=Text.of(key))
    for system in configuration.get("FileSystemConfigs") or ():
        kind = "s3-files" if system["Arn"].split(":")[2] == "s3files" else "efs"
        yield Feature(kind=kind, location=location, target=Text.of(system["Arn"]), options=_fields(system))
    for layer in configuration.get("Layers") or ():
        if "LambdaInsightsExtension" in layer["Arn"]:
            yield Feature(kind="insights", location=location, target=Text.of(layer["Arn"]))
    if configuration.get("DurableConfig"):
        yield Feature(kind="durable", location=location)


def invoke_destinations(row: Mapping[str, Any], location: Location) -> Iterable[Feature]:
    """Where results of asynchronous invocations go."""
    destinations = row.get("DestinationConfig", {})
    for name, kind in (("OnSuccess", "on-success"), ("OnFailure", "on-failure")):
        if target := destinations.get(name, {}).get("Destination"):
            yield Feature(kind=kind, location=location, target=Text.of(target))


def layers(configuration: Mapping[str, Any]) -> Fields:
    """The option `layers`: their ARNs, in order."""
    arns = tuple(Text.of(layer["Arn"]) for layer in configuration.get("Layers") or ())
    return Fields(((Text.of("layers"), Items(arns)),)) if arns else NO_FIELDS


def _fields(values: Mapping[str, Any]) -> Fields:
    return Fields(tuple((Text.of(key), _argument(value)) for key, value in values.items() if value is not None))


def _argument(value: Any) -> Argument:
    if isinstance(value, str):
        return Text.of(value)
    if isinstance(value, Mapping):
        return _fields(value)
    if isinstance(value, list):
        return Items(tuple(_argument(item) for item in value))
    return Constant(value)
