"""Paths as those who read a report name files: a code host from the top of the repository, an editor from where the command ran."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lambda_iam_scan.model.finding import Finding, Report
from lambda_iam_scan.model.source import Location

_CODE_HOSTS = frozenset({"github", "gitlab", "junit", "sarif"})
_EDITORS = frozenset({"concise"})


def placed_for(format_name: str, report: Report, root: Path) -> Report:
    """The report with the paths of its findings as the readers of a format expect them; other formats name them from the project root."""
    if format_name in _CODE_HOSTS:
        base = next((directory for directory in (root, *root.parents) if (directory / ".git").exists()), root)
    elif format_name in _EDITORS:
        base = Path.cwd().resolve()
    else:
        return report
    if base == root or not root.is_relative_to(base):
        return report
    prefix = root.relative_to(base).as_posix()
    return replace(report, findings=tuple(_moved(finding, prefix) for finding in report.findings))


def _moved(finding: Finding, prefix: str) -> Finding:
    def place(old: Location) -> Location:
        return replace(old, path=f"{prefix}/{old.path}")

    return replace(
        finding,
        location=place(finding.location),
        related=tuple(replace(related, location=place(related.location)) for related in finding.related),
        flow=tuple(replace(frame, location=place(frame.location)) for frame in finding.flow),
    )
