"""`gitlab`: a code quality report, which GitLab shows in merge requests."""

from __future__ import annotations

import json

from lambda_iam_scan.inert import plain
from lambda_iam_scan.model.finding import Finding, Report, Severity
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.plugins import Style

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


class GitlabReporter:
    """A JSON array with one issue a finding (GitLab's subset of the Code Climate format)."""

    name = "gitlab"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """ASCII JSON."""
        return json.dumps([_issue(finding) for finding in report.findings], indent=2) + "\n"


def _issue(finding: Finding) -> dict[str, object]:
    place = finding.location
    lines = {"begin": max(place.line, 1), "end": max(place.end_line, place.line, 1)}
    return {
        "description": f"{finding.code}: {plain(finding.message)}",
        "check_name": finding.name,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": plain(place.path), "lines": lines},
    }


REPORTER = GitlabReporter()
