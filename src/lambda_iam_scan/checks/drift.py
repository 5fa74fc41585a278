"""LIS501: the deployed role is not the declared one."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.drift import Difference, Kind, differences
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import Confidence, Finding, Related, Rule, Scan, Severity
from lambda_iam_scan.model.iam import Role
from lambda_iam_scan.tables import Tables

ROLE_DRIFT = Rule(
    code="LIS501",
    name="role-drift",
    severity=Severity.WARNING,
    summary="The role in the account differs from the role in the template",
    what="With a template and `--deployed` both given, the role that the function really has is compared with the one that "
    "is declared: permissions, AWS managed policies, permissions boundary, trust policy.",
    why="Somebody changed the role by hand, or the template was not deployed. The next deployment takes back what was added, and the "
    "function may stop working; or it runs with rights that no review has seen.",
    example="Policies:\n  - DynamoDBReadPolicy: {TableName: !Ref Table}  # but in the account the role may also dynamodb:DeleteItem",
    instead="Policies:\n  - DynamoDBReadPolicy: {TableName: !Ref Table}\n"
    "  - Statement:\n      - {Effect: Allow, Action: dynamodb:DeleteItem, Resource: !GetAtt Table.Arn}",
    fix="Put what is needed into the template and deploy it; CloudFormation's own drift detection shows the same for the whole stack.",
)

_SAID = {
    Kind.OTHER_ROLE: "the deployed function has another role",
    Kind.ADDED: "the deployed role {role} has permissions that are not declared",
    Kind.LACKING: "the deployed role {role} lacks permissions that are declared",
    Kind.MANAGED_ADDED: "the deployed role {role} has AWS managed policies that are not declared",
    Kind.MANAGED_LACKING: "the deployed role {role} lacks AWS managed policies that are declared",
    Kind.BOUNDARY: "the deployed role {role} has another permissions boundary",
    Kind.TRUST: "the deployed role {role} is trusted otherwise than declared",
}


class Drift:
    """One finding a kind of difference, for each pair of declared and deployed role."""

    rules = (ROLE_DRIFT,)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Functions that share both roles share the findings, which stand with the first of them."""
        seen: set[tuple[str, str]] = set()
        for function in (one.function for one in scan.functions):
            declared = function.declared.role if function.declared else None
            if declared is None or function.role is None or (declared.id, function.role.id) in seen:
                continue
            seen.add((declared.id, function.role.id))
            yield from _findings(function, declared, function.role)


def _findings(function: Function, declared: Role, deployed: Role) -> Iterable[Finding]:
    found = differences(declared, deployed)
    for kind in Kind:
        if some := tuple(difference for difference in found if difference.kind is kind):
            yield _finding(function, declared, deployed, kind, some)


def _finding(function: Function, declared: Role, deployed: Role, kind: Kind, found: tuple[Difference, ...]) -> Finding:
    home = declared.location or function.location
    # What is only in the account has no place in the project: show it with the role's declaration.
    lacking = kind in (Kind.LACKING, Kind.MANAGED_LACKING, Kind.OTHER_ROLE)
    location = (found[0].location if lacking else None) or home
    # The notes tell one from the other; places in the same file would only repeat them.
    places = dict.fromkeys(one.location for one in found if one.location and one.location.path != location.path)
    return Finding(
        code=ROLE_DRIFT.code,
        name=ROLE_DRIFT.name,
        severity=ROLE_DRIFT.severity,
        confidence=Confidence.CERTAIN,
        message=_SAID[kind].format(role=deployed.name),
        location=location,
        function=function.id,
        notes=tuple(difference.what for difference in found),
        related=tuple(Related("stands here", place) for place in places),
        members=tuple(sorted({difference.action for difference in found if difference.action})),
    )


CHECK = Drift()
