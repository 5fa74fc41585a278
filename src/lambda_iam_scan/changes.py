"""What a change does: findings that it introduces, permissions that it needs anew or no longer. Reports in, report out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lambda_iam_scan.fingerprints import with_fingerprints
from lambda_iam_scan.model.finding import ChangeKind, Finding, PermissionChange, Report
from lambda_iam_scan.model.iam import Necessity


def since(before: Report | None, after: Report, renamed: Mapping[str, str] | None = None) -> Report:
    """The report after a change without what was there before, by fingerprint. None before: there was nothing to scan then.

    `renamed` maps the old paths of files that have moved to the new ones: what only moved with its file is not new.
    """
    if before and renamed:
        before = _moved(before, renamed)
    known = {finding.fingerprint for finding in before.findings} if before else set()
    new = tuple(finding for finding in after.findings if finding.fingerprint not in known)
    return replace(after, findings=new, changes=permission_changes(before, after))


def _moved(report: Report, renamed: Mapping[str, str]) -> Report:
    """The report as it would have been with the files where they are now."""

    def path(name: str) -> str:
        return renamed.get(name, name)

    def function(name: str) -> str:
        file, mark, rest = name.partition("#")
        return f"{path(file)}{mark}{rest}"

    def finding(old: Finding) -> Finding:
        place = replace(old.location, path=path(old.location.path))
        owner = None if old.function is None else function(old.function)
        moved = place != old.location or owner != old.function
        return replace(old, location=place, function=owner, fingerprint="" if moved else old.fingerprint)

    functions = (replace(scan, function=replace(scan.function, id=function(scan.function.id))) for scan in report.functions)
    return replace(report, functions=tuple(functions), findings=with_fingerprints(finding(old) for old in report.findings))


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
