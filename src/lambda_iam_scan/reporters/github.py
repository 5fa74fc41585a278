"""`github`: workflow commands, which GitHub Actions shows as annotations on the lines of a change."""

from __future__ import annotations

from lambda_iam_scan.inert import command_property, command_text
from lambda_iam_scan.model.finding import Finding, Report, Severity
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._remedy import remedy_lines

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


class GithubReporter:
    """One command a finding. GitHub shows ten of each kind a step, the worst are printed first."""

    name = "github"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """Commands, the worst severity first."""
        return "".join(_command(finding) for finding in sorted(report.findings, key=lambda finding: -finding.severity.rank))


def _command(finding: Finding) -> str:
    place = finding.location
    properties = {"file": place.path, "line": str(max(place.line, 1))}
    if place.end_line > place.line > 0:
        properties["endLine"] = str(place.end_line)
    if place.column:
        properties["col"] = str(place.column)
        if place.end_column and place.end_line <= place.line:
            properties["endColumn"] = str(place.end_column)
    properties["title"] = f"{finding.code} {finding.name}"
    text = "\n".join((finding.message, *finding.notes, *remedy_lines(finding)))
    listed = ",".join(f"{name}={command_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{command_text(text)}\n"


REPORTER = GithubReporter()
