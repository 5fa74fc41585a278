"""What Lambda polls for a function, and what of its configuration needs permissions of its own."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import Constant, Fields, Items
from lambda_iam_scan.model.deployment import EventSource
from lambda_iam_scan.model.text import Text
from tests.readers.reading import FUNCTION, ROLE, cfn, declared, function

MAPPING = "M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: %s, %s}}\n"


def only(properties: str, more: str = "", target: str = "!Ref F") -> EventSource:
    (source,) = declared(MAPPING % (target, properties) + more).event_sources
    return source


@pytest.mark.parametrize(
    ("kind", "properties", "more"),
    [
        ("sqs", "EventSourceArn: !GetAtt Q.Arn", "Q: {Type: AWS::SQS::Queue}"),
        ("sqs", "EventSourceArn: 'arn:aws:sqs:eu-west-1:1:q'", ""),
        ("dynamodb", "EventSourceArn: !GetAtt T.StreamArn, StartingPosition: LATEST", "T: {Type: AWS::DynamoDB::Table}"),
        ("kinesis", "EventSourceArn: !GetAtt S.Arn", "S: {Type: AWS::Kinesis::Stream}"),
        ("kinesis", "EventSourceArn: !GetAtt C.ConsumerARN", "C: {Type: AWS::Kinesis::StreamConsumer, Properties: {StreamARN: x}}"),
        ("msk", "EventSourceArn: !Ref C, Topics: [t]", "C: {Type: AWS::MSK::Cluster}"),
        ("msk", "EventSourceArn: !Ref Given, Topics: [t]", ""),
        ("kafka", "SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: [x]}}, Topics: [t]", ""),
        ("mq", "EventSourceArn: !GetAtt B.Arn, Queues: [q]", "B: {Type: AWS::AmazonMQ::Broker}"),
        ("mq", "EventSourceArn: !Ref Given, Queues: [q]", ""),
        ("documentdb", "EventSourceArn: 'arn:aws:rds:eu-west-1:1:cluster:c'", ""),
        ("documentdb", "EventSourceArn: !Ref Given, DocumentDBEventSourceConfig: {DatabaseName: d}", ""),
        ("unknown", "EventSourceArn: !Ref Given", ""),
    ],
)
def test_kinds_of_event_sources(kind: str, properties: str, more: str) -> None:
    assert only(properties, more).kind == kind


@pytest.mark.parametrize("target", ["!Ref F", "!GetAtt F.Arn", "f", "!Ref Live", "'f:live'"])
def test_a_mapping_finds_its_function(target: str) -> None:
    live = "Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, Name: live}}"
    assert only("EventSourceArn: 'arn:aws:sqs:eu-west-1:1:q'", live, target).kind == "sqs"


def test_a_mapping_of_another_function_is_not_ours() -> None:
    assert declared(MAPPING % ("other", "EventSourceArn: 'arn:aws:sqs:eu-west-1:1:q'")).event_sources == ()


def test_options_decide_the_permissions() -> None:
    found = only(
        "EventSourceArn: !GetAtt Q.Arn, BatchSize: 5, KmsKeyArn: k, DestinationConfig: {OnFailure: {Destination: d}}, "
        "SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: u}]",
        "Q: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: alias/mine}}",
    ).options
    assert found.get("BatchSize") == Constant(5)
    assert found.get("KmsKeyArn") == Text.of("k")
    assert found.get("SourceKmsKey") == Text.of("alias/mine")
    destination = found.get("DestinationConfig")
    assert isinstance(destination, Fields)
    access = found.get("SourceAccessConfigurations")
    assert isinstance(access, Items)
    assert access.values == (Fields(((Text.of("Type"), Text.of("BASIC_AUTH")), (Text.of("URI"), Text.of("u")))),)
    assert found.get("EventSourceArn") is None


@pytest.mark.parametrize(
    ("authentication", "only_iam"),
    [
        ("{Sasl: {Iam: {Enabled: true}}}", True),
        ("{Sasl: {Iam: {Enabled: true}, Scram: {Enabled: true}}}", False),
        ("{Tls: {Enabled: true}}", False),
    ],
)
def test_a_cluster_that_only_iam_opens_says_so(authentication: str, only_iam: bool) -> None:
    cluster = f"C: {{Type: AWS::MSK::Cluster, Properties: {{ClientAuthentication: {authentication}}}}}"
    found = only("EventSourceArn: !Ref C, Topics: [t]", cluster).options.get("SourceIamAuthentication")
    assert found == (Text.of("true") if only_iam else None)


@pytest.mark.parametrize(
    ("kind", "event", "more"),
    [
        ("sqs", "{Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}", "Q: {Type: AWS::SQS::Queue}"),
        (
            "dynamodb",
            "{Type: DynamoDB, Properties: {Stream: !GetAtt T.StreamArn, StartingPosition: LATEST}}",
            "T: {Type: AWS::DynamoDB::Table}",
        ),
        ("kinesis", "{Type: Kinesis, Properties: {Stream: !GetAtt S.Arn, StartingPosition: LATEST}}", "S: {Type: AWS::Kinesis::Stream}"),
        ("msk", "{Type: MSK, Properties: {Stream: !Ref C, Topics: [t], StartingPosition: LATEST}}", "C: {Type: AWS::MSK::Cluster}"),
        (
            "mq",
            "{Type: MQ, Properties: {Broker: !GetAtt B.Arn, Queues: [q], SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: u}]}}",
            "B: {Type: AWS::AmazonMQ::Broker}",
        ),
    ],
)
def test_sam_events_that_lambda_polls(kind: str, event: str, more: str) -> None:
    found = function(f"Events:\n  E:\n    {event}\n", more)
    assert [(source.kind, source.location.line) for source in found.event_sources] == [(kind, 11)]
    assert found.role is not None
    assert {policy.kind.value for policy in found.role.policies} == {"generated"}
    assert len(found.role.policies) > 1


# --- features


@pytest.mark.parametrize(
    ("kind", "properties", "target"),
    [
        ("vpc", "VpcConfig: {SubnetIds: [s-1], SecurityGroupIds: [g-1]}", None),
        ("vpc", "VpcConfig: !If [C, {SubnetIds: [s-1]}, !Ref 'AWS::NoValue']", None),
        ("tracing", "TracingConfig: {Mode: Active}", None),
        ("dead-letter-queue", "DeadLetterConfig: {TargetArn: t}", "t"),
        ("environment-key", "KmsKeyArn: k", "k"),
        ("efs", "FileSystemConfigs: [{Arn: 'arn:aws:elasticfilesystem:eu-west-1:1:access-point/a', LocalMountPath: /mnt/a}]", None),
        ("s3-files", "FileSystemConfigs: [{Arn: 'arn:aws:s3files:eu-west-1:1:file-system/a', LocalMountPath: /mnt/a}]", None),
        ("insights", "Layers: ['arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:14']", None),
        ("durable", "DurableConfig: {ExecutionTimeout: 60}", None),
    ],
)
def test_features(kind: str, properties: str, target: str | None) -> None:
    text = ROLE + FUNCTION.replace("Runtime:", f"{properties}, Runtime:")
    (found,) = cfn(text, above="Conditions: {C: !Equals [!Ref 'AWS::Region', x]}").functions
    assert [feature.kind for feature in found.features] == [kind]
    assert target is None or found.features[0].target == Text.of(target)


@pytest.mark.parametrize(("mode", "certain"), [("Active", True), ("!Ref Mode", False)])
def test_tracing_that_a_parameter_decides_on_is_not_certain(mode: str, certain: bool) -> None:
    text = ROLE + FUNCTION.replace("Runtime:", f"TracingConfig: {{Mode: {mode}}}, Runtime:")
    (found,) = cfn(text, above="Parameters: {Mode: {Type: String, Default: PassThrough}}").functions
    assert [(feature.kind, feature.certain) for feature in found.features] == [("tracing", certain)]


@pytest.mark.parametrize(
    "properties", ["VpcConfig: {SubnetIds: []}", "TracingConfig: {Mode: PassThrough}", "Layers: ['arn:aws:lambda:x:1:layer:y:1']"]
)
def test_configuration_that_needs_nothing(properties: str) -> None:
    assert cfn(ROLE + FUNCTION.replace("Runtime:", f"{properties}, Runtime:")).functions[0].features == ()


def test_destinations_of_asynchronous_invocations() -> None:
    text = "C: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: %s, DestinationConfig: "
    text += "{OnSuccess: {Destination: a}, OnFailure: {Destination: b}}}}"
    assert [(feature.kind, str(feature.target)) for feature in declared(text % "!Ref F").features] == [
        ("on-success", "a"),
        ("on-failure", "b"),
    ]
    assert declared(text % "other").features == ()


def test_a_mount_knows_of_its_file_systems_policy() -> None:
    text = ROLE + FUNCTION.replace("Runtime:", "FileSystemConfigs: [{Arn: !GetAtt A.Arn, LocalMountPath: /mnt/a}], Runtime:")
    text += "A: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref S}}\nS: {Type: AWS::EFS::FileSystem%s}\n"
    policy = ", Properties: {FileSystemPolicy: {Statement: []}}"
    for more, found in ((policy, Text.of("true")), ("", None)):
        (feature,) = cfn(text % more).functions[0].features
        assert feature.options.get("FileSystemPolicy") == found
