"""`concise`: one line a finding, `path:line:col: CODE message`, for problem matchers and grep."""

from __future__ import annotations

from lambda_iam_scan.inert import plain
from lambda_iam_scan.model.finding import Report
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.plugins import Style


class ConciseReporter:
    """One line a finding, nothing when there is none."""

    name = "concise"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """Lines in the report's order; a finding on a file as a whole is at 1:1."""
        return "".join(
            f"{plain(finding.location.path)}:{max(finding.location.line, 1)}:{max(finding.location.column, 1)}: "
            f"{finding.code} {plain(finding.message)}\n"
            for finding in report.findings
        )


REPORTER = ConciseReporter()
