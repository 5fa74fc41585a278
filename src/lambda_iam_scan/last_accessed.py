"""IAM's record of what a role really used, weighed against findings about unused permissions. Pure.

Two kinds of evidence agree or they do not: never used *and* not needed by code is certain; used, yet not seen in code,
means that the analysis misses something, so the finding gives way to a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from lambda_iam_scan.iam.describe import listed
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Report, Severity
from lambda_iam_scan.model.iam import Role

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
    """The report with its findings about what is granted for nothing weighed; `records` are by the role's id."""
    bearers = _Bearers.of(report.functions)
    findings: dict[object, Finding] = {}
    gaps: list[tuple[frozenset[str], Gap]] = []
    for finding in report.findings:
        roles = bearers.roles(finding)
        evidence = _Evidence(tuple(records.get(role) for role in sorted(roles)), bearers.services(roles), days)
        weighed, gap = _weigh(finding, evidence)
        if gap:
            gaps.append((roles, gap))
        # Several actions of a service of which only the service's last use is known make one gap.
        findings.setdefault((weighed.message, weighed.location, weighed.function) if gap else len(findings), weighed)
    functions = tuple(_with_gaps(scan, gaps) for scan in report.functions)
    return replace(report, findings=tuple(findings.values()), functions=functions)


@dataclass(frozen=True, slots=True)
class _Bearers:
    """Which roles a finding is about, and of which services something needs an action."""

    by_function: Mapping[str, str]
    by_place: Mapping[str, frozenset[str]]
    needed: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, functions: Iterable[FunctionScan]) -> _Bearers:
        having = [(scan, scan.function.role) for scan in functions if scan.function.role]
        places: dict[str, set[str]] = {}
        needed: dict[str, set[str]] = {}
        for scan, role in having:
            needed.setdefault(role.id, set()).update(need.action.partition(":")[0].lower() for need in scan.requirements)
            for place in _places(role):
                places.setdefault(place, set()).add(role.id)
        return cls(
            {scan.function.id: role.id for scan, role in having},
            {place: frozenset(roles) for place, roles in places.items()},
            {role: frozenset(services) for role, services in needed.items()},
        )

    def roles(self, finding: Finding) -> frozenset[str]:
        """The role of its function; where functions share one, the roles that have a policy where the finding stands."""
        if finding.function is not None:
            return frozenset({self.by_function[finding.function]} if finding.function in self.by_function else ())
        return self.by_place.get(finding.location.path, frozenset())

    def services(self, roles: Iterable[str]) -> frozenset[str]:
        """Prefixes of the actions that functions with these roles need."""
        return frozenset(service for role in roles for service in self.needed.get(role, ()))


def _places(role: Role) -> Iterable[str]:
    for policy in role.policies:
        places = (policy.location, *(statement.location for statement in policy.statements))
        yield from (place.path for place in places if place)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What IAM remembers of the roles; None: nothing could be had of one."""

    records: tuple[LastAccessed | None, ...]
    needed: frozenset[str]
    """Prefixes of services of which something needs an action: their last use proves nothing about others of their actions."""
    days: int

    def use(self, action: str) -> _Use:
        """Used by any role is used; never used is what no role did."""
        uses = {self._of(action.lower(), record) if record else _Use.UNKNOWN for record in self.records}
        return _Use.RECENT if _Use.RECENT in uses else _Use.NEVER if uses == {_Use.NEVER} else _Use.UNKNOWN

    def _of(self, action: str, record: LastAccessed) -> _Use:
        prefix = action.partition(":")[0]
        if prefix not in record.services:
            return _Use.UNKNOWN
        start = record.as_of - timedelta(days=self.days)
        last = record.actions[action] if action in record.actions else record.services[prefix]
        if last is None or last <= start:
            return _Use.NEVER if record.since is not None and record.since <= start else _Use.UNKNOWN
        return _Use.RECENT if action in record.actions or prefix not in self.needed else _Use.UNKNOWN

    def last(self, action: str) -> tuple[str, date | None]:
        """What was used last, the action or, where IAM does not track it, something of its service; and when."""
        action = action.lower()
        prefix = action.partition(":")[0]
        tracked = any(action in record.actions for record in self.records if record)
        days = [record.actions.get(action) if tracked else record.services.get(prefix) for record in self.records if record]
        return (action if tracked else prefix), max((day for day in days if day), default=None)


def _weigh(finding: Finding, evidence: _Evidence) -> tuple[Finding, Gap | None]:
    actions = finding.members or ((finding.action,) if finding.action else ())
    if finding.code not in _WEIGHED or not actions or not any(evidence.records):
        return finding, None
    uses = {action: evidence.use(action) for action in actions}
    recent = tuple(action for action, use in uses.items() if use is _Use.RECENT)
    if recent:
        return _gap_instead(finding, recent, evidence)
    if all(use is _Use.NEVER for use in uses.values()):
        as_of = max(record.as_of for record in evidence.records if record)
        note = f"IAM saw no use of {'it' if finding.action else 'them'} in the {evidence.days} days before {as_of}"
        return replace(finding, confidence=Confidence.CERTAIN, notes=(*finding.notes, note)), None
    return finding, None


_WEIGHED = {"LIS201": "unused", "LIS203": "broader than needed"}
"""Findings that name actions which nothing needs, and what they say of the grant."""


def _gap_instead(finding: Finding, recent: Iterable[str], evidence: _Evidence) -> tuple[Finding, Gap]:
    spelled = {action.lower(): action for action in recent}
    used = sorted({(spelled.get(name, name), day) for name, day in map(evidence.last, recent)})
    what = listed([f"{name} on {day}" for name, day in used])
    reason = f"the role used {what}, but no code was found that needs it: the grant is not called {_WEIGHED[finding.code]}"
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


def _with_gaps(scan: FunctionScan, gaps: Iterable[tuple[frozenset[str], Gap]]) -> FunctionScan:
    role = scan.function.role
    own = tuple(dict.fromkeys(gap for roles, gap in gaps if role and role.id in roles))
    return replace(scan, code=replace(scan.code, gaps=(*scan.code.gaps, *own))) if own else scan
