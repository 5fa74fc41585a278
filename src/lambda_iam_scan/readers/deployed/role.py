"""A role of the account: its policies, boundary and trust policy, as IAM has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.iam import Policy, PolicyKind, Role
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers.deployed.api import Ask
from lambda_iam_scan.readers.deployed.reading import Reading


def read_role(ask: Ask, arn: str) -> Role:
    """Everything that decides what the role may do, but for the organization's policies, which only its management account sees."""
    reading = Reading(ask, arn, home_region(arn), GapKind.UNRESOLVED_ROLE)
    name = arn.rpartition("/")[2]
    answer = reading.get("iam", "GetRole", f"role {name}", RoleName=name)
    role: Mapping[str, Any] = (answer or {}).get("Role", {})
    if answer == {}:
        reading.gap(f"role {name} does not exist any more")
    unread = reading.gaps[-1] if answer is None else None
    policies = (*_inline(reading, name), *_attached(reading, name))
    before = len(reading.gaps)
    boundary = _boundary(reading, role)
    return Role(
        id=arn,
        name=Text.of(name),
        arn=Text.of(arn),
        policies=policies,
        boundary=boundary,
        unread_boundary=next(iter(reading.gaps[before:]), unread),
        trust=_trust(reading, role),
        tags=tuple(sorted((tag["Key"], tag["Value"]) for tag in role.get("Tags", ()))),
        gaps=tuple(reading.gaps),
        location=reading.location,
    )


def home_region(arn: str) -> str:
    """IAM is one for a whole partition; this region reaches it."""
    return {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}.get(arn.split(":")[1], "us-east-1")


def _inline(reading: Reading, role: str) -> tuple[Policy, ...]:
    names = sorted(reading.list("iam", "ListRolePolicies", f"the inline policies of role {role}", "PolicyNames", RoleName=role))
    found = []
    for name in names:
        answer = reading.get("iam", "GetRolePolicy", f"inline policy {name} of role {role}", RoleName=role, PolicyName=name)
        if answer:
            found.append(reading.policy(answer["PolicyDocument"], name, PolicyKind.INLINE))
    return tuple(found)


def _attached(reading: Reading, role: str) -> tuple[Policy, ...]:
    what = f"the policies attached to role {role}"
    attached = reading.list("iam", "ListAttachedRolePolicies", what, "AttachedPolicies", RoleName=role)
    arns = sorted(policy["PolicyArn"] for policy in attached)
    return tuple(policy for arn in arns if (policy := _managed(reading, arn, managed_kind(arn))) is not None)


def _boundary(reading: Reading, role: Mapping[str, Any]) -> Policy | None:
    arn = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return _managed(reading, arn, PolicyKind.BOUNDARY) if arn else None


def _trust(reading: Reading, role: Mapping[str, Any]) -> Policy | None:
    document = role.get("AssumeRolePolicyDocument")
    return reading.policy(document, "trust policy", PolicyKind.TRUST) if document else None


def _managed(reading: Reading, arn: str, kind: PolicyKind) -> Policy | None:
    """The version in force of a managed policy; it stands under its own ARN, not the role's."""
    own = Reading(reading.ask, arn, reading.region, reading.kind)
    name = arn.rpartition("/")[2]
    answer = own.get("iam", "GetPolicy", f"managed policy {name}", PolicyArn=arn)
    version = (answer or {}).get("Policy", {}).get("DefaultVersionId")
    document = own.get("iam", "GetPolicyVersion", f"managed policy {name}", PolicyArn=arn, VersionId=version) if version else None
    policy = own.policy(document["PolicyVersion"]["Document"], arn, kind) if document else None
    if answer == {} or document == {}:
        own.gap(f"managed policy {name} does not exist any more")
    reading.gaps += own.gaps
    return policy


def managed_kind(arn: str) -> PolicyKind:
    """AWS's own policies have `aws` where others have an account."""
    return PolicyKind.AWS_MANAGED if arn.split(":")[4:5] == ["aws"] else PolicyKind.CUSTOMER_MANAGED
