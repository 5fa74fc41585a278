"""Lambda's own needs of a role, from the shipped rules."""

from __future__ import annotations

import pytest

from lambda_iam_scan.lambda_needs import lambda_requirements, log_group_of
from lambda_iam_scan.model.code import Argument, Fields, Items, OneOf, Unknown
from lambda_iam_scan.model.deployment import EventSource, Feature, Function
from lambda_iam_scan.model.iam import Necessity, Requirement, Source
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Hole, Text, Token, TokenKind
from tests.checks.judging import tables

HERE = Location("template.yaml", 3, 1)
ARN = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"


def fields(**values: Argument | str) -> Fields:
    return Fields(tuple((Text.of(key), Text.of(value) if isinstance(value, str) else value) for key, value in values.items()))


def function(*parts: EventSource | Feature, **more: object) -> Function:
    return Function(
        id="f",
        name=Text.of("orders"),
        arn=Text.of(ARN),
        handler="app.handler",
        runtime="python3.12",
        code_roots=(),
        location=HERE,
        event_sources=tuple(part for part in parts if isinstance(part, EventSource)),
        features=tuple(part for part in parts if isinstance(part, Feature)),
        **more,  # type: ignore[arg-type]
    )


def polled(kind: str, source: str | Text, **options: Argument | str) -> EventSource:
    text = Text.of(source) if isinstance(source, str) else source
    return EventSource(kind=kind, source=text, location=HERE, options=fields(**options))


def needs(*parts: EventSource | Feature) -> list[Requirement]:
    return [need for need in lambda_requirements(function(*parts), tables()) if need.source is not Source.LOGGING]


def always(*parts: EventSource | Feature) -> set[str]:
    return {need.action for need in needs(*parts) if need.need is Necessity.ALWAYS}


def possible(*parts: EventSource | Feature) -> set[str]:
    return {need.action for need in needs(*parts) if need.need is Necessity.POSSIBLE}


def on(action: str, *parts: EventSource | Feature) -> list[str]:
    return [str(resource) for need in needs(*parts) if need.action == action for resource in need.resources]


def test_every_function_writes_logs() -> None:
    found = lambda_requirements(function(), tables())
    assert [(need.action, need.source) for need in found] == [
        ("logs:CreateLogStream", Source.LOGGING),
        ("logs:PutLogEvents", Source.LOGGING),
        ("logs:CreateLogGroup", Source.LOGGING),
    ]
    assert str(found[0].resources[0]).endswith(":log-group:/aws/lambda/orders:log-stream:*")
    assert found[1].reason == "Lambda writes what the function prints to the log group /aws/lambda/orders with the execution role"
    assert found[1].rule.startswith("https://docs.aws.amazon.com/")


def test_a_custom_log_group_replaces_the_default() -> None:
    custom = function(log_group=Text.of("/apps/shop"))
    assert str(log_group_of(custom)) == "/apps/shop"
    assert ":log-group:/apps/shop:" in str(lambda_requirements(custom, tables())[0].resources[0])


def test_a_declared_log_group_may_still_be_created() -> None:
    declared = function(options=fields(**{"log-group-declared": "true"}))
    assert [need.need for need in lambda_requirements(declared, tables())] == [Necessity.ALWAYS, Necessity.ALWAYS, Necessity.POSSIBLE]


def test_a_need_has_its_place_reason_and_source() -> None:
    need = needs(polled("sqs", QUEUE))[0]
    assert (need.action, need.source, need.location) == ("sqs:ReceiveMessage", Source.EVENT_SOURCE, HERE)
    assert need.reason == f"Lambda receives messages from the queue {QUEUE} with the execution role"
    assert need.resources == (Text.of(QUEUE),)


def test_whether_lambdas_own_requests_carry_the_functions_arn_is_left_open() -> None:
    (key, values) = needs(polled("sqs", QUEUE))[0].context[0]
    assert (key, values[0].unknown) == ("lambda:SourceFunctionArn", True)
    assert needs(Feature(kind="tracing", location=HERE))[0].context == ()


@pytest.mark.parametrize("kind", ["sqs", "dynamodb", "kinesis", "msk", "kafka", "mq", "documentdb"])
def test_every_kind_has_a_documented_source_for_each_row(kind: str) -> None:
    for need in needs(polled(kind, "arn:aws:x:eu-west-1:111122223333:y")):
        assert need.rule.startswith("https://docs.aws.amazon.com/")


def test_a_source_whose_kind_is_not_known_may_need_what_each_kind_does() -> None:
    unknown = polled("unknown", Text.of(Hole("a parameter")))
    assert always(unknown) == set()
    assert {"sqs:ReceiveMessage", "kinesis:GetRecords", "dynamodb:GetRecords", "kafka:GetBootstrapBrokers"} <= possible(unknown)
    assert not any(need.alternatives for need in needs(unknown))
    assert not {"kinesis:GetRecords", "sqs:SendMessage"} & possible(polled("sqs", QUEUE))


