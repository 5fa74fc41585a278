import pytest

from lambda_iam_scan.actions import expand, find_action, matches, named, nearest
from lambda_iam_scan.model.text import Text
from tests.checks.checking import tables
from tests.iam.building import HOLE, text


@pytest.mark.parametrize(
    ("entry", "name"),
    [(text("s3:GetObject"), "s3:GetObject"), (text("s3:Get*"), None), (text("s3:GetObjec?"), None), (text("s3:", HOLE), None)],
)
def test_named(entry: Text, name: str | None) -> None:
    assert named(entry) == name


def test_find_action_in_any_case() -> None:
    action = find_action("S3:getobject", tables())
    assert action is not None
    assert action.name == "s3:GetObject"
    assert find_action("s3:GetObjects", tables()) is None
    assert find_action("GetObject", tables()) is None


def test_expand() -> None:
    assert expand(text("sqs:Send*"), tables()) == ("sqs:SendMessage",)
    assert "s3:GetObject" in (expand(text("S3:get*"), tables()) or ())
    assert expand(text("s3:Frob*"), tables()) == ()
    assert expand(text("*"), tables()) is None
    assert expand(text("*:Get*"), tables()) is None
    assert expand(text("s3:", HOLE), tables()) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("s3:PutObjects", "s3:PutObject"),
        ("s3:ListBuckets", "s3:ListBucket"),
        ("ecs:DescribeService", "ecs:DescribeServices"),
        ("ecs:DescribeTask", "ecs:DescribeTasks"),
        ("ec2:DescribeInstance", "ec2:DescribeInstances"),
        ("sqs:RecieveMessage", "sqs:ReceiveMessage"),
        ("cloudwatch:PutMetric", "cloudwatch:PutMetricData"),
        ("s3:GetObjectTag", "s3:GetObjectTagging"),
        ("stepfunctions:StartExecution", "states:StartExecution"),
        ("cloudwatch-logs:PutLogEvents", "logs:PutLogEvents"),
        ("bedrock:PutModelInvocationLogging", "bedrock:PutModelInvocationLoggingConfiguration"),
        ("s3:Frobnicate", None),
        ("nowhere:Frobnicate", None),
        ("Frobnicate", None),
    ],
)
def test_nearest(written: str, expected: str | None) -> None:
    assert nearest(written, tables()) == expected


def test_matches() -> None:
    assert matches(text("s3:get*"), "s3:GetObject")
    assert matches(text("s3:", HOLE), "s3:GetObject")
    assert not matches(text("s3:put*"), "s3:GetObject")
