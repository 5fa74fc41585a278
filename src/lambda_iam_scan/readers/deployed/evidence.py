"""IAM's service last-accessed report of a role, by action where AWS tracks actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from lambda_iam_scan.last_accessed import LastAccessed
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.readers.deployed.api import Ask
from lambda_iam_scan.readers.deployed.reading import Reading
from lambda_iam_scan.readers.deployed.role import home_region
from lambda_iam_scan.snapshot import Refusal


def read_last_accessed(ask: Ask, role: str) -> tuple[LastAccessed | None, tuple[Gap, ...]]:
    """The record of the role with this ARN; None with a gap when it cannot be had."""
    reading = Reading(ask, role, home_region(role), GapKind.UNREADABLE)
    name = role.rpartition("/")[2]
    what = f"what role {name} last used"
    report = reading.get("iam", "GenerateServiceLastAccessedDetails", what, Arn=role, Granularity="ACTION_LEVEL")
    if not report or report["JobStatus"] != "COMPLETED":
        if report is not None:
            reading.gap(f"{what} could not be read: {_unfinished(report)}")
        return None, tuple(reading.gaps)
    known = ask("iam", "GetRole", reading.region, RoleName=name)  # a refusal is a gap of the role already
    created = None if isinstance(known, Refusal) else known.get("Role", {}).get("CreateDate")
    record = LastAccessed(
        role=role,
        as_of=_day(report["JobCompletionDate"]),
        since=_day(created) if created else None,
        services={row["ServiceNamespace"].lower(): _last(row, "LastAuthenticated") for row in report["ServicesLastAccessed"]},
        actions={
            f"{row['ServiceNamespace']}:{action['ActionName']}".lower(): _last(action, "LastAccessedTime")
            for row in report["ServicesLastAccessed"]
            for action in row.get("TrackedActionsLastAccessed") or ()
        },
    )
    return record, tuple(reading.gaps)


def _unfinished(report: Mapping[str, Any]) -> str:
    if report.get("JobStatus") == "IN_PROGRESS":
        return "IAM has not finished its report; try again in some minutes"
    said = (report.get("Error") or {}).get("Message")
    return f"IAM made no report{f' ({said})' if said else ''}"


def _last(row: dict[str, Any], key: str) -> date | None:
    return _day(row[key]) if row.get(key) else None


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])