def test_what_only_the_deployment_decides_on_may_need_its_permissions() -> None:
    perhaps = Feature(kind="vpc", location=HERE, certain=False)
    assert always(perhaps) == set()
    assert possible(perhaps) == always(Feature(kind="vpc", location=HERE)) | possible(Feature(kind="vpc", location=HERE))
    elsewhere = EventSource(kind="sqs", source=Text.of(QUEUE), location=HERE, certain=False)
    assert (always(elsewhere), "sqs:ReceiveMessage" in possible(elsewhere)) == (set(), True)


def test_a_feature_of_an_unknown_kind_needs_nothing_that_we_know_of() -> None:
    assert needs(Feature(kind="teleport", location=HERE)) == []


def test_the_same_source_twice_is_two_places() -> None:
    twice = [polled("sqs", QUEUE), EventSource(kind="sqs", source=Text.of(QUEUE), location=Location("template.yaml", 9))]
    assert [need.location for need in needs(*twice) if need.action == "sqs:ReceiveMessage"] == [HERE, Location("template.yaml", 9)]


def test_authentication_decides_on_secrets() -> None:
    def access(kind: str) -> Items:
        return Items((fields(Type=kind, URI="arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-abcdef"),))

    for kind in ("BASIC_AUTH", "SASL_SCRAM_256_AUTH", "SASL_SCRAM_512_AUTH", "CLIENT_CERTIFICATE_TLS_AUTH"):
        assert always(polled("kafka", "", SourceAccessConfigurations=access(kind))) == {"secretsmanager:GetSecretValue"}
    assert always(polled("kafka", "", SourceAccessConfigurations=access("VIRTUAL_HOST"))) == set()
    subnet = always(polled("kafka", "", SourceAccessConfigurations=access("VPC_SUBNET")))
    assert "ec2:CreateNetworkInterface" in subnet
    assert "secretsmanager:GetSecretValue" not in subnet


def test_each_secret_is_a_need_of_its_own() -> None:
    access = Items((fields(Type="BASIC_AUTH", URI="arn:a"), fields(Type="CLIENT_CERTIFICATE_TLS_AUTH", URI="arn:b")))
    assert on("secretsmanager:GetSecretValue", polled("kafka", "", SourceAccessConfigurations=access)) == ["arn:a", "arn:b"]


def test_iam_authentication_of_a_cluster_is_certain_only_where_it_shows() -> None:
    cluster = "arn:aws:kafka:eu-west-1:111122223333:cluster/orders/1"
    assert "kafka-cluster:ReadData" in possible(polled("msk", cluster))
    assert "kafka-cluster:ReadData" in always(polled("msk", cluster, SourceIamAuthentication="true"))


def test_a_customer_key_must_be_usable() -> None:
    assert on("kms:Decrypt", polled("sqs", QUEUE, SourceKmsKey=KEY)) == [KEY]
    assert "kms:Decrypt" in always(polled("sqs", QUEUE, SourceKmsKey=KEY))
    assert "kms:Decrypt" not in always(polled("sqs", QUEUE, SourceKmsKey="alias/aws/sqs")) | possible(polled("sqs", QUEUE))
    assert "kms:Decrypt" in possible(polled("sqs", QUEUE, SourceKmsKey=Unknown("an import")))


def test_keys_are_named_by_id_by_reference_or_behind_an_alias() -> None:
    ours = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/"
    for given, expected in (("1234", ours + "1234"), ("alias/mine", ours + "*"), (KEY.replace("key/1", "alias/mine"), ours + "*")):
        assert on("kms:Decrypt", polled("sqs", QUEUE, SourceKmsKey=given)) == [expected]
    token = Text.of(Token("Key", TokenKind.RESOURCE))
    assert on("kms:Decrypt", polled("sqs", QUEUE, SourceKmsKey=token)) == [ours + "${Key}"]
    assert "kms:Decrypt" in always(polled("sqs", QUEUE, SourceKmsKey=token))


STREAM = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders"


def test_a_consumer_subscribes_and_does_not_read() -> None:
    consumer = polled("kinesis", STREAM + "/consumer/lambda:1")
    assert on("kinesis:SubscribeToShard", consumer) == [STREAM + "/consumer/lambda:1"]
    assert on("kinesis:GetRecords", consumer) == [STREAM]
    assert always(consumer) == {"kinesis:SubscribeToShard"}
    assert always(polled("kinesis", STREAM)) == {"kinesis:GetShardIterator", "kinesis:GetRecords"}


