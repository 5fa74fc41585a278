"""LIS302: the execution role does not trust Lambda."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lambda_iam_scan.checks._roles import title
from lambda_iam_scan.checks._service import Admission, admission, request_of
from lambda_iam_scan.iam.arn import account
from lambda_iam_scan.iam.describe import condition_text, listed, statement_name
from lambda_iam_scan.iam.evaluate import Fit
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Related, Rule, Scan, Severity
from lambda_iam_scan.model.iam import Effect, Policy, Role
from lambda_iam_scan.model.text import ACCOUNT, Text
from lambda_iam_scan.tables import Tables

UNTRUSTED = Rule(
    code="LIS302",
    name="untrusted-role",
    severity=Severity.ERROR,
    summary="The role's trust policy does not let Lambda assume it",
    what="Lambda assumes the execution role as `lambda.amazonaws.com` (CloudFront's replicas as `edgelambda.amazonaws.com` besides). The "
    "role's trust policy does not admit it, denies it, or admits it only under a condition that this function cannot meet.",
    why="Creating the function fails (`The role defined for the function cannot be assumed by Lambda`), or every invocation does.",
    example="AssumeRolePolicyDocument:\n  Statement:\n"
    "    - {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}",
    instead="AssumeRolePolicyDocument:\n  Statement:\n"
    "    - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}",
    fix="Add a statement that lets the service assume the role; keep conditions on `aws:SourceArn` in step with the function's name.",
)
_STATEMENT = '{{\n  "Effect": "Allow",\n  "Principal": {{"Service": "{service}"}},\n  "Action": "sts:AssumeRole"\n}}'


class Trust:
    """One finding for each role and reason, however many functions share the role."""

    rules = (UNTRUSTED,)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings where the trust policy is known and certainly keeps Lambda out."""
        rules = tables.lambda_rules("logging")["trust"]
        seen: set[tuple[str, str]] = set()
        for function in scan.functions:
            for finding in _findings(function, rules["principal"], rules["edge"]["principal"], rules["source"]):
                key = (function.function.role.id if function.function.role else "", finding.message.partition(": ")[2])
                if key not in seen:
                    seen.add(key)
                    yield finding


def _findings(scan: FunctionScan, service: str, edge: str, source: str) -> Iterator[Finding]:
    role = scan.function.role
    if role is None or role.trust is None or any(gap.reason.startswith(role.trust.name) for gap in role.gaps):
        return
    edges = [trigger for trigger in scan.function.triggers if trigger.kind == "cloudfront-edge"]
    for principal in (service, *([edge] if edges else [])):
        found = _assumes(scan.function, role, role.trust, principal)
        if found.truth is Truth.NO:
            yield _finding(scan, role, role.trust, principal, found, source)


def _assumes(function: Function, role: Role, trust: Policy, service: str) -> Admission:
    values: dict[str, tuple[Text, ...] | None] = {
        "aws:sourcearn": (function.arn,),
        "aws:sourceaccount": (account(function.arn) or Text.of(ACCOUNT),),
        # Only those who are given an external id pass one.
        "sts:externalid": (),
    }
    return admission([trust], service, request_of("sts:AssumeRole", role.arn, values))


def _finding(scan: FunctionScan, role: Role, trust: Policy, service: str, found: Admission, source: str) -> Finding:
    place = trust.location or role.location or scan.function.location
    near = tuple(Related(_near(found), m.statement.location) for m in found.matches if m.statement.location)
    return Finding(
        code=UNTRUSTED.code,
        name=UNTRUSTED.name,
        severity=UNTRUSTED.severity,
        confidence=Confidence.CERTAIN,
        message=f"{title(scan)}: {service} may not assume the role {role.name}: {_why(trust, found)}",
        location=place,
        function=scan.function.id,
        action="sts:AssumeRole",
        resource=str(role.arn),
        notes=(
            f"who accesses what: Lambda, as {service}, assumes the role for every instance of the function, by the role's trust policy",
            f"documented at {source}",
        ),
        related=(*near, Related("the function", scan.function.location)),
        suggestion=None if found.denied else _STATEMENT.format(service=service),
    )


def _near(found: Admission) -> str:
    return "denied here" if found.denied else "the statement that comes nearest"


def _why(trust: Policy, found: Admission) -> str:
    if found.denied:
        return f"{statement_name(trust, found.matches[0].statement)} denies it"
    if found.fit is Fit.CONDITION_FAILS:
        conditions = [condition_text(condition) for match in found.matches for condition in match.statement.conditions]
        return f"it is trusted only under a condition that the function cannot meet ({listed(conditions)})"
    allowing = (statement for statement in trust.statements if statement.effect is Effect.ALLOW)
    admitted = dict.fromkeys(str(entry.text) for statement in allowing for entry in statement.principals)
    return f"the trust policy admits {listed(admitted)}" if admitted else "the trust policy admits nobody"


CHECK = Trust()
