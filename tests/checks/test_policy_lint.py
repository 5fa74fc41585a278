from typing import Any

import pytest

from lambda_iam_scan.checks.policy_lint import CHECK
from lambda_iam_scan.model.finding import Confidence
from lambda_iam_scan.model.iam import PolicyKind
from tests.checks.checking import found, one
from tests.iam.building import HOLE, allow, deny, need, policy, table_arn, text

BUCKET, OBJECTS = "arn:aws:s3:::b", "arn:aws:s3:::b/*"


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("s3:GetObjects", "s3:GetObject"),
        ("stepfunctions:StartExecution", "states:StartExecution"),
        ("cloudwatch-logs:PutLogEvents", "logs:PutLogEvents"),
        ("GetObject", None),
        ("s3:Frobnicate", None),
        ("nosuchservice:Frobnicate", None),
        ("s3:Frob*", None),
    ],
)
def test_an_unknown_action_is_told(written: str, hint: str | None) -> None:
    finding = one(CHECK, allow(written))
    assert (finding.code, finding.action, finding.suggestion) == ("LIS401", written, hint)
    assert (hint or "") in finding.message


@pytest.mark.parametrize("written", ["s3:GetObject", "S3:getobject", "s3:Get*", "*", "*:*", "s3:?etObject"])
def test_a_real_action_is_not(written: str) -> None:
    assert found(CHECK, allow(written)) == []


def test_what_is_denied_or_excepted_is_looked_at_too() -> None:
    excepted = {"Effect": "Deny", "NotAction": "s3:GetObjects", "Resource": "*"}
    assert [code for code, *_ in found(CHECK, policy(deny("s3:PutObjects"), excepted))] == ["LIS401", "LIS401"]


@pytest.mark.parametrize("kind", [PolicyKind.AWS_MANAGED, PolicyKind.SAM_TEMPLATE, PolicyKind.GENERATED])
def test_policies_that_others_wrote_are_not_linted(kind: PolicyKind) -> None:
    assert found(CHECK, policy(allow("s3:GetObjects"), kind=kind)) == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListBucket", OBJECTS),
        ("s3:GetObject", BUCKET),
        ("s3:GetObject", "arn:aws:sqs:*:*:jobs"),
        ("sqs:SendMessage", [BUCKET, OBJECTS]),
        ("dynamodb:PutItem", table_arn("orders", "/index/*")),
        ("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/lambda/fn"),
        ("s3:ListAllMyBuckets", BUCKET),
    ],
)
def test_a_resource_that_the_action_can_never_match(action: str, resource: Any) -> None:
    for finding in (one(CHECK, allow(action, resource), need(action)), one(CHECK, deny(action, resource))):
        assert (finding.code, finding.action, finding.confidence) == ("LIS403", action, Confidence.LIKELY)


def test_an_unused_action_is_told_once() -> None:
    assert found(CHECK, allow("s3:ListBucket", OBJECTS)) == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListBucket", [BUCKET, OBJECTS]),
        ("s3:GetObject", [BUCKET, OBJECTS]),
        ("s3:GetObject", "arn:aws:s3:::b*"),
        ("s3:GetObject", "arn:aws:s3:*"),
        ("s3:ListAllMyBuckets", "*"),
        ("dynamodb:Query", table_arn("orders", "/index/*")),
        ("dynamodb:PutItem", table_arn("orders")),
        ("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/lambda/fn:*"),
        ("logs:PutLogEvents", "arn:aws:logs:*:*:*"),
        ("logs:CreateLogStream", "arn:aws:logs:*:*:log-group:/aws/lambda/fn:*"),
        ("ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/app/db/password"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-??????"),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/1234"),
        ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:fn:live"),
        ("events:PutEvents", "arn:aws:events:us-east-1:123456789012:event-bus/default"),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/service-role/x"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/x"),
        ("braket:GetDevice", "arn:aws:braket:::device/qpu/ionq/Harmony"),
    ],
)
def test_a_resource_that_it_can_match(action: str, resource: Any) -> None:
    assert found(CHECK, allow(action, resource), need(action)) == []


def test_a_resource_of_which_nothing_is_known_may_match() -> None:
    assert found(CHECK, allow("s3:GetObject", text(HOLE)), need("s3:GetObject")) == []


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("s3:GetObject", "s3:prefix"),
        ("s3:GetObject", "s3:NoSuchKey"),
        ("s3:GetObject", "aws:SourceVPCEndpoint"),
        ("s3:GetObject", "nosuch:Key"),
    ],
)
def test_a_condition_on_a_key_the_request_never_has(action: str, key: str) -> None:
    finding = one(CHECK, allow(action, OBJECTS, Condition={"StringEquals": {key: "x"}}))
    assert finding.code == "LIS404"
    assert key in finding.message


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("s3:ListBucket", "s3:prefix"),
        ("s3:GetObject", "s3:ExistingObjectTag/team"),
        ("s3:GetObject", "aws:SourceVpce"),
        ("s3:GetObject", "AWS:sourceVPCE"),
        ("s3:GetObject", "aws:ResourceTag/team"),
        ("s3:GetObject", "lambda:SourceFunctionArn"),
        ("iam:PassRole", "iam:PassedToService"),
        ("kms:Decrypt", "kms:ViaService"),
        ("dynamodb:GetItem", "dynamodb:LeadingKeys"),
    ],
)
def test_a_condition_on_a_key_it_may_have(action: str, key: str) -> None:
    assert [code for code, *_ in found(CHECK, allow(action, "*", Condition={"StringEquals": {key: "x"}}))] == []
