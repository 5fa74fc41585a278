"""IAM's record of what a role really used, weighed against findings about unused permissions. Pure.

Two kinds of evidence agree or they do not: never used *and* not needed by code is certain; used, yet not seen in code,
means that the analysis misses something, so the finding gives way to a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Report, Severity

UNUSED_DAYS = 90
"""Days without use after which a permission counts as never used, unless the user says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAccessed:
    """One role's record. Keys are lower case: IAM prefixes (`s3`) and actions (`s3:getobject`); None: not within IAM's memory.

    An action is a key only when IAM tracks it; https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-action-last-accessed.html
    """

    role: str
    as_of: date
    since: date | None
    """When the role was made; None: not known."""
    services: Mapping[str, date | None]
    actions: Mapping[str, date | None]


class _Use(Enum):
    RECENT = "recent"
    NEVER = "never"
    UNKNOWN = "unknown"


def adjust(report: Report, records: Mapping[str, LastAccessed], days: int = UNUSED_DAYS) -> Report:
    """The report with its "unused" findings weighed; `records` are by the role's id."""
    roles = {scan.function.id: scan.function.role.id for scan in report.functions if scan.function.role}
    findings: list[Finding] = []
    gaps: list[tuple[str | None, Gap]] = []
    for finding in report.findings:
        record = records.get(roles.get(finding.function or "", ""))
        weighed, gap = _weigh(finding, record, days) if record else (finding, None)
        findings.append(weighed)
        if gap:
            gaps.append((finding.function, gap))
    functions = tuple(_with_gaps(scan, gaps) for scan in report.functions)
    return replace(report, findings=tuple(findings), functions=functions)


def _weigh(finding: Finding, record: LastAccessed, days: int) -> tuple[Finding, Gap | None]:
    if finding.code != "LIS201":
        return finding, None
    actions = finding.members or ((finding.action,) if finding.action else ())
    uses = {action: _use(action, record, days) for action in actions}
    recent = tuple(action for action, use in uses.items() if use is _Use.RECENT)
    if recent:
        return _gap_instead(finding, recent, record)
    if uses and all(use is _Use.NEVER for use in uses.values()):
        note = f"IAM saw no use of it in the {days} days before {record.as_of}"
        return replace(finding, confidence=Confidence.CERTAIN, notes=(*finding.notes, note)), None
    return finding, None


def _use(action: str, record: LastAccessed, days: int) -> _Use:
    """A wildcard is judged by its service; an action that IAM does not track is known unused only if its whole service is."""
    action = action.lower()
    prefix = action.partition(":")[0]
    if prefix not in record.services:
        return _Use.UNKNOWN
    start = record.as_of - timedelta(days=days)
    old_enough = record.since is not None and record.since <= start
    service = record.services[prefix]
    if action in record.actions:
        last = record.actions[action]
        if last is not None and last > start:
            return _Use.RECENT
        return _Use.NEVER if old_enough else _Use.UNKNOWN
    return _Use.NEVER if old_enough and (service is None or service <= start) else _Use.UNKNOWN


def _gap_instead(finding: Finding, recent: Iterable[str], record: LastAccessed) -> tuple[Finding, Gap]:
    used = ", ".join(f"{action} on {record.actions[action.lower()]}" for action in sorted(recent))
    reason = f"the role used {used}, but no code was found that needs it: the grant is not called unused"
    services = tuple(sorted({action.partition(":")[0].lower() for action in recent}))
    gap = Gap(kind=GapKind.USED_NOT_SEEN, reason=reason, location=finding.location, services=services)
    unresolved = Finding(
        code="LIS901",
        name="unresolved-call",
        severity=Severity.NOTE,
        confidence=Confidence.CERTAIN,
        message=reason,
        location=finding.location,
        function=finding.function,
        action=finding.action,
    )
    return unresolved, gap


def _with_gaps(scan: FunctionScan, gaps: Iterable[tuple[str | None, Gap]]) -> FunctionScan:
    own = tuple(gap for function, gap in gaps if function == scan.function.id)
    return replace(scan, code=replace(scan.code, gaps=(*scan.code.gaps, *own))) if own else scan
