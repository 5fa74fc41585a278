"""`junit`: XML as JUnit writes it, for CI systems that show test results. A suite a function, a case a finding."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from lambda_iam_scan.inert import plain
from lambda_iam_scan.model.finding import Finding, FunctionScan, Report, Severity
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import TOOL, by_function, title
from lambda_iam_scan.reporters._remedy import remedy_lines


class JunitReporter:
    """Errors and warnings are failures, notes are skipped cases; a function without findings is one passed case."""

    name = "junit"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """A whole XML document."""
        root = ET.Element("testsuites", {"name": TOOL})
        for scan, findings in by_function(report):
            _suite(root, scan, findings)
        ET.indent(root)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, scan: FunctionScan | None, findings: Sequence[Finding]) -> None:
    notes = sum(finding.severity is Severity.NOTE for finding in findings)
    name = plain(title(scan)) if scan else "project"
    attributes = {
        "name": name,
        "tests": str(len(findings) or 1),
        "failures": str(len(findings) - notes),
        "errors": "0",
        "skipped": str(notes),
    }
    suite = ET.SubElement(root, "testsuite", attributes)
    if not findings:
        ET.SubElement(suite, "testcase", {"classname": name, "name": "permissions"})
    for finding in findings:
        _case(suite, name, finding)


def _case(suite: ET.Element, suite_name: str, finding: Finding) -> None:
    place = finding.location
    path, line = plain(place.path), str(max(place.line, 1))
    label = f"{finding.code} {path}:{line}: {plain(finding.action or finding.name)}"
    case = ET.SubElement(suite, "testcase", {"classname": suite_name, "name": label, "file": path, "line": line})
    message = plain(finding.message)
    if finding.severity is Severity.NOTE:
        ET.SubElement(case, "skipped", {"message": message})
        return
    failure = ET.SubElement(case, "failure", {"type": finding.severity.value, "message": message})
    body = (f"{path}:{line}: {finding.code} {finding.name}", message, *(plain(note) for note in finding.notes))
    failure.text = "\n".join((*body, *remedy_lines(finding)))


REPORTER = JunitReporter()
