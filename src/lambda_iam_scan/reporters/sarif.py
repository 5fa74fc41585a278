"""`sarif`: SARIF 2.1.0 (OASIS), for code scanning services."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from lambda_iam_scan.inert import fenced, plain, uri
from lambda_iam_scan.model.finding import Confidence, Finding, Report, Rule
from lambda_iam_scan.model.source import Frame, Location, SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import TOOL
from lambda_iam_scan.reporters._remedy import remedy_lines

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "lambdaIamScan/v1"
_PRECISION = {Confidence.CERTAIN: "very-high", Confidence.LIKELY: "high", Confidence.POSSIBLE: "medium"}
_LINK = re.compile(r"\[([^\[\]]*)\]\(")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")

Json = dict[str, Any]


class SarifReporter:
    """One run with its rules and one result a finding."""

    name = "sarif"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """ASCII JSON."""
        return json.dumps(log(report), indent=2) + "\n"


def log(report: Report) -> Json:
    """The SARIF log as plain dictionaries and lists. Columns count Unicode code points, as the model's do."""
    position = {rule.code: index for index, rule in enumerate(report.rules)}
    driver: Json = {
        "name": TOOL,
        "version": report.version,
        "rules": [_rule(rule) for rule in report.rules],
        "properties": {"tables": report.tables},
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"PROJECT": {"description": {"text": "The root of the scanned project."}}},
        "results": [_result(finding, position) for finding in report.findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> Json:
    help_text = "\n\n".join((rule.what, rule.why, f"Instead of:\n{rule.example}\nuse:\n{rule.instead}", rule.fix))
    help_markdown = "\n\n".join(
        (
            rule.what,
            f"**Why it matters.** {rule.why}",
            "Example:",
            fenced(rule.example),
            "Use instead:",
            fenced(rule.instead),
            f"**What to do.** {rule.fix}",
        )
    )
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.what} {rule.why}"},
        "help": {"text": help_text, "markdown": help_markdown},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": ["security", "iam", "aws-lambda"], "precision": "very-high"},
    }


def _result(finding: Finding, position: dict[str, int]) -> Json:
    result: Json = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": {"text": _message(finding)},
        "locations": [_location(finding.location)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {
            "confidence": finding.confidence.value,
            "precision": _PRECISION[finding.confidence],
            "function": finding.function,
            "action": finding.action,
            "resource": finding.resource,
        },
    }
    if finding.code in position:
        result["ruleIndex"] = position[finding.code]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(related.location), "message": {"text": _inert(plain(related.message))}}
            for number, related in enumerate(finding.related, 1)
        ]
    if finding.flow:
        result["codeFlows"] = [{"threadFlows": [{"locations": _steps(finding.flow)}]}]
    return result


def _message(finding: Finding) -> str:
    parts = [plain(finding.message), *(plain(note) for note in finding.notes), *remedy_lines(finding)]
    return "\n".join(_inert(part) for part in parts)


def _inert(text: str) -> str:
    """Message text that starts no link (`[x](y)`) and holds no placeholder (`{0}`), escaped as SARIF sections 3.11.5 and 3.11.6 say."""
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK.sub(r"\\[\1\\](", text))


def _steps(flow: Sequence[Frame]) -> list[Json]:
    return [{"location": {**_location(frame.location), "message": {"text": _inert(plain(f"in {frame.function}"))}}} for frame in flow]


def _location(place: Location) -> Json:
    """Every result has one with a region: a finding on a file as a whole is on its first line."""
    region: Json = {"startLine": max(place.line, 1)}
    if place.column:
        region["startColumn"] = place.column
    if place.end_line >= max(place.line, 1):
        region["endLine"] = place.end_line
    if place.end_column and (place.end_line > place.line or place.end_column >= place.column):
        region["endColumn"] = place.end_column
    return {"physicalLocation": {"artifactLocation": {"uri": uri(plain(place.path)), "uriBaseId": "PROJECT"}, "region": region}}


REPORTER = SarifReporter()
