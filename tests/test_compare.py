from typing import Any

import pytest

from lambda_iam_scan.compare import compare
from lambda_iam_scan.iam.document import read_policy
from lambda_iam_scan.model.deployment import Feature
from lambda_iam_scan.model.iam import Cause, Outcome, Policy, PolicyKind, Requirement, ResourcePolicy, Role, Verdict
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Text
from tests.iam.building import HERE, HOLE, OTHER_TABLE, TABLE, allow, deny, function, gap, need, policy, role, table_arn, text

QUEUE = text("arn:", PARTITION, ":sqs:", REGION, ":", ACCOUNT, ":jobs")
KEY = text("arn:aws:kms:us-east-1:123456789012:key/1")
OBJECT = text("arn:aws:s3:::data/", HOLE)


def verdict(granted: Role, wanted: Requirement, *on_resource: ResourcePolicy, in_vpc: bool = False) -> Verdict:
    features = (Feature(kind="vpc", location=HERE),) if in_vpc else ()
    (only,) = compare([wanted], function(granted, features=features), on_resource).verdicts
    return only


def attached(resource: Text, *statements: dict[str, Any], kind: PolicyKind = PolicyKind.RESOURCE_BASED) -> ResourcePolicy:
    return ResourcePolicy(resource=resource, policy=read_policy({"Version": "2012-10-17", "Statement": statements}, name="rp", kind=kind))


def boundary(*statements: dict[str, Any]) -> Policy:
    return policy(*statements, kind=PolicyKind.BOUNDARY)


PUT = need("dynamodb:PutItem", table_arn(TABLE))


@pytest.mark.parametrize(
    ("granted", "outcome", "cause"),
    [
        (role(allow("dynamodb:PutItem", table_arn(TABLE))), Outcome.GRANTED, None),
        (role(allow("dynamodb:*")), Outcome.GRANTED, None),
        (role(allow("DYNAMODB:putitem", "arn:aws:dynamodb:eu-west-1:123456789012:table/*")), Outcome.GRANTED, None),
        (role(allow("dynamodb:GetItem")), Outcome.MISSING, Cause.NO_STATEMENT),
        (role(), Outcome.MISSING, Cause.NO_STATEMENT),
        (role(allow("dynamodb:PutItem", table_arn(OTHER_TABLE))), Outcome.MISSING, Cause.RESOURCE),
        (role(allow("dynamodb:PutItem", table_arn("orders"))), Outcome.MISSING, Cause.RESOURCE),
        (role(allow("dynamodb:PutItem", table_arn("orders-*"))), Outcome.UNVERIFIED, Cause.UNKNOWN),
        (role(allow("dynamodb:*"), deny("dynamodb:Put*")), Outcome.DENIED, Cause.EXPLICIT_DENY),
        (role(allow("dynamodb:*"), deny("dynamodb:Delete*")), Outcome.GRANTED, None),
        (role(allow("dynamodb:*"), boundary=boundary(allow("s3:*"))), Outcome.MISSING, Cause.BOUNDARY),
        (role(allow("dynamodb:*"), boundary=boundary(allow("*"))), Outcome.GRANTED, None),
        (role(allow("s3:*"), boundary=boundary(allow("s3:*"))), Outcome.MISSING, Cause.NO_STATEMENT),
        (role(allow("s3:*"), gaps=(gap(),)), Outcome.UNVERIFIED, Cause.UNKNOWN),
        (role(allow("dynamodb:*"), gaps=(gap(),)), Outcome.GRANTED, None),
        (role(deny("dynamodb:*"), gaps=(gap(),)), Outcome.DENIED, Cause.EXPLICIT_DENY),
        (role(allow("dynamodb:*"), unread_boundary=gap(), gaps=(gap(),)), Outcome.UNVERIFIED, Cause.UNKNOWN),
        (role(unread_boundary=gap(), gaps=(gap(),)), Outcome.MISSING, Cause.NO_STATEMENT),
    ],
)
def test_outcome(granted: Role, outcome: Outcome, cause: Cause | None) -> None:
    found = verdict(granted, PUT)
    assert (found.outcome, found.cause) == (outcome, cause)
    assert bool(found.reason) == (outcome is not Outcome.GRANTED)


