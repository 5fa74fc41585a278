"""What a change does: findings that it introduces, permissions that it needs anew or no longer. Reports in, report out."""

from __future__ import annotations

from dataclasses import replace

from lambda_iam_scan.model.finding import ChangeKind, PermissionChange, Report
from lambda_iam_scan.model.iam import Necessity


def since(before: Report | None, after: Report) -> Report:
    """The report after a change without what was there before, by fingerprint. None before: there was nothing to scan then."""
    known = {finding.fingerprint for finding in before.findings} if before else set()
    new = tuple(finding for finding in after.findings if finding.fingerprint not in known)
    return replace(after, findings=new, changes=permission_changes(before, after))


def permission_changes(before: Report | None, after: Report) -> tuple[PermissionChange, ...]:
    """Needs that always apply, compared by function, action and resource; sorted."""
    old, new = _needs(before), _needs(after)
    return tuple(sorted((*_changes(new - old, ChangeKind.ADDED), *_changes(old - new, ChangeKind.REMOVED))))


def _needs(report: Report | None) -> set[tuple[str, str, str]]:
    return {
        (scan.function.id, need.action, str(resource))
        for scan in (report.functions if report else ())
        for need in scan.requirements
        if need.need is Necessity.ALWAYS
        for resource in need.resources or ("*",)
    }


def _changes(needs: set[tuple[str, str, str]], kind: ChangeKind) -> tuple[PermissionChange, ...]:
    return tuple(PermissionChange(function=function, action=action, resource=resource, kind=kind) for function, action, resource in needs)
