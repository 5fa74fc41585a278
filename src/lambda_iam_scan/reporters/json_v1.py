"""`json`: the output contract, version 1 (schema/report-v1.schema.json). Deterministic: the same input gives the same bytes."""

from __future__ import annotations

import json
from typing import Any

from lambda_iam_scan.model.code import Gap, SdkCall
from lambda_iam_scan.model.finding import Finding, FunctionScan, Report
from lambda_iam_scan.model.iam import Necessity, Outcome, Policy, Requirement, Role
from lambda_iam_scan.model.source import Frame, Location, SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import TOOL, counts, outcomes, principal

Json = dict[str, Any]


class JsonReporter:
    """The whole report for programs."""

    name = "json"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """ASCII JSON, two spaces an indent."""
        return json.dumps(document(report), indent=2) + "\n"


def document(report: Report) -> Json:
    """The report as plain dictionaries and lists."""
    out: Json = {
        "schema_version": "1",
        "tool": {"name": TOOL, "version": report.version, "tables": report.tables},
        "functions": [_function(scan) for scan in report.functions],
        "findings": [_finding(finding) for finding in report.findings],
        "summary": _summary(report),
    }
    if report.changes is not None:
        out["permission_changes"] = [
            {"function": change.function, "action": change.action, "resource": change.resource, "change": change.kind.value}
            for change in report.changes
        ]
    return out


def _summary(report: Report) -> Json:
    return {
        "functions": len(report.functions),
        "incomplete_functions": sum(not scan.complete for scan in report.functions),
        "files": report.files,
        "findings": {severity.value: number for severity, number in counts(report.findings).items()},
        "suppressed": report.suppressed,
        **dict(report.extra),
    }


def _function(scan: FunctionScan) -> Json:
    function = scan.function
    place = function.handler_location or scan.code.handler or function.location
    return {
        "id": function.id,
        "name": str(function.name),
        "handler": function.handler,
        "path": place.path,
        "line": place.line,
        "role": _role(function.role) if function.role else None,
        "complete": scan.complete,
        "api_calls": [_call(call) for call in scan.code.calls],
        "required": [
            _requirement(need, outcome) for need, outcome in sorted(zip(scan.requirements, outcomes(scan), strict=True), key=_order)
        ],
        "gaps": [_gap(gap) for gap in dict.fromkeys((*scan.code.gaps, *function.gaps, *(function.role.gaps if function.role else ())))],
    }


def _order(pair: tuple[Requirement, Outcome]) -> tuple[bool, bool, str, list[str]]:
    """Needs of code first, and of those the ones that always apply."""
    requirement = pair[0]
    lambdas_own = requirement.source.value in ("event-source", "feature", "logging")
    return lambdas_own, requirement.need is not Necessity.ALWAYS, requirement.action, [str(resource) for resource in requirement.resources]


def _role(role: Role) -> Json:
    return {
        "id": role.id,
        "name": str(role.name),
        "arn": str(role.arn),
        "path": role.location.path if role.location else None,
        "line": role.location.line if role.location else None,
        "complete": not role.gaps,
        "policies": [_policy(policy) for policy in role.policies],
        "boundary": _policy(role.boundary) if role.boundary else None,
    }


def _policy(policy: Policy) -> Json:
    place = policy.location
    return {"name": policy.name, "kind": policy.kind.value, "path": place.path if place else None, "line": place.line if place else None}


def _call(call: SdkCall) -> Json:
    return {
        "service": call.service,
        "operation": call.operation,
        "path": call.location.path,
        "line": call.location.line,
        "column": call.location.column,
        "principal": principal(call.principal),
        "library": call.library,
        "trace": [_frame(frame) for frame in call.trace],
    }


def _frame(frame: Frame) -> Json:
    return {"path": frame.location.path, "line": frame.location.line, "function": frame.function}


def _requirement(requirement: Requirement, outcome: Outcome) -> Json:
    return {
        "action": requirement.action,
        "resources": [str(resource) for resource in requirement.resources],
        "source": requirement.source.value,
        "need": requirement.need.value,
        "outcome": outcome.value,
        "calls": list(requirement.calls),
        "reason": requirement.reason,
    }


def _gap(gap: Gap) -> Json:
    return {"kind": gap.kind.value, "reason": gap.reason, "path": gap.location.path, "line": gap.location.line}


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "function": finding.function,
        "action": finding.action,
        "resource": finding.resource,
        "members": list(finding.members),
        **_span(finding.location),
        "notes": list(finding.notes),
        "related": [{"message": related.message, **_span(related.location)} for related in finding.related],
        "trace": [_frame(frame) for frame in finding.flow],
        "suggestion": finding.suggestion,
        "fingerprint": finding.fingerprint,
    }


def _span(location: Location) -> Json:
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }


REPORTER = JsonReporter()
