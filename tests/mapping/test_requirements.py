"""Calls to requirements."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_iam_scan.mapping import requirements
from lambda_iam_scan.model.code import Constant, OneOf, Principal, PrincipalKind, SdkCall
from lambda_iam_scan.model.iam import Necessity, Source
from lambda_iam_scan.model.text import Text
from tests.mapping.calls import UNKNOWN, argument, call, needed
from tests.tables.shipped import TABLES

GET = call("s3.GetObject", Bucket="b", Key="k")


def test_equal_needs_of_several_calls_are_one_with_all_calls_and_resources() -> None:
    found, gaps = requirements([GET, GET, call("s3.GetObject", Bucket="c", Key="k")], TABLES)
    (read,) = [item for item in found if item.action == "s3:GetObject" and item.need is Necessity.ALWAYS]
    assert read.calls == (0, 1, 2)
    assert [str(arn) for arn in read.resources] == ["arn:${AWS::Partition}:s3:::b/k", "arn:${AWS::Partition}:s3:::c/k"]
    assert gaps == ()


def test_what_is_certain_comes_first() -> None:
    found, _ = requirements([call("s3.PutObject", Bucket="b", Key="k", ACL="private"), GET], TABLES)
    order = [item.need is Necessity.ALWAYS for item in found]
    assert order == sorted(order, reverse=True)
    assert [item.action for item in found[:3]] == ["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]


def test_calls_of_another_principal_need_nothing_of_this_role() -> None:
    for kind in (PrincipalKind.ASSUMED_ROLE, PrincipalKind.OTHER):
        assert requirements([call("s3.GetObject", principal=Principal(kind), Bucket="b", Key="k")], TABLES) == ((), ())


def test_calls_of_libraries_are_told_apart() -> None:
    found, _ = requirements(
        [call("ssm.GetParameter", library="aws_lambda_powertools", Name="/a"), call("ssm.GetParameter", Name="/b")], TABLES
    )
    certain = [(item.source, [str(arn)[-2:] for arn in item.resources]) for item in found if item.need is Necessity.ALWAYS]
    assert certain == [(Source.CODE, ["/b"]), (Source.LIBRARY, ["/a"])]


def test_an_operation_that_no_table_knows_is_a_gap() -> None:
    found, gaps = requirements([call("iotthingsgraph.SearchThings"), call("s4.Get"), GET], TABLES)
    assert [gap.services for gap in gaps] == [("iotthingsgraph",), ("s4",)]
    assert "SearchThings" in gaps[0].reason
    assert found


def test_operations_without_permission_are_neither_needed_nor_a_gap() -> None:
    found, gaps = requirements([call("sts.GetCallerIdentity"), call("sso.GetRoleCredentials")], TABLES)
    assert all(item.need is Necessity.POSSIBLE for item in found)
    assert gaps == ()


def test_a_possible_need_of_what_is_needed_anyway_says_nothing() -> None:
    found, _ = requirements([call("s3.PutObject", Bucket="b", Key="k", SSEKMSKeyId=UNKNOWN)], TABLES)
    pairs = [(item.action, arn) for item in found for arn in item.resources]
    assert len(pairs) == len(set(pairs))


def test_passing_a_role_carries_the_service_that_gets_it() -> None:
    found, _ = requirements([call("lambda.CreateFunction", FunctionName="f", Role="arn:aws:iam::1:role/r", Code={})], TABLES)
    (passed,) = [item for item in found if item.action == "iam:PassRole"]
    assert passed.context == (("iam:PassedToService", (Text.of("lambda.amazonaws.com"),)),)
    assert [str(arn) for arn in passed.resources] == ["arn:aws:iam::1:role/r"]
    assert passed.rule


def listed(**arguments: Any) -> SdkCall:
    return call("s3.ListObjectsV2", Bucket="b", **arguments)


@pytest.mark.parametrize(
    ("calls", "action", "expected"),
    [
        ([listed(Prefix="home/")], "s3:ListBucket", {"s3:prefix": "home/"}),
        ([listed(Prefix="home/"), listed(Prefix="home/", MaxKeys=5)], "s3:ListBucket", {"s3:prefix": "home/"}),
        ([listed(Prefix="home/"), listed(Prefix="other/")], "s3:ListBucket", {}),
        ([listed(Prefix="home/"), listed()], "s3:ListBucket", {}),
        ([listed(Prefix="home/"), call("s3.HeadBucket", Bucket="b")], "s3:ListBucket", {}),
        ([listed(Prefix=UNKNOWN)], "s3:ListBucket", {}),
        ([call("dynamodb.GetItem", TableName="t", Key={"id": {"S": "a"}})], "dynamodb:GetItem", {"dynamodb:LeadingKeys": "a"}),
        ([call("dynamodb.GetItem", TableName="t", Key={"id": "a"})], "dynamodb:GetItem", {"dynamodb:LeadingKeys": "a"}),
        ([call("dynamodb.GetItem", TableName="t", Key={"id": "a", "range": "b"})], "dynamodb:GetItem", {}),
        ([call("dynamodb.PutItem", TableName="t", Item={"id": "a"})], "dynamodb:PutItem", {}),
    ],
)
def test_arguments_that_conditions_may_test(calls: list[SdkCall], action: str, expected: dict[str, str]) -> None:
    (found,) = [item for item in requirements(calls, TABLES)[0] if (item.action, item.need) == (action, Necessity.ALWAYS)]
    assert {key: str(value) for key, (value,) in found.context} == expected


def test_actions_of_other_names() -> None:
    assert set(needed(call("s3.ListObjectsV2", Bucket="b"))) == {"s3:ListBucket"}
    assert set(needed(call("s3.HeadObject", Bucket="b", Key="k"))) == {"s3:GetObject"}
    assert set(needed(call("sqs.SendMessageBatch", QueueUrl="q", Entries=[]))) == {"sqs:SendMessage"}
    assert set(needed(call("bedrock-runtime.ConverseStream", modelId="amazon.nova"))) == {"bedrock:InvokeModelWithResponseStream"}
    assert set(needed(call("apigatewaymanagementapi.PostToConnection", ConnectionId="c"))) == {"execute-api:ManageConnections"}
    assert set(needed(call("iot-data.Publish", topic="t"))) == {"iot:Publish"}
    assert set(needed(call("rds.GenerateDbAuthToken", DBUsername="u"))) == {"rds-db:connect"}


def test_a_parameter_that_only_some_paths_give_decides_for_each_of_them() -> None:
    maybe = OneOf((Text.of("v"), Constant(None)))
    assert needed(call("s3.GetObject", Bucket="b", Key="k", VersionId=maybe)) == {
        "s3:GetObject": ["arn::s3:::b/k"],
        "s3:GetObjectVersion": ["arn::s3:::b/k"],
    }
    assert set(needed(call("s3.PutObject", Bucket="b", Key="k", Tagging=maybe))) == {"s3:PutObject", "s3:PutObjectTagging"}
    objects = {"Objects": [{"Key": "k", "VersionId": maybe}]}
    assert set(needed(call("s3.DeleteObjects", Bucket="b", Delete=objects))) == {"s3:DeleteObject", "s3:DeleteObjectVersion"}


def test_each_path_has_its_own_resource() -> None:
    put, update = ({verb: {"TableName": name}} for verb, name in (("Put", "A"), ("Update", "B")))
    either = OneOf((argument([put]), argument([update])))
    wanted = {"dynamodb:PutItem": ["arn::dynamodb:::table/A"], "dynamodb:UpdateItem": ["arn::dynamodb:::table/B"]}
    assert needed(call("dynamodb.TransactWriteItems", TransactItems=either)) == wanted
    source = OneOf((Text.of("one/x"), Text.of("two/y?versionId=1")))
    found = needed(call("s3.CopyObject", Bucket="b", Key="k", CopySource=source))
    assert found["s3:GetObject"] == ["arn::s3:::one/x"]
    assert found["s3:GetObjectVersion"] == ["arn::s3:::two/y"]


def test_too_many_paths_are_not_told_apart() -> None:
    maybe = OneOf((Text.of("v"), Constant(None)))
    many = {"Objects": [{"Key": str(number), "VersionId": maybe} for number in range(12)]}
    assert set(needed(call("s3.DeleteObjects", Bucket="b", Delete=many))) == {"s3:DeleteObject"}


def test_tags_given_at_creation_may_need_the_services_tagging_action() -> None:
    tagged = call("fsx.CreateSnapshot", Name="s", VolumeId="fsvol-1", Tags=[{"Key": "a", "Value": "b"}])
    assert "fsx:TagResource" in needed(tagged, need="possible")
    assert "fsx:TagResource" not in needed(call("fsx.CreateSnapshot", Name="s", VolumeId="fsvol-1"), need="possible")