def test_a_source_that_may_be_a_consumer_leaves_both_possible() -> None:
    unknown = polled("kinesis", Text.of(Hole("an import")))
    assert always(unknown) == set()
    assert {"kinesis:SubscribeToShard", "kinesis:GetRecords"} <= possible(unknown)


def test_of_alternatives_each_is_possible_and_names_the_others() -> None:
    found = {need.action: need for need in needs(polled("kinesis", STREAM))}
    first = found["kinesis:DescribeStreamSummary"]
    assert first.alternatives == ("kinesis:DescribeStreamSummary", "kinesis:DescribeStream")
    assert {first.need, found["kinesis:DescribeStream"].need} == {Necessity.POSSIBLE}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (QUEUE, {"sqs:SendMessage"}),
        (QUEUE.replace("sqs", "sns"), {"sns:Publish"}),
        ("arn:aws:s3:::failed", {"s3:PutObject", "s3:ListBucket"}),
    ],
)
def test_the_destination_of_failures_decides(target: str, expected: set[str]) -> None:
    failing = polled("kinesis", STREAM, DestinationConfig=fields(OnFailure=fields(Destination=target)))
    assert always(failing) - always(polled("kinesis", STREAM)) == expected


def test_objects_are_written_below_the_bucket() -> None:
    failing = polled("kinesis", STREAM, DestinationConfig=fields(OnFailure=fields(Destination="arn:aws:s3:::failed")))
    assert on("s3:PutObject", failing) == ["arn:aws:s3:::failed/*"]
    assert on("s3:ListBucket", failing) == ["arn:aws:s3:::failed"]


def test_a_choice_of_targets_needs_them_all() -> None:
    either = OneOf((Text.of(QUEUE), Text.of(QUEUE + "-too")))
    failing = polled("kinesis", STREAM, DestinationConfig=fields(OnFailure=fields(Destination=either)))
    assert on("sqs:SendMessage", failing) == [QUEUE, QUEUE + "-too"]


def test_a_schema_registry_is_read_schema_by_schema() -> None:
    registry = "arn:aws:glue:eu-west-1:111122223333:registry/orders"
    source = polled("kafka", "", SelfManagedKafkaEventSourceConfig=fields(SchemaRegistryConfig=fields(SchemaRegistryURI=registry)))
    assert on("glue:GetRegistry", source) == [registry]
    assert on("glue:GetSchemaVersion", source) == ["arn:aws:glue:eu-west-1:111122223333:schema/orders/*"]


def feature(kind: str, target: str | None = None, **options: str) -> Feature:
    return Feature(kind=kind, location=HERE, target=None if target is None else Text.of(target), options=fields(**options))


ACCESS_POINT = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/a"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (feature("vpc"), {"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"}),
        (feature("tracing"), {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}),
        (feature("dead-letter-queue", QUEUE), {"sqs:SendMessage"}),
        (feature("on-success", ARN), {"lambda:InvokeFunction"}),
        (feature("on-failure", "arn:aws:events:eu-west-1:111122223333:event-bus/b"), {"events:PutEvents"}),
        (feature("efs", ACCESS_POINT), set()),
        (
            feature("efs", ACCESS_POINT, FileSystemPolicy="true"),
            {"elasticfilesystem:ClientMount"},
        ),
        (feature("s3-files", "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-1/access-point/a"), {"s3files:ClientMount"}),
        (feature("environment-key", KEY), set()),
        (feature("insights"), {"logs:CreateLogStream", "logs:PutLogEvents"}),
        (feature("durable"), {"lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"}),
    ],
)
def test_features_and_what_they_always_need(wanted: Feature, expected: set[str]) -> None:
    assert always(wanted) == expected


def test_what_a_feature_may_need_counts_as_used() -> None:
    assert "ec2:AssignPrivateIpAddresses" in possible(feature("vpc"))
    assert on("kms:Decrypt", feature("environment-key", KEY)) == [KEY]
    assert "kms:GenerateDataKey" in possible(feature("dead-letter-queue", QUEUE))


def test_targets_are_cut_and_extended_as_iam_names_them() -> None:
    mount = feature("s3-files", "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-1/access-point/a")
    assert on("s3files:ClientMount", mount) == ["arn:aws:s3files:eu-west-1:111122223333:file-system/fs-1"]
    assert on("lambda:CheckpointDurableExecution", feature("durable")) == [ARN + ":*"]


def test_features_of_one_place_are_told_once() -> None:
    both = [feature("on-success", QUEUE), feature("on-failure", QUEUE)]
    assert [need.action for need in needs(*both) if need.need is Necessity.ALWAYS] == ["sqs:SendMessage"]
