"""What several formats say in the same words: findings grouped by function, outcomes, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lambda_iam_scan.model.code import Principal, PrincipalKind
from lambda_iam_scan.model.finding import Finding, FunctionScan, Report, Severity
from lambda_iam_scan.model.iam import Outcome

TOOL = "lambda-iam-scan"

_WORST_FIRST = (Outcome.DENIED, Outcome.MISSING, Outcome.UNVERIFIED, Outcome.GRANTED)


def outcomes(scan: FunctionScan) -> tuple[Outcome, ...]:
    """For each requirement the worst of its verdicts; not compared when there is none."""
    found: dict[int, set[Outcome]] = {}
    for verdict in scan.comparison.verdicts if scan.comparison else ():
        found.setdefault(verdict.requirement, set()).add(verdict.outcome)
    return tuple(
        next((outcome for outcome in _WORST_FIRST if outcome in found.get(index, ())), Outcome.NOT_COMPARED)
        for index in range(len(scan.requirements))
    )


def principal(value: Principal) -> str:
    """Whose credentials: `execution-role`, the assumed role's ARN, or `other`."""
    if value.kind is PrincipalKind.ASSUMED_ROLE:
        return str(value.role) if value.role is not None else "assumed-role"
    return value.kind.value


def by_function(report: Report) -> tuple[tuple[FunctionScan | None, tuple[Finding, ...]], ...]:
    """Each function with its findings, in the report's order; findings of no known function come last, under None."""
    groups: dict[str | None, list[Finding]] = {scan.function.id: [] for scan in report.functions}
    rest: list[Finding] = []
    for finding in report.findings:
        groups.get(finding.function, rest).append(finding)
    found: list[tuple[FunctionScan | None, tuple[Finding, ...]]] = [(scan, tuple(groups[scan.function.id])) for scan in report.functions]
    return (*found, (None, tuple(rest))) if rest else tuple(found)


def title(scan: FunctionScan) -> str:
    """What people call the function: its logical id, else its id."""
    return scan.function.logical_id or scan.function.id


def counts(findings: Iterable[Finding]) -> dict[Severity, int]:
    """Number of findings of each severity, worst first."""
    counted = Counter(finding.severity for finding in findings)
    return {severity: counted[severity] for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)}


def plural(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(items: Sequence[str], most: int = 8) -> str:
    """Items with commas, cut after `most` with the number of the rest."""
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"
