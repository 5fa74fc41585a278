"""`markdown`: the pull-request comment. What breaks or stays open comes first, details are folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lambda_iam_scan.inert import code, fenced, html_code, markdown
from lambda_iam_scan.model.finding import ChangeKind, Finding, FunctionScan, PermissionChange, Report, Severity
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import by_function, counts, plural, title
from lambda_iam_scan.reporters._remedy import remedy

MARKER = "<!-- lambda-iam-scan -->"
"""First line of every comment: by it the bot finds its own."""
LIMIT = 60_000
"""Characters; GitHub takes 65,536."""
_FIRST = 10
"""Findings and permissions shown above the fold."""
_SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "ℹ️"}


class MarkdownReporter:
    """A comment that names nobody and links nowhere, whatever the project is made of."""

    name = "markdown"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """At most `LIMIT` characters; functions that do not fit are counted instead."""
        top = "\n".join(_top(report))
        foot = f"<sub>lambda-iam-scan {code(report.version)}, tables {code(report.tables)}</sub>\n"
        left = LIMIT - len(top) - len(foot) - 200
        folded, out = 0, [top]
        for scan, findings in by_function(report):
            section = "\n".join(_details(scan, findings)) if findings else ""
            if len(section) > left:
                folded += 1
            elif section:
                out.append(section)
                left -= len(section) + 1
        if folded:
            out.append(f"The details of {plural(folded, 'function')} do not fit into a comment: see the job's own report.\n")
        return "\n".join((*out, foot))


def _top(report: Report) -> Iterator[str]:
    yield MARKER
    new = "new " if report.changes is not None else ""
    found = [plural(number, new + severity.value) for severity, number in counts(report.findings).items() if number]
    subject = ", ".join(found) or f"no {new}problem found"
    yield f"### Lambda permissions: {subject}"
    yield ""
    worst = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    shown = worst or [finding for finding in report.findings if finding.severity is Severity.WARNING]
    yield from (f"- {_line(finding)}" for finding in shown[:_FIRST])
    if len(shown) > _FIRST:
        yield f"- and {plural(len(shown) - _FIRST, 'more ' + shown[0].severity.value)}"
    yield from [""] if shown else []
    for kind, heading in ((ChangeKind.ADDED, "This change newly needs"), (ChangeKind.REMOVED, "No longer needed after this change")):
        yield from _changes(heading, [change for change in report.changes or () if change.kind is kind])


def _line(finding: Finding) -> str:
    return f"{_SIGNS[finding.severity]} **{finding.code}** {markdown(finding.message)} ({_place(finding)})"


def _place(finding: Finding) -> str:
    place = finding.location
    return code(f"{place.path}:{place.line}" if place.line else place.path)


def _changes(heading: str, changes: Sequence[PermissionChange]) -> Iterator[str]:
    if not changes:
        return
    yield f"**{heading}:**"
    yield ""
    for change in changes[:_FIRST]:
        yield f"- {code(change.action)} on {code(change.resource)} ({code(change.function.rpartition('#')[2])})"
    if len(changes) > _FIRST:
        yield f"- and {len(changes) - _FIRST} more"
    yield ""


def _details(scan: FunctionScan | None, findings: Sequence[Finding]) -> Iterator[str]:
    found = ", ".join(plural(number, severity.value) for severity, number in counts(findings).items() if number)
    yield f"<details><summary>{html_code(title(scan)) if scan else 'Of several functions, or of none'}: {found}</summary>"
    yield ""
    for finding in findings:
        yield _line(finding)
        yield ""
        yield from _evidence(finding)
    if scan is not None and not scan.complete:
        yield "Parts of this function's code could not be resolved, so it may need more than is listed."
        yield ""
    yield "</details>"
    yield ""


def _evidence(finding: Finding) -> Iterator[str]:
    remarks = [markdown(note) for note in finding.notes]
    remarks += [f"{code(f'{related.location.path}:{related.location.line}')} {markdown(related.message)}" for related in finding.related]
    if len(finding.flow) > 1:
        remarks.append(
            "way: " + " → ".join(f"{code(frame.function)} {code(f'{frame.location.path}:{frame.location.line}')}" for frame in finding.flow)
        )
    yield from (f"- {remark}" for remark in remarks)
    yield from [""] if remarks else []
    if found := remedy(finding):
        yield f"Help: {markdown(found.sentence)}"
        yield ""
        yield from (fenced("\n".join(found.code), found.language), "") if found.code else ()
        yield from (markdown(found.otherwise), "") if found.otherwise else ()


REPORTER = MarkdownReporter()
