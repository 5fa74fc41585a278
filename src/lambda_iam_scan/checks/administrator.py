"""LIS402: a role that may do everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lambda_iam_scan.checks._roles import everyone, only, place
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Rule, Scan, Severity
from lambda_iam_scan.model.iam import Effect, Policy, PolicyKind, Role, Statement
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.usage import ANYTHING, roles

RULE = Rule(
    code="LIS402",
    name="administrator-access",
    severity=Severity.WARNING,
    summary="The role may do everything in the account",
    what="A statement without conditions allows every action on every resource (`*` on `*`, as in the AWS managed policy "
    "`AdministratorAccess`), or everything in IAM (`iam:*` on `*`), with which a role can give itself the rest.",
    why="Whoever gets into the function, through an injected command or a dependency, owns the account.",
    example="ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]",
    instead='Policies:\n  - Statement:\n      - {Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt Orders.Arn}',
    fix="Grant what the function needs: `lambda-iam-scan --format policy` writes the policy.",
)

_EVERYTHING = ("*", "*:*")


class Administrator:
    """One finding for each policy that makes a role an administrator's."""

    rules: tuple[Rule, ...] = (RULE,)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings on policies of any origin but those that are generated."""
        for role, functions in roles(scan):
            for policy in role.policies:
                found = next((s for s in policy.statements if _powers(s)), None)
                if found is not None and policy.kind is not PolicyKind.GENERATED:
                    yield _finding(role, functions, policy, found)


def _powers(statement: Statement) -> str | None:
    """What a statement makes of the role, or None."""
    if statement.effect is not Effect.ALLOW or statement.conditions or not any(e.text == ANYTHING for e in statement.resources):
        return None
    actions = {(entry.text.literal or "").lower() for entry in statement.actions}
    if actions & set(_EVERYTHING):
        return "every action on every resource"
    return "everything in IAM, and with it giving itself the rest" if "iam:*" in actions else None


def _finding(role: Role, functions: Sequence[FunctionScan], policy: Policy, statement: Statement) -> Finding:
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.CERTAIN,
        message=f"policy {policy.name} of {everyone(functions)} allows {_powers(statement)}",
        location=place(policy, role, functions, statement.location),
        function=only(functions),
        action=str(statement.actions[0].text),
        resource="*",
    )


CHECK = Administrator()
