"""Event source mappings: what Lambda polls with the function's role. Kinds are rows of rules/lambda/event_sources.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lambda_iam_scan.model.code import Argument, Fields
from lambda_iam_scan.model.deployment import EventSource
from lambda_iam_scan.model.text import Hole, Text
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.readers._extract.functions import Functions
from lambda_iam_scan.templates.intrinsics import references
from lambda_iam_scan.templates.texts import split

_BY_SERVICE = {"sqs": "sqs", "dynamodb": "dynamodb", "kinesis": "kinesis", "kafka": "msk", "mq": "mq", "rds": "documentdb"}
_BY_TYPE = {
    "AWS::SQS::Queue": "sqs",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::Kinesis::StreamConsumer": "kinesis",
    "AWS::MSK::Cluster": "msk",
    "AWS::MSK::ServerlessCluster": "msk",
    "AWS::AmazonMQ::Broker": "mq",
    "AWS::DocDB::DBCluster": "documentdb",
}
_KEYS = {
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::Kinesis::Stream": ("StreamEncryption", "KeyId"),
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::MSK::Cluster": ("EncryptionInfo", "EncryptionAtRest", "DataVolumeKMSKeyId"),
}
"""Where a source names the key that encrypts it."""
NOWHERE = ""
_NOT_OPTIONS = frozenset({"EventSourceArn", "FunctionName", "Tags"})


def event_sources(context: Context, functions: Functions) -> Iterator[tuple[str, EventSource]]:
    """Every mapping of the template, with the logical id of its function, `NOWHERE` where that is not known.

    `options` are the mapping's own properties, by CloudFormation's names, and of a source that the template declares
    `SourceKmsKey`, its encryption key, and `SourceIamAuthentication`, "true" where IAM is the only way in.
    """
    for logical_id, properties in context.scope.of_type("AWS::Lambda::EventSourceMapping"):
        target = functions.find(properties.get("FunctionName"))
        if target is None and all(text.literal for text in context.scope.texts(properties.get("FunctionName"))):
            continue
        node = context.scope.first(properties.get("EventSourceArn"))
        source = context.scope.text(node) if node is not None else Text.of(Hole("self-managed"))
        kind = _kind(context, properties, source, node)
        options = _options(context, properties, node)
        place, certain = context.place(logical_id), target is not None
        yield target[0] if target else NOWHERE, EventSource(kind=kind, source=source, location=place, options=options, certain=certain)


def _kind(context: Context, properties: Mapping[str, Any], source: Text, node: Any) -> str:
    """By the source's ARN, the resource it refers to, or the properties that only one kind has; `unknown` when nothing tells."""
    pieces = split(source, ":")
    service = pieces[2].literal if len(pieces) > 5 and pieces[0].literal == "arn" else None
    if service in _BY_SERVICE:
        return _BY_SERVICE[service]
    for name in references(node):
        if (kind := _BY_TYPE.get(context.scope.type_of(name))) is not None:
            return kind
    if "SelfManagedEventSource" in properties:
        return "kafka"
    if "DocumentDBEventSourceConfig" in properties:
        return "documentdb"
    if "AmazonManagedKafkaEventSourceConfig" in properties or "Topics" in properties:
        return "msk"
    return "mq" if "Queues" in properties else "unknown"


def _options(context: Context, properties: Mapping[str, Any], node: Any) -> Fields:
    entries: list[tuple[Text, Argument]] = [
        (Text.of(str(name)), context.scope.argument(value)) for name, value in properties.items() if name not in _NOT_OPTIONS
    ]
    for name in references(node):
        key = context.scope.get(context.scope.properties(name), *_KEYS.get(context.scope.type_of(name), ("",)))
        if key is not None:
            entries.append((Text.of("SourceKmsKey"), context.scope.text(key)))
        if _iam_only(context, name):
            entries.append((Text.of("SourceIamAuthentication"), Text.of("true")))
    return Fields(tuple(entries))


def _iam_only(context: Context, logical_id: str) -> bool:
    """Whether a cluster admits clients by IAM and by nothing else."""
    kind, properties = context.scope.type_of(logical_id), context.scope.properties(logical_id)
    if kind not in ("AWS::MSK::Cluster", "AWS::MSK::ServerlessCluster"):
        return False
    admitted = context.scope.get(properties, "ClientAuthentication")
    if not isinstance(admitted, Mapping):
        return False
    ways = [context.scope.get(admitted, *way, "Enabled") for way in (("Sasl", "Iam"), ("Sasl", "Scram"), ("Tls",), ("Unauthenticated",))]
    return [context.scope.known(way) == "true" for way in ways] == [True, False, False, False]
