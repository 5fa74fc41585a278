"""Loading: lazy, and clear about what is damaged."""

from __future__ import annotations

import zlib

import pytest

from lambda_iam_scan.disk import shipped_table
from lambda_iam_scan.errors import TablesError
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.tables.packing import pack, unpack
from tests.tables.shipped import TABLES


def test_only_what_is_asked_for_is_read() -> None:
    read: list[str] = []

    def load(name: str) -> bytes | None:
        read.append(name)
        return shipped_table(name)

    tables = Tables(load)
    tables.needs("s3", "GetObject")
    tables.needs("s3", "PutObject")
    tables.service("dynamodb")
    assert read == ["index", "needs/s3", "services/dynamodb"]


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: b"", lambda data: b"x" + data, lambda data: zlib.compress(b"[")])
def test_a_damaged_table_is_one_clear_error(damage: object) -> None:
    def load(name: str) -> bytes | None:
        content = shipped_table(name)
        return damage(content) if name == "needs/s3" else content  # type: ignore[operator]

    with pytest.raises(TablesError, match="needs/s3"):
        Tables(load).needs("s3", "GetObject")


def test_tables_of_another_format_are_refused() -> None:
    with pytest.raises(TablesError, match="format 99"):
        _ = Tables(lambda name: pack({"format": 99})).version


def test_missing_tables_say_what_to_do() -> None:
    with pytest.raises(TablesError, match="make tables"):
        _ = Tables(lambda name: None).services


def test_a_table_may_not_unpack_to_more_than_memory_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambda_iam_scan.tables.packing.MAX_TABLE", 1000)
    assert unpack("small", pack("x" * 100)) == "x" * 100
    with pytest.raises(TablesError, match="too large"):
        unpack("large", pack("x" * 10_000))


@pytest.mark.parametrize(
    "name",
    [
        "AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws-us-gov:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    ],
)
def test_managed_policies_by_arn_of_any_partition_or_by_name(name: str) -> None:
    found = TABLES.managed_policy(name)
    assert found is not None
    assert "logs:PutLogEvents" in found["Statement"][0]["Action"]
    assert TABLES.managed_policy_arn(name) == "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::123456789012:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws:s3:::AWSLambdaBasicExecutionRole",
        "AWSLambdaBasicExecutionRol",
        "",
    ],
)
def test_managed_policies_that_do_not_exist(name: str) -> None:
    assert TABLES.managed_policy(name) is None


@pytest.mark.parametrize(
    ("module", "name", "meaning"),
    [
        ("mypy_boto3_s3", "S3Client", ("s3", "Client")),
        ("mypy_boto3_s3.client", "S3Client", ("s3", "Client")),
        ("types_boto3_lambda.client", "LambdaClient", ("lambda", "Client")),
        ("types_aiobotocore_sqs", "SQSClient", ("sqs", "Client")),
        ("mypy_boto3_dynamodb", "DynamoDBServiceResource", ("dynamodb", "ServiceResource")),
        ("mypy_boto3_dynamodb.service_resource", "Table", ("dynamodb", "Table")),
        ("mypy_boto3_dynamodb.service_resource", "_Table", ("dynamodb", "Table")),
        ("mypy_boto3_iot_data", "IoTDataPlaneClient", ("iot-data", "Client")),
    ],
)
def test_annotations(module: str, name: str, meaning: tuple[str, str]) -> None:
    assert TABLES.annotation(module, name) == meaning


@pytest.mark.parametrize(
    ("module", "name"), [("mypy_boto3_s3", "SQSClient"), ("mypy_boto3_x", "S3Client"), ("boto3", "S3Client"), ("s3", "Table")]
)
def test_annotations_that_mean_nothing(module: str, name: str) -> None:
    assert TABLES.annotation(module, name) is None


@pytest.mark.parametrize(
    ("service", "prefix"),
    [
        ("stepfunctions", "states"),
        ("cloudwatch", "cloudwatch"),
        ("apigatewaymanagementapi", "execute-api"),
        ("efs", "elasticfilesystem"),
        ("elbv2", "elasticloadbalancing"),
        ("emr", "elasticmapreduce"),
        ("opensearch", "es"),
        ("iot-data", "iot"),
        ("location", "geo"),
        ("sesv2", "ses"),
        ("pinpoint", "mobiletargeting"),
        ("mturk", "mechanicalturk"),
        ("keyspaces", "cassandra"),
        ("iotthingsgraph", None),
    ],
)
def test_iam_prefixes(service: str, prefix: str | None) -> None:
    assert TABLES.prefix(service) == prefix


def test_operations_that_need_no_permission_are_never_missing() -> None:
    for service, operation in (
        ("sts", "GetCallerIdentity"),
        ("sts", "GetSessionToken"),
        ("cognito-idp", "InitiateAuth"),
        ("sso", "GetRoleCredentials"),
    ):
        needs = TABLES.needs(service, operation)
        assert needs is not None, operation
        assert {need.need for need in needs} <= {"possible"}, operation
    assert [need.need for need in TABLES.needs("sts", "DecodeAuthorizationMessage") or ()] == ["always"]


def test_what_is_not_known_is_none() -> None:
    assert TABLES.needs("s3", "GetObjects") is None
    assert TABLES.needs("s4", "GetObject") is None
    assert TABLES.service("s4") is None
    assert TABLES.iam("s4") is None
    assert TABLES.library("no_such_package") is None
    with pytest.raises(TablesError, match="lambda/nothing"):
        TABLES.lambda_rules("nothing")
