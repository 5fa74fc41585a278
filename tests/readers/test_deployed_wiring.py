"""Lambda's answers in the model's words."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_iam_scan.disk import load_table
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.readers.deployed.wiring import event_source, features, invoke_destinations, layers, url_trigger
from lambda_iam_scan.tables import Tables

AT = Location("arn")
HERE = "eu-west-1:123456789012"


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        (f"arn:aws:sqs:{HERE}:jobs", "sqs"),
        (f"arn:aws:dynamodb:{HERE}:table/t/stream/2026", "dynamodb"),
        (f"arn:aws:kinesis:{HERE}:stream/s/consumer/c:1", "kinesis"),
        (f"arn:aws:kafka:{HERE}:cluster/c/x", "msk"),
        (f"arn:aws:mq:{HERE}:broker:b:x", "mq"),
        (f"arn:aws:rds:{HERE}:cluster:c", "documentdb"),
    ],
)
def test_event_sources_by_arn(arn: str, kind: str) -> None:
    found = event_source({"UUID": "u", "EventSourceArn": arn, "BatchSize": 10, "KMSKeyArn": "k"}, AT)
    assert (found.kind, str(found.source)) == (kind, arn)
    assert kind in _kinds("event_sources")
    assert [str(name) for name, _ in found.options.entries] == ["BatchSize", "KmsKeyArn"]


def test_a_cluster_of_ones_own() -> None:
    found = event_source({"UUID": "u", "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["a:9092"]}}}, AT)
    assert found.kind == "kafka"
    assert found.source.unknown


def test_features() -> None:
    configuration: dict[str, Any] = {
        "VpcConfig": {"SubnetIds": ["subnet-1"]},
        "TracingConfig": {"Mode": "Active"},
        "DeadLetterConfig": {"TargetArn": "q"},
        "KMSKeyArn": "k",
        "FileSystemConfigs": [{"Arn": f"arn:aws:elasticfilesystem:{HERE}:access-point/a", "LocalMountPath": "/mnt/a"}],
        "Layers": [{"Arn": f"arn:aws:lambda:{HERE}:layer:LambdaInsightsExtension:14"}],
        "DurableConfig": {"ExecutionTimeout": 1},
    }
    found = [feature.kind for feature in features(configuration, AT)]
    assert found == ["vpc", "tracing", "dead-letter-queue", "environment-key", "efs", "insights", "durable"]
    assert set(found) <= _kinds("features")
    assert len(layers(configuration).entries) == 1


def test_features_that_are_off() -> None:
    off: dict[str, Any] = {"VpcConfig": {"SubnetIds": []}, "TracingConfig": {"Mode": "PassThrough"}, "Layers": [{"Arn": "arn:x:layer:y:1"}]}
    assert list(features(off, AT)) == []
    assert layers({}).entries == ()


def test_destinations() -> None:
    row = {"DestinationConfig": {"OnSuccess": {"Destination": "s"}, "OnFailure": {}}}
    assert [(feature.kind, str(feature.target)) for feature in invoke_destinations(row, AT)] == [("on-success", "s")]


@pytest.mark.parametrize(("arn", "qualifier"), [("arn:aws:lambda:r:1:function:f", None), ("arn:aws:lambda:r:1:function:f:live", "live")])
def test_urls(arn: str, qualifier: str | None) -> None:
    found = url_trigger({"FunctionArn": arn, "AuthType": "AWS_IAM"}, AT)
    assert (str(found.qualifier) if found.qualifier else None) == qualifier


def _kinds(table: str) -> set[str]:
    return set(Tables(load_table).lambda_rules(table))
