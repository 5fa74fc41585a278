"""Resource-based policies of everything but functions: queues, buckets, topics, keys, secrets, buses, tables, streams, and who may
assume a role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.iam import Entry, Policy, PolicyKind, ResourcePolicy, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Text
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.templates.texts import join, split

_SEPARATE = {
    "AWS::SQS::QueuePolicy": ("Queues", "PolicyDocument"),
    "AWS::SQS::QueueInlinePolicy": ("Queue", "PolicyDocument"),
    "AWS::S3::BucketPolicy": ("Bucket", "PolicyDocument"),
    "AWS::SNS::TopicPolicy": ("Topics", "PolicyDocument"),
    "AWS::SNS::TopicInlinePolicy": ("TopicArn", "PolicyDocument"),
    "AWS::SecretsManager::ResourcePolicy": ("SecretId", "ResourcePolicy"),
    "AWS::Kinesis::ResourcePolicy": ("ResourceArn", "ResourcePolicy"),
    "AWS::Events::EventBusPolicy": ("EventBusName", "Statement"),
}
"""Resource type -> properties that name what it is attached to, and the document."""
_OWN = {
    "AWS::KMS::Key": ("KeyPolicy",),
    "AWS::KMS::ReplicaKey": ("KeyPolicy",),
    "AWS::DynamoDB::Table": ("ResourcePolicy", "PolicyDocument"),
    "AWS::ECR::Repository": ("RepositoryPolicyText",),
    "AWS::EFS::FileSystem": ("FileSystemPolicy",),
    "AWS::Events::EventBus": ("Policy",),
    "AWS::OpenSearchService::Domain": ("AccessPolicies",),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument",),
    "AWS::S3::AccessPoint": ("Policy",),
}
"""Resource type -> where its own policy stands."""
_SHORT = "execute-api:/"
_OF_STREAM = {
    "AWS::DynamoDB::Table": ("StreamSpecification", "ResourcePolicy", "PolicyDocument"),
}
"""Resource type -> where its stream's policy stands."""
_OF_REPLICAS = {
    "Arn": ("ResourcePolicy", "PolicyDocument"),
    "StreamArn": ("ReplicaStreamSpecification", "ResourcePolicy", "PolicyDocument"),
}
"""Attribute of a global table -> where a replica's policy on it stands; each replica has its own ARN, in its region."""


def resource_policies(context: Context) -> tuple[tuple[ResourcePolicy, ...], tuple[Gap, ...]]:
    """Every policy of the template that is attached to a resource which is no function."""
    found: list[ResourcePolicy] = []
    gaps: list[Gap] = []
    for resource, name, node, place in (*_separate(context), *_embedded(context), *_of_apis(context), *_of_replicas(context)):
        policy, problems = context.policy(node, name=name, kind=PolicyKind.RESOURCE_BASED, location=place)
        found.append(ResourcePolicy(resource=resource, policy=_in_full(policy, resource)))
        gaps += problems
    return tuple(found), tuple(gaps)


def _separate(context: Context) -> Iterator[tuple[Text, str, Any, Location]]:
    arns = _arns(context)
    for logical_id, properties in context.scope.of_type(*_SEPARATE):
        kind = context.scope.type_of(logical_id)
        target, document = _SEPARATE[kind]
        node = context.scope.first(properties.get(document))
        if kind == "AWS::Events::EventBusPolicy" and node is not None:
            node = {"Version": "2012-10-17", "Statement": node}
        for text in context.texts(properties.get(target)) or ((Text.of("default"),) if target == "EventBusName" else ()):
            if node is not None:
                yield arns.get(text) or _arn(kind, text), logical_id, node, context.place_of(node, logical_id)


def _embedded(context: Context) -> Iterator[tuple[Text, str, Any, Location]]:
    for logical_id, properties in context.scope.of_type(*_OWN):
        node = context.scope.get(properties, *_OWN[context.scope.type_of(logical_id)])
        if node is not None:
            yield context.scope.arn(logical_id), logical_id, node, context.place_of(node, logical_id)
    for logical_id, properties in context.scope.of_type(*_OF_STREAM):
        node = context.scope.get(properties, *_OF_STREAM[context.scope.type_of(logical_id)])
        if node is not None:
            for stream in context.scope.attribute(logical_id, "StreamArn"):
                yield stream, logical_id, node, context.place_of(node, logical_id)


def _of_replicas(context: Context) -> Iterator[tuple[Text, str, Any, Location]]:
    for logical_id, properties in context.scope.of_type("AWS::DynamoDB::GlobalTable"):
        for replica in context.scope.items(properties.get("Replicas")):
            for attribute, path in _OF_REPLICAS.items():
                node = context.scope.get(replica, *path)
                if node is not None:
                    region = context.scope.text(context.scope.get(replica, "Region"))
                    for arn in context.scope.attribute(logical_id, attribute):
                        yield _in_region(arn, region), logical_id, node, context.place_of(node, logical_id)


def _in_region(arn: Text, region: Text) -> Text:
    segments = split(arn, ":")
    return join(Text.of(":"), (*segments[:3], region, *segments[4:]))


def _of_apis(context: Context) -> Iterator[tuple[Text, str, Any, Location]]:
    """A REST API has its policy as a property, or in its OpenAPI definition."""
    for logical_id, properties in context.scope.of_type("AWS::ApiGateway::RestApi"):
        for node in (context.scope.get(properties, "Policy"), context.scope.get(properties, "Body", "x-amazon-apigateway-policy")):
            for name in context.scope.reference(logical_id) if node is not None else ():
                api = Text.of("arn:", PARTITION, ":execute-api:", REGION, ":", ACCOUNT, ":", name)
                yield api, logical_id, node, context.place_of(node, logical_id)


def _in_full(policy: Policy, resource: Text) -> Policy:
    """An API's policy may leave out which API it is: `execute-api:/stage/GET/path`."""
    return replace(policy, statements=tuple(_statement_in_full(statement, resource) for statement in policy.statements))


def _statement_in_full(statement: Statement, resource: Text) -> Statement:
    def full(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(replace(entry, text=_of_api(entry.text, resource)) for entry in entries)

    return replace(statement, resources=full(statement.resources), not_resources=full(statement.not_resources))


def _of_api(text: Text, resource: Text) -> Text:
    first = text.parts[0] if text.parts else ""
    short = isinstance(first, str) and first.startswith(_SHORT)
    return Text.of(resource, "/", first.removeprefix(_SHORT), *text.parts[1:]) if short and isinstance(first, str) else text


def _arns(context: Context) -> dict[Text, Text]:
    """What `Ref` gives for the template's resources -> their ARNs (a queue's is its URL)."""
    kinds = ("AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::Events::EventBus")
    return {text: context.scope.arn(name) for name, _ in context.scope.of_type(*kinds) for text in context.scope.reference(name)}


def _arn(kind: str, text: Text) -> Text:
    """ARN of a resource that the template names but does not declare."""
    if kind == "AWS::S3::BucketPolicy":
        return Text.of("arn:", PARTITION, ":s3:::", text)
    if kind == "AWS::Events::EventBusPolicy" and len(split(text, ":")) < 6:
        return Text.of("arn:", PARTITION, ":events:", REGION, ":", ACCOUNT, ":event-bus/", text)
    if kind.startswith("AWS::SQS::") and len(pieces := split(text, "/")) == 5:
        host = split(pieces[2], ".")
        return Text.of("arn:", PARTITION, ":sqs:", host[1] if len(host) > 2 else REGION, ":", pieces[3], ":", pieces[4])
    return text
