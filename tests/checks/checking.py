"""Runs one check on one role."""

from __future__ import annotations

from functools import cache
from typing import Any

from lambda_iam_scan import disk
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.finding import Finding
from lambda_iam_scan.model.iam import Policy, Requirement, Role
from lambda_iam_scan.plugins import Check
from lambda_iam_scan.tables import Tables
from tests.iam.building import function, role, scan_of, scanned


@cache
def tables() -> Tables:
    return Tables(disk.load_table)


def run(check: Check, granted: Role, *needs: Requirement, gaps: tuple[Gap, ...] = ()) -> list[Finding]:
    return list(check.run(scan_of(scanned(function(granted), *needs, gaps=gaps)), tables()))


def found(check: Check, granted: Any, *needs: Requirement, gaps: tuple[Gap, ...] = ()) -> list[tuple[str, str | None, str | None]]:
    """(code, action, resource) of each finding; `granted` is a role, a policy or a statement."""
    given = granted if isinstance(granted, Role) else role(granted)
    return [(finding.code, finding.action, finding.resource) for finding in run(check, given, *needs, gaps=gaps)]


def one(check: Check, granted: Role | Policy | dict[str, Any], *needs: Requirement, gaps: tuple[Gap, ...] = ()) -> Finding:
    given = granted if isinstance(granted, Role) else role(granted)
    (finding,) = run(check, given, *needs, gaps=gaps)
    return finding
