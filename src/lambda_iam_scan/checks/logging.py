"""LIS301: the execution role cannot write CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.checks._lacking import Lack, access, lacking, related, role_named, suggestion
from lambda_iam_scan.checks._roles import title
from lambda_iam_scan.iam.describe import listed
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Rule, Scan, Severity
from lambda_iam_scan.model.iam import Cause, Source
from lambda_iam_scan.tables import Tables

NO_LOGGING = Rule(
    code="LIS301",
    name="no-logging",
    severity=Severity.WARNING,
    summary="The execution role cannot write the function's logs",
    what="Lambda writes what a function prints to CloudWatch Logs with the function's execution role: it creates the log group on the "
    "first invocation unless it is there, a log stream for each execution environment, and puts the events. The role lacks one of these.",
    why="The function runs, but its output, errors and timeouts are lost, and nothing says so.",
    example='Policies:\n  - Statement:\n      - {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::in/*"}',
    instead="ManagedPolicyArns:\n  - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    fix="Attach AWSLambdaBasicExecutionRole, or allow the three actions on the function's log group. Its ARN ends in `:*` in policies. "
    "Without `logs:CreateLogGroup` the log group must be declared: `AWS::Logs::LogGroup`.",
)
_CREATE_GROUP = "logs:CreateLogGroup"


class Logging:
    """One finding for each function whose logs get lost."""

    rules = (NO_LOGGING,)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings where the role certainly refuses what writing logs takes."""
        managed = tables.lambda_rules("logging")["logging"]["managed"]
        for function in scan.functions:
            lacks = lacking(function, Source.LOGGING)
            if lacks and not _on_purpose(lacks):
                yield _finding(function, lacks, managed)


def _on_purpose(lacks: tuple[Lack, ...]) -> bool:
    """Denying the log group's creation alone keeps Lambda from making again one that was deleted."""
    return [lack.need.action for lack in lacks] == [_CREATE_GROUP] and lacks[0].verdict.cause is Cause.EXPLICIT_DENY


def _finding(scan: FunctionScan, lacks: tuple[Lack, ...], managed: Iterable[str]) -> Finding:
    actions = [lack.need.action for lack in lacks]
    only_group = actions == [_CREATE_GROUP]
    return Finding(
        code=NO_LOGGING.code,
        name=NO_LOGGING.name,
        severity=Severity.NOTE if only_group else NO_LOGGING.severity,
        confidence=Confidence.POSSIBLE if only_group else Confidence.CERTAIN,
        message=f"{title(scan)}: {role_named(scan)} cannot {_what(actions)}, for {_why(lacks)}",
        location=scan.function.location,
        function=scan.function.id,
        action=actions[0] if len(actions) == 1 else None,
        resource=str(lacks[0].verdict.resource),
        notes=tuple(_notes(scan, lacks)),
        related=related(scan, lacks),
        suggestion=suggestion(lacks, managed),
        members=tuple(actions) if len(actions) > 1 else (),
    )


def _what(actions: list[str]) -> str:
    if actions == [_CREATE_GROUP]:
        return "create the log group, so that logs are lost unless it is there"
    return "write CloudWatch Logs"


def _why(lacks: tuple[Lack, ...]) -> str:
    if all(lack.verdict.cause is Cause.NO_STATEMENT for lack in lacks):
        return f"no statement allows {listed(lack.need.action for lack in lacks)}"
    return "; ".join(dict.fromkeys(lack.verdict.reason for lack in lacks))


def _notes(scan: FunctionScan, lacks: tuple[Lack, ...]) -> Iterable[str]:
    yield access(scan, lacks[0])
    yield f"documented at {lacks[0].need.rule}"


CHECK = Logging()
