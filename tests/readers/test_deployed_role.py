"""Roles of the account: every way a policy gets there."""

from __future__ import annotations

import json

from lambda_iam_scan.model.iam import Policy, PolicyKind, Role
from lambda_iam_scan.readers.deployed.api import Recorder
from lambda_iam_scan.readers.deployed.role import managed_kind, read_role
from tests.aws_server import ACCOUNT, Aws, allow, denied, document, live


def read(arn: str) -> Role:
    return read_role(live(), arn)


def actions(policy: Policy | None) -> list[str]:
    assert policy
    return [str(action.text) for statement in policy.statements for action in statement.actions]


def managed(aws: Aws, name: str, *versions: str) -> str:
    iam = aws.client("iam")
    arn: str = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document(allow(versions[0]))))["Policy"]["Arn"]
    for action in versions[1:]:
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document(allow(action))), SetAsDefault=False)
    return arn


def test_inline_attached_boundary_trust(aws: Aws) -> None:
    arn = managed(aws, "reads", "s3:GetObject")
    boundary = managed(aws, "limits", "s3:*")
    role = read(aws.role("r", inline={"own": document(allow("sqs:SendMessage"))}, attached=[arn], boundary=boundary))
    assert [(policy.name, policy.kind, actions(policy)) for policy in role.policies] == [
        ("own", PolicyKind.INLINE, ["sqs:SendMessage"]),
        (arn, PolicyKind.CUSTOMER_MANAGED, ["s3:GetObject"]),
    ]
    assert actions(role.boundary) == ["s3:*"]
    assert actions(role.trust) == ["sts:AssumeRole"]
    assert role.gaps == ()


def test_the_default_version_counts_not_the_newest(aws: Aws) -> None:
    arn = managed(aws, "versions", "s3:GetObject", "s3:PutObject", "s3:DeleteObject")
    assert actions(read(aws.role("r", attached=[arn])).policies[0]) == ["s3:GetObject"]
    aws.client("iam").set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert actions(read(f"arn:aws:iam::{ACCOUNT}:role/r").policies[0]) == ["s3:PutObject"]


def test_a_policy_stands_under_its_own_arn(aws: Aws) -> None:
    arn = managed(aws, "reads", "s3:GetObject")
    role = read(aws.role("r", attached=[arn]))
    location = role.policies[0].statements[0].location
    assert location is not None
    assert location.path == arn


def test_tags(aws: Aws) -> None:
    arn = aws.role("r")
    aws.client("iam").tag_role(RoleName="r", Tags=[{"Key": "team", "Value": "a"}])
    assert read(arn).tags == (("team", "a"),)


def test_a_role_that_is_gone_is_a_gap(aws: Aws) -> None:
    role = read(f"arn:aws:iam::{ACCOUNT}:role/service-role/gone")
    assert "role gone does not exist any more" in [gap.reason for gap in role.gaps]


def test_each_refusal_is_a_gap(aws: Aws) -> None:
    arn = aws.role("r", attached=[managed(aws, "reads", "s3:GetObject")])
    for operation in ("GetRole", "ListRolePolicies", "ListAttachedRolePolicies"):
        aws.gate.rules.append(denied(operation))
    role = read(arn)
    assert {gap.reason.rpartition(" ")[2] for gap in role.gaps} == {"iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"}
    assert role.trust is None


def test_a_managed_policy_that_may_not_be_read(aws: Aws) -> None:
    arn = aws.role("r", attached=[managed(aws, "reads", "s3:GetObject")])
    aws.gate.rules.append(denied("GetPolicyVersion"))
    role = read(arn)
    assert role.policies == ()
    assert "needs iam:GetPolicyVersion" in role.gaps[0].reason


def test_a_shared_role_is_asked_for_once(aws: Aws) -> None:
    arn = aws.role("r")
    ask = Recorder(live())
    assert read_role(ask, arn) == read_role(ask, arn)
    assert sum(request.operation == "GetRole" for request in aws.gate.seen) == 1


def test_managed_kind() -> None:
    assert managed_kind("arn:aws-cn:iam::aws:policy/AdministratorAccess") is PolicyKind.AWS_MANAGED
    assert managed_kind(f"arn:aws:iam::{ACCOUNT}:policy/aws/mine") is PolicyKind.CUSTOMER_MANAGED
