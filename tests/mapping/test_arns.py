"""Resources, from arguments. Each line is what a reader of AWS's documentation expects."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.mapping import requirements
from lambda_iam_scan.model.code import Constant, Items, OneOf
from lambda_iam_scan.model.text import ACCOUNT, REGION, Hole, Text, Token, TokenKind
from tests.mapping.calls import ANYTHING, NAME, TABLE, UNKNOWN, argument, call, needed, on
from tests.tables.shipped import TABLES

SUFFIX = Token("AWS::URLSuffix", TokenKind.OWN)
QUEUE_URL = Text.of("https://sqs.", REGION, ".", SUFFIX, "/", ACCOUNT, "/", TABLE)


@pytest.mark.parametrize(
    ("url", "arn"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/111122223333/jobs", "arn::sqs:eu-west-1:111122223333:jobs"),
        ("https://eu-west-1.queue.amazonaws.com/111122223333/jobs", "arn::sqs:eu-west-1:111122223333:jobs"),
        ("http://localhost:4566/000000000000/jobs", "arn::sqs::000000000000:jobs"),
        ("jobs", "arn::sqs:::jobs"),
        (QUEUE_URL, "arn::sqs:::${Table}"),
        (Text.of(Hole("base"), "/jobs"), "arn::sqs:*:*:jobs"),
        (ANYTHING, "arn::sqs:::*"),
        (Text.of(NAME), "arn::sqs:::*"),
    ],
)
def test_queues(url: Any, arn: str) -> None:
    assert on("sqs.SendMessage", "sqs:SendMessage", QueueUrl=url) == [arn]


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("f", "arn::lambda:::function:f"),
        ("f:live", "arn::lambda:::function:f:live"),
        ("arn:aws:lambda:us-east-1:1:function:f", "arn:aws:lambda:us-east-1:1:function:f"),
        ("arn:aws:lambda:us-east-1:1:function:f:2", "arn:aws:lambda:us-east-1:1:function:f:2"),
        ("1:function:f", "arn::lambda::1:function:f"),
        (Text.of(TABLE), "arn::lambda:::function:${Table}"),
        (Text.of("app-", Hole("stage"), "-worker"), "arn::lambda:::function:app-*-worker"),
    ],
)
def test_functions_in_their_five_forms(name: Any, arn: str) -> None:
    assert on("lambda.Invoke", "lambda:InvokeFunction", FunctionName=name) == [arn]


def test_a_qualifier_belongs_to_the_functions_arn() -> None:
    assert on("lambda.Invoke", "lambda:InvokeFunction", FunctionName="f", Qualifier="live") == ["arn::lambda:::function:f:live"]
    assert on("lambda.Invoke", "lambda:InvokeFunction", FunctionName="arn:aws:lambda:us-east-1:1:function:f", Qualifier=UNKNOWN) == [
        "arn:aws:lambda:us-east-1:1:function:f:*"
    ]


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("db", "arn::secretsmanager:::secret:db-??????"),
        ("app/db", "arn::secretsmanager:::secret:app/db-??????"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:db-Ab1Cd2", "arn:aws:secretsmanager:us-east-1:1:secret:db-Ab1Cd2"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:db", "arn:aws:secretsmanager:us-east-1:1:secret:db-??????"),
        (ANYTHING, "arn::secretsmanager:::secret:*"),
    ],
)
def test_secrets_end_in_six_characters_that_nobody_knows(name: Any, arn: str) -> None:
    assert on("secretsmanager.GetSecretValue", "secretsmanager:GetSecretValue", SecretId=name) == [arn]


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("/app/url", "arn::ssm:::parameter/app/url"),
        ("url", "arn::ssm:::parameter/url"),
        ("/app/url:3", "arn::ssm:::parameter/app/url"),
        ("arn:aws:ssm:us-east-1:1:parameter/app/url", "arn:aws:ssm:us-east-1:1:parameter/app/url"),
        (Text.of("/", Hole("stage"), "/url"), "arn::ssm:::parameter/*/url"),
        (Text.of(Hole("prefix"), "/url"), "arn::ssm:::parameter*/url"),
        (ANYTHING, "arn::ssm:::parameter/*"),
    ],
)
def test_parameters_with_and_without_leading_slash(name: Any, arn: str) -> None:
    assert on("ssm.GetParameter", "ssm:GetParameter", Name=name) == [arn]


@pytest.mark.parametrize(
    ("path", "arn"),
    [
        ("/app", "arn::ssm:::parameter/app"),
        ("/app/", "arn::ssm:::parameter/app*"),
        (Text.of("/", Hole("stage"), "/"), "arn::ssm:::parameter/*"),
    ],
)
def test_a_slash_that_ends_a_path_may_belong_to_its_arn(path: str | Text, arn: str) -> None:
    assert on("ssm.GetParametersByPath", "ssm:GetParametersByPath", Path=path) == [arn]


@pytest.mark.parametrize(
    ("source", "arn"),
    [
        ("in/a/b.txt", "arn::s3:::in/a/b.txt"),
        ("/in/a%20b", "arn::s3:::in/a b"),
        ("in/a?versionId=7", None),
        ({"Bucket": "in", "Key": "a"}, "arn::s3:::in/a"),
        (Text.of("in/", Hole("key")), "arn::s3:::in/*"),
        (UNKNOWN, "arn::s3:::*/*"),
        ("arn:aws:s3:us-east-1:1:accesspoint/ap/object/a", "arn:aws:s3:us-east-1:1:accesspoint/ap/object/a"),
    ],
)
def test_copy_sources(source: Any, arn: str | None) -> None:
    found = needed(call("s3.CopyObject", Bucket="out", Key="k", CopySource=source))
    assert found.get("s3:GetObject") == ([arn] if arn else None)
    assert found["s3:PutObject"] == ["arn::s3:::out/k"]
    assert ("s3:GetObjectVersion" in found) == (arn is None)


def test_two_copy_sources_are_not_mixed() -> None:
    either = OneOf((argument({"Bucket": "a", "Key": "1"}), argument({"Bucket": "b", "Key": "2"})))
    assert on("s3.CopyObject", "s3:GetObject", Bucket="out", Key="k", CopySource=either) == ["arn::s3:::a/1", "arn::s3:::b/2"]


def test_an_access_point_stands_for_its_bucket() -> None:
    point = "arn:aws:s3:us-east-1:1:accesspoint/ap"
    assert on("s3.GetObject", "s3:GetObject", Bucket=point, Key="k") == [f"{point}/object/k"]
    assert on("s3.ListObjectsV2", "s3:ListBucket", Bucket=point) == [point]


def test_tables_by_name_arn_and_index() -> None:
    arn = "arn:aws:dynamodb:us-east-1:1:table/t"
    assert on("dynamodb.GetItem", "dynamodb:GetItem", TableName="t") == ["arn::dynamodb:::table/t"]
    assert on("dynamodb.GetItem", "dynamodb:GetItem", TableName=arn) == [arn]
    assert on("dynamodb.GetItem", "dynamodb:GetItem", TableName=Text.of(TABLE)) == ["arn::dynamodb:::table/${Table}"]
    assert on("dynamodb.Query", "dynamodb:Query", TableName="t", IndexName="i") == ["arn::dynamodb:::table/t/index/i"]
    assert on("dynamodb.Query", "dynamodb:Query", TableName=arn, IndexName="i") == [f"{arn}/index/i"]
    assert on("dynamodb.Query", "dynamodb:Query", TableName="t") == ["arn::dynamodb:::table/t"]


def test_an_index_that_may_be_there_leaves_one_resource_for_both() -> None:
    assert on("dynamodb.Query", "dynamodb:Query", TableName="t", open_=True) == ["arn::dynamodb:::table/t*"]


def test_transactions_need_each_tables_own_action() -> None:
    items = [{"Put": {"TableName": "a"}}, {"Delete": {"TableName": "b"}}, {"Put": {"TableName": "c"}}]
    assert needed(call("dynamodb.TransactWriteItems", TransactItems=items)) == {
        "dynamodb:PutItem": ["arn::dynamodb:::table/a", "arn::dynamodb:::table/c"],
        "dynamodb:DeleteItem": ["arn::dynamodb:::table/b"],
    }


def test_batches_name_tables_by_keys() -> None:
    items: Any = {"a": {}, "b": {}}
    assert on("dynamodb.BatchGetItem", "dynamodb:BatchGetItem", RequestItems=items) == [
        "arn::dynamodb:::table/a",
        "arn::dynamodb:::table/b",
    ]
    assert on("dynamodb.BatchGetItem", "dynamodb:BatchGetItem", RequestItems=UNKNOWN) == ["arn::dynamodb:::table/*"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ('SELECT * FROM "t" WHERE id = ?', {"dynamodb:PartiQLSelect": ["arn::dynamodb:::table/t"]}),
        ("select a from t", {"dynamodb:PartiQLSelect": ["arn::dynamodb:::table/t"]}),
        ('SELECT * FROM "t"."i"', {"dynamodb:PartiQLSelect": ["arn::dynamodb:::table/t/index/i"]}),
        ("INSERT INTO \"t\" VALUE {'a': 1}", {"dynamodb:PartiQLInsert": ["arn::dynamodb:::table/t"]}),
        ('UPDATE "t" SET a = 1', {"dynamodb:PartiQLUpdate": ["arn::dynamodb:::table/t"]}),
        ('DELETE FROM "t" WHERE id = 1', {"dynamodb:PartiQLDelete": ["arn::dynamodb:::table/t"]}),
        ('EXISTS(SELECT * FROM "t" WHERE id = 1)', {"dynamodb:PartiQLSelect": ["arn::dynamodb:::table/t"]}),
        (Text.of('SELECT * FROM "', TABLE, '" WHERE id = ?'), {"dynamodb:PartiQLSelect": ["arn::dynamodb:::table/${Table}"]}),
        (Text.of("DELETE FROM ", Hole("table"), " WHERE id = 1"), {"dynamodb:PartiQLDelete": ["arn::dynamodb:::table/*"]}),
        (ANYTHING, {}),
        ("DROP TABLE t", {}),
    ],
)
def test_partiql(statement: Any, expected: dict[str, list[str]]) -> None:
    assert needed(call("dynamodb.ExecuteStatement", Statement=statement)) == expected


def test_an_unknown_statement_may_be_of_any_verb() -> None:
    possible = needed(call("dynamodb.ExecuteStatement", Statement=ANYTHING), need="possible")
    assert {"dynamodb:PartiQLSelect", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete"} <= set(possible)


@pytest.mark.parametrize(
    ("entries", "buses"),
    [
        ([{"EventBusName": "orders"}], ["orders"]),
        ([{"Source": "x"}], ["default"]),
        ([{"EventBusName": "orders"}, {}], ["default", "orders"]),
        ([{"EventBusName": ANYTHING}], ["*"]),
        (UNKNOWN, ["*"]),
        (Items((argument({"EventBusName": "orders"}),), open=True), ["*", "orders"]),
    ],
)
def test_events_go_to_the_default_bus_when_none_is_named(entries: Any, buses: list[str]) -> None:
    assert on("events.PutEvents", "events:PutEvents", Entries=entries) == [f"arn::events:::event-bus/{bus}" for bus in buses]


def test_rules_of_the_default_bus_have_none_in_their_arn() -> None:
    assert on("events.PutRule", "events:PutRule", Name="r") == ["arn::events:::rule/r"]
    assert on("events.PutRule", "events:PutRule", Name="r", EventBusName="default") == ["arn::events:::rule/r"]
    assert on("events.PutRule", "events:PutRule", Name="r", EventBusName="orders") == ["arn::events:::rule/orders/r"]


@pytest.mark.parametrize(
    ("key", "arn"),
    [
        ("1234abcd", "arn::kms:::key/1234abcd"),
        ("alias/app", "arn::kms:::key/*"),
        ("arn:aws:kms:us-east-1:1:alias/app", "arn::kms:us-east-1:1:key/*"),
        ("arn:aws:kms:us-east-1:1:key/1234", "arn:aws:kms:us-east-1:1:key/1234"),
        (Text.of(TABLE), "arn::kms:::key/${Table}"),
    ],
)
def test_keys(key: Any, arn: str) -> None:
    assert on("kms.Encrypt", "kms:Encrypt", KeyId=key) == [arn]


def test_a_customer_key_is_used_with_the_callers_rights_and_aws_own_is_not() -> None:
    assert needed(call("s3.PutObject", Bucket="b", Key="k", SSEKMSKeyId="1234"))["kms:GenerateDataKey"] == ["arn::kms:::key/1234"]
    assert "kms:GenerateDataKey" not in needed(call("s3.PutObject", Bucket="b", Key="k", SSEKMSKeyId="alias/aws/s3"))


@pytest.mark.parametrize(
    ("model", "arns"),
    [
        ("anthropic.claude-3", ["arn::bedrock:::foundation-model/anthropic.claude-3"]),
        (
            "us.anthropic.claude-3",
            ["arn::bedrock:*::foundation-model/anthropic.claude-3", "arn::bedrock:::inference-profile/us.anthropic.claude-3"],
        ),
        ("arn:aws:bedrock:us-east-1:1:provisioned-model/p", ["arn:aws:bedrock:us-east-1:1:provisioned-model/p"]),
        (ANYTHING, ["*"]),
    ],
)
def test_models(model: Any, arns: list[str]) -> None:
    assert sorted(on("bedrock-runtime.InvokeModel", "bedrock:InvokeModel", modelId=model)) == sorted(arns)


@pytest.mark.parametrize(
    ("topic", "arn"),
    [
        ("arn:aws:sns:us-east-1:1:alerts", "arn:aws:sns:us-east-1:1:alerts"),
        (Text.of(NAME), "${Name}"),
        (ANYTHING, "arn::sns:::*"),
    ],
)
def test_an_arn_stands_for_itself(topic: Any, arn: str) -> None:
    assert on("sns.Publish", "sns:Publish", TopicArn=topic) == [arn]


def test_log_groups_and_streams() -> None:
    assert on("logs.CreateLogGroup", "logs:CreateLogGroup", logGroupName="g") == ["arn::logs:::log-group:g:*"]
    assert on("logs.PutLogEvents", "logs:PutLogEvents", logGroupName="g", logStreamName="s") == ["arn::logs:::log-group:g:log-stream:s"]


def test_actions_without_resource_types_need_a_star() -> None:
    assert on("s3.ListBuckets", "s3:ListAllMyBuckets") == ["*"]
    assert on("cloudwatch.PutMetricData", "cloudwatch:PutMetricData", Namespace="n") == ["*"]


def test_the_clients_region_is_the_resources() -> None:
    found = needed(call("dynamodb.GetItem", region=Text.of("cn-north-1"), TableName="t"))
    assert found["dynamodb:GetItem"] == ["arn:aws-cn:dynamodb:cn-north-1::table/t"]


def test_objects_to_delete() -> None:
    objects = {"Objects": [{"Key": "a"}, {"Key": "b"}]}
    assert on("s3.DeleteObjects", "s3:DeleteObject", Bucket="b", Delete=objects) == ["arn::s3:::b/a", "arn::s3:::b/b"]
    assert on("s3.DeleteObjects", "s3:DeleteObject", Bucket="b", Delete={}) == ["arn::s3:::b/*"]


def test_very_many_resources_become_one() -> None:
    objects = {"Objects": [{"Key": f"logs/{number}"} for number in range(500)]}
    assert on("s3.DeleteObjects", "s3:DeleteObject", Bucket="b", Delete=objects) == ["arn::s3:::b/logs/*"]


def test_a_roles_name_hides_its_path() -> None:
    def passed(role: Any) -> list[str]:
        return on("lambda.CreateFunction", "iam:PassRole", FunctionName="f", Code={}, Role=role)

    assert passed("arn:aws:iam::1:role/service-role/r") == ["arn:aws:iam::1:role/service-role/r"]
    assert passed("r") == ["arn::iam:::role/*r"]
    assert passed("service-role/r") == ["arn::iam:::role/service-role/r"]
    assert passed(Text.of(TABLE)) == ["arn::iam:::role/${Table}"]
    assert passed(Text.of(NAME)) == ["${Name}"]


@pytest.mark.parametrize(
    ("granted", "truth"), [("db-??????", "YES"), ("db-*", "YES"), ("db*", "YES"), ("db-?????", "NO"), ("db", "NO"), ("db-Ab1Cd2", "MAYBE")]
)
def test_six_unknown_characters_are_exactly_six(granted: str, truth: str) -> None:
    found, _ = requirements([call("secretsmanager.GetSecretValue", SecretId="db")], TABLES)
    need = found[0].resources[0]
    pattern = compiled(pieces(Text.of("arn:aws:secretsmanager:us-east-1:123456789012:secret:" + granted)))
    assert pattern.relation(need, arn=True).name == truth


def test_holes_of_known_length_join() -> None:
    six, any_ = Hole("six", 6), Hole("any")
    assert Text.of(six, six).parts == (Hole("six", 12),)
    assert Text.of(six, any_).parts == (any_,)
    assert Text.of(any_, six).parts == (any_,)


EXPRESS = "fast--use1-az4--x-s3"


def test_directory_buckets_are_reached_with_a_session() -> None:
    session = {"s3express:CreateSession": [f"arn::s3express:::bucket/{EXPRESS}"]}
    assert needed(call("s3.GetObject", Bucket=EXPRESS, Key="k")) == session
    assert needed(call("s3.PutObject", Bucket=EXPRESS, Key="k", Tagging="a=b")) == session
    copied = needed(call("s3.CopyObject", Bucket=EXPRESS, Key="k", CopySource="src/x"))
    assert copied == session | {"s3:GetObject": ["arn::s3:::src/x"]}
    assert set(needed(call("s3.CopyObject", Bucket="b", Key="k", CopySource=f"{EXPRESS}/x"))) == {"s3express:CreateSession", "s3:PutObject"}
    assert set(needed(call("s3.GetObject", Bucket="fast-x-s3", Key="k"))) == {"s3:GetObject"}
    assert set(needed(call("s3.GetObject", Bucket=ANYTHING, Key="k"))) == {"s3:GetObject"}


def test_object_lambda_access_points_are_no_buckets() -> None:
    point = "arn:aws:s3-object-lambda:us-east-1:1:accesspoint/olap"
    assert needed(call("s3.GetObject", Bucket=point, Key="k")) == {"s3-object-lambda:GetObject": [point]}
    assert set(needed(call("s3.GetObject", Bucket="arn:aws:s3:us-east-1:1:accesspoint/ap", Key="k"))) == {"s3:GetObject"}


@pytest.mark.parametrize(
    ("definition", "arn"),
    [
        ("fam", "arn::ecs:::task-definition/fam:*"),
        ("fam:3", "arn::ecs:::task-definition/fam:3"),
        ("arn:aws:ecs:us-east-1:1:task-definition/fam:3", "arn:aws:ecs:us-east-1:1:task-definition/fam:3"),
        ("arn:aws:ecs:us-east-1:1:task-definition/fam", "arn:aws:ecs:us-east-1:1:task-definition/fam:*"),
        (ANYTHING, "arn::ecs:::task-definition/*"),
    ],
)
def test_task_definitions_have_a_revision(definition: Any, arn: str) -> None:
    assert on("ecs.RunTask", "ecs:RunTask", taskDefinition=definition) == [arn]


@pytest.mark.parametrize(
    ("definition", "arn"),
    [
        ("job", "arn::batch:::job-definition/job*"),
        ("job:3", "arn::batch:::job-definition/job:3"),
        ("arn:aws:batch:us-east-1:1:job-definition/job:3", "arn:aws:batch:us-east-1:1:job-definition/job:3"),
    ],
)
def test_job_definitions(definition: str, arn: str) -> None:
    assert arn in on("batch.SubmitJob", "batch:SubmitJob", jobDefinition=definition, jobQueue="q")


def test_vector_indexes_by_name_and_arn() -> None:
    index = "arn:aws:s3vectors:us-east-1:1:bucket/v/index/i"
    plain = needed(call("s3vectors.QueryVectors", vectorBucketName="vb", indexName="ix", topK=1))
    assert plain == {"s3vectors:QueryVectors": ["arn::s3vectors:::bucket/vb/index/ix"]}
    rich = needed(call("s3vectors.QueryVectors", indexArn=index, topK=1, returnMetadata=True))
    assert rich == {"s3vectors:QueryVectors": [index], "s3vectors:GetVectors": [index]}


def test_tags_of_a_copied_snapshot_are_on_the_new_one() -> None:
    tags = [{"ResourceType": "snapshot", "Tags": []}]
    found = needed(call("ec2.CopySnapshot", SourceRegion="us-east-1", SourceSnapshotId="snap-1", TagSpecifications=tags))
    assert found["ec2:CreateTags"] == ["arn::ec2:::snapshot/*"]


def test_a_copy_under_a_customer_key_uses_that_key() -> None:
    key = "arn:aws:kms:us-east-1:1:key/k"
    assert needed(call("s3.CopyObject", Bucket="b", Key="k", CopySource="s/x", SSEKMSKeyId=key))["kms:GenerateDataKey"] == [key]
    assert "kms:GenerateDataKey" not in needed(call("s3.CopyObject", Bucket="b", Key="k", CopySource="s/x"))


def test_an_index_that_only_some_paths_name() -> None:
    index = OneOf((Text.of("gsi"), Constant(None)))
    found = on("dynamodb.Query", "dynamodb:Query", TableName="t", IndexName=index)
    assert found == ["arn::dynamodb:::table/t", "arn::dynamodb:::table/t/index/gsi"]