@pytest.mark.parametrize(
    ("condition", "in_vpc", "outcome"),
    [
        ({"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:fn"}}, False, Outcome.GRANTED),
        ({"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:other"}}, False, Outcome.MISSING),
        ({"Bool": {"aws:SecureTransport": True}}, False, Outcome.GRANTED),
        ({"Bool": {"aws:ViaAWSService": True}}, False, Outcome.MISSING),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False, Outcome.MISSING),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, True, Outcome.UNVERIFIED),
        ({"StringEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}}, False, Outcome.GRANTED),
        ({"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}, False, Outcome.UNVERIFIED),
        ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, False, Outcome.UNVERIFIED),
        ({"Null": {"aws:MultiFactorAuthAge": False}}, False, Outcome.MISSING),
        ({"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}, False, Outcome.MISSING),
    ],
)
def test_condition_decides(condition: dict[str, Any], in_vpc: bool, outcome: Outcome) -> None:
    found = verdict(role(allow("dynamodb:*", Condition=condition)), PUT, in_vpc=in_vpc)
    assert found.outcome is outcome
    assert found.cause is {Outcome.MISSING: Cause.CONDITION, Outcome.UNVERIFIED: Cause.UNKNOWN}.get(outcome)


def test_a_deny_that_cannot_apply_does_not_deny() -> None:
    insecure = deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert verdict(role(policy(allow("*"), insecure)), PUT).outcome is Outcome.GRANTED


def test_a_deny_that_may_apply_leaves_it_open() -> None:
    abroad = deny("*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
    assert verdict(role(policy(allow("*"), abroad)), PUT).outcome is Outcome.UNVERIFIED


def test_what_the_call_carries_decides_conditions() -> None:
    passed = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})
    wanted = need("iam:PassRole", "arn:aws:iam::123456789012:role/r", context={"iam:PassedToService": "ecs-tasks.amazonaws.com"})
    other = need("iam:PassRole", "arn:aws:iam::123456789012:role/r", context={"iam:PassedToService": "ec2.amazonaws.com"})
    assert verdict(role(passed), wanted).outcome is Outcome.GRANTED
    assert verdict(role(passed), other).cause is Cause.CONDITION


def test_an_unknown_bucket_is_not_missing() -> None:
    anywhere = need("s3:GetObject", text("arn:aws:s3:::", HOLE, "/", HOLE))
    found = verdict(role(allow("s3:GetObject", "arn:aws:s3:::data/*")), anywhere)
    assert found.outcome is Outcome.UNVERIFIED
    assert "from the event" in found.reason


def test_the_reason_names_both_resources() -> None:
    found = verdict(role(allow("s3:GetObject", "arn:aws:s3:::other/*")), need("s3:GetObject", OBJECT))
    assert found.reason == "s3:GetObject is allowed on arn:aws:s3:::other/*, not on arn:aws:s3:::data/*"


ROLE_ARN = text("arn:", PARTITION, ":iam::", ACCOUNT, ":role/fn-role")
SEND = need("sqs:SendMessage", QUEUE)


@pytest.mark.parametrize(
    ("principal", "outcome"),
    [
        ({"AWS": ROLE_ARN}, Outcome.GRANTED),
        ("*", Outcome.GRANTED),
        ({"AWS": text("arn:", PARTITION, ":iam::", ACCOUNT, ":root")}, Outcome.MISSING),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, Outcome.MISSING),
        ({"Service": "sns.amazonaws.com"}, Outcome.MISSING),
    ],
)
def test_queue_policy(principal: object, outcome: Outcome) -> None:
    queue_policy = attached(QUEUE, {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": "*"})
    assert verdict(role(), SEND, queue_policy).outcome is outcome


def test_another_queue_s_policy_says_nothing() -> None:
    other = attached(
        text("arn:aws:sqs:us-east-1:123456789012:other"), {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    )
    assert verdict(role(), SEND, other).outcome is Outcome.MISSING


def test_bucket_policy_denies_objects() -> None:
    bucket = attached(text("arn:aws:s3:::data"), {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::data/*"})
    assert verdict(role(allow("s3:*")), need("s3:GetObject", OBJECT), bucket).outcome is Outcome.DENIED


def test_a_key_policy_must_admit() -> None:
    decrypt = need("kms:Decrypt", KEY)
    nobody = attached(KEY, {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "kms:*", "Resource": "*"})
    account = attached(KEY, {"Effect": "Allow", "Principal": {"AWS": ROLE_ARN}, "Action": "kms:*", "Resource": "*"})
    delegating = {"Effect": "Allow", "Principal": {"AWS": text("arn:aws:iam::", ACCOUNT, ":root")}, "Action": "kms:*", "Resource": "*"}
    assert verdict(role(allow("kms:Decrypt")), decrypt).outcome is Outcome.GRANTED
    refused = verdict(role(allow("kms:Decrypt")), decrypt, nobody)
    assert (refused.outcome, refused.cause) == (Outcome.MISSING, Cause.NOT_ADMITTED)
    assert refused.reason == "the resource's own policy does not admit the function's role"
    assert verdict(role(allow("kms:Decrypt")), decrypt, attached(KEY, delegating)).outcome is Outcome.GRANTED
    assert verdict(role(), decrypt, attached(KEY, delegating)).outcome is Outcome.MISSING
    assert verdict(role(), decrypt, account).outcome is Outcome.GRANTED


def test_a_role_granted_by_the_resource_is_bounded_all_the_same() -> None:
    queue_policy = attached(QUEUE, {"Effect": "Allow", "Principal": {"AWS": ROLE_ARN}, "Action": "sqs:*", "Resource": "*"})
    assert verdict(role(boundary=boundary(allow("s3:*"))), SEND, queue_policy).outcome is Outcome.MISSING


def test_without_a_role_nothing_is_compared() -> None:
    comparison = compare([PUT], function(None))
    assert comparison.outcome(0) is Outcome.NOT_COMPARED


def test_the_worst_resource_decides() -> None:
    both = need("dynamodb:PutItem", table_arn(TABLE), table_arn(OTHER_TABLE))
    comparison = compare([PUT, both], function(role(allow("dynamodb:PutItem", table_arn(TABLE)))))
    assert [comparison.outcome(0), comparison.outcome(1)] == [Outcome.GRANTED, Outcome.MISSING]


@pytest.mark.parametrize(
    ("granted", "outcome"),
    [
        ("*", Outcome.GRANTED),
        ("arn:aws:s3:::*", Outcome.GRANTED),
        ("arn:aws:s3:::data", Outcome.MISSING),
        ("arn:aws:sqs:*:*:*", Outcome.MISSING),
    ],
)
def test_listing_buckets_is_granted_on_all_buckets(granted: str, outcome: Outcome) -> None:
    assert verdict(role(allow("s3:ListAllMyBuckets", granted)), need("s3:ListAllMyBuckets")).outcome is outcome


READER = text("arn:aws:iam::", ACCOUNT, ":role/reader")
ACCOUNT_ROOT = text("arn:aws:iam::", ACCOUNT, ":root")


@pytest.mark.parametrize(
    ("principal", "without", "with_statement"),
    [
        ({"AWS": ROLE_ARN}, Outcome.GRANTED, Outcome.GRANTED),
        ({"AWS": ACCOUNT_ROOT}, Outcome.MISSING, Outcome.GRANTED),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, Outcome.MISSING, Outcome.MISSING),
        ({"Service": "ec2.amazonaws.com"}, Outcome.MISSING, Outcome.MISSING),
    ],
)
def test_a_role_is_assumed_by_those_whom_its_trust_policy_admits(principal: Any, without: Outcome, with_statement: Outcome) -> None:
    trust = attached(READER, {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
    assume = need("sts:AssumeRole", READER)
    assert verdict(role(), assume, trust).outcome is without
    assert verdict(role(allow("sts:AssumeRole", READER)), assume, trust).outcome is with_statement
    assert (
        verdict(role(allow("sts:AssumeRole")), need("sts:AssumeRole", text("arn:aws:iam::999999999999:role/x")), trust).outcome
        is Outcome.GRANTED
    )


@pytest.mark.parametrize(
    ("on", "outcome"),
    [
        (QUEUE, Outcome.GRANTED),
        (text("arn:aws:sqs:eu-west-1:123456789012:jobs"), Outcome.GRANTED),
        (text(HOLE), Outcome.UNVERIFIED),
        (text("arn:", HOLE, ":jobs"), Outcome.UNVERIFIED),
        (text("arn:aws:sns:eu-west-1:123456789012:jobs"), Outcome.MISSING),
        (KEY, Outcome.MISSING),
    ],
)
def test_a_policy_bears_on_what_it_may_be_attached_to(on: Text, outcome: Outcome) -> None:
    open_to_all = attached(on, {"Effect": "Allow", "Principal": {"AWS": ROLE_ARN}, "Action": "*", "Resource": "*"})
    assert verdict(role(), need("sqs:SendMessage", QUEUE), open_to_all).outcome is outcome
