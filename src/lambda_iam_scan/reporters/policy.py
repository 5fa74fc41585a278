"""`policy`: the smallest policy each function is known to need. `--as json` (default), `sam`, `cloudformation` or `terraform`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.inert import plain
from lambda_iam_scan.least_privilege import (
    CODE_SOURCES,
    Grant,
    as_json,
    as_sub,
    as_terraform,
    grants,
    statements,
    terraform_name,
    terraform_text,
    terraform_variable,
    yaml_lines,
)
from lambda_iam_scan.model.finding import FunctionScan, Report
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.model.text import Token
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import title

VERSION = "2012-10-17"
_INCOMPLETE = "incomplete: a part of the code could not be resolved, so more may be needed"


class PolicyReporter:
    """Needs that always apply, nothing wider. `sam` leaves out what SAM itself grants: logs, event sources, features."""

    name = "policy"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """Raises `UsageError` for an unknown dialect."""
        chosen = style.options.get("as", "json")
        if chosen not in _DIALECTS:
            raise UsageError(f"--as {plain(chosen)}: no such dialect of policy (there are {', '.join(_DIALECTS)})")
        return _DIALECTS[chosen](report.functions)


def _json(functions: Sequence[FunctionScan]) -> str:
    policies = {scan.function.id: {"Version": VERSION, "Statement": statements(grants(scan.requirements), as_json)} for scan in functions}
    return json.dumps(policies, indent=2) + "\n"


def _sam(functions: Sequence[FunctionScan]) -> str:
    resources = []
    for scan in functions:
        found = statements(grants(scan.requirements, CODE_SOURCES), as_sub)
        policies = [{"Version": VERSION, "Statement": found}] if found else []
        resources.append((_logical_id(title(scan)), {"Type": "AWS::Serverless::Function", "Properties": {"Policies": policies}}, [scan]))
    return _yaml(resources)


def _cloudformation(functions: Sequence[FunctionScan]) -> str:
    """One role for all functions that share it."""
    roles: dict[str, list[FunctionScan]] = {}
    for scan in functions:
        role = scan.function.role
        roles.setdefault(role.id.rpartition("#")[2] if role else f"{_logical_id(title(scan))}Role", []).append(scan)
    resources = []
    for name, scans in roles.items():
        found = statements(grants(need for scan in scans for need in scan.requirements), as_sub)
        document = {"Version": VERSION, "Statement": found}
        policies = [{"PolicyName": f"{_logical_id(title(scans[0]))}Needs", "PolicyDocument": document}] if found else []
        resources.append((_logical_id(name), {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}, scans))
    return _yaml(resources)


def _logical_id(name: str) -> str:
    """Fit for a logical id: letters and digits only."""
    words = re.findall("[A-Za-z0-9]+", name)
    return "".join(word[:1].upper() + word[1:] for word in words) or "Function"


def _yaml(resources: Sequence[tuple[str, dict[str, Any], Sequence[FunctionScan]]]) -> str:
    """Resources by logical id, each under comments that say which functions it is for."""
    out = ["Resources:"] if resources else []
    for name, body, scans in resources:
        out += [f"  # {line}" for scan in scans for line in _comments(scan)]
        out += yaml_lines({name: body}, 2)
    return "".join(f"{line}\n" for line in out)


def _comments(scan: FunctionScan) -> Iterator[str]:
    yield plain(scan.function.id)
    if not scan.complete:
        yield _INCOMPLETE


def _terraform(functions: Sequence[FunctionScan]) -> str:
    policies = [(scan, grants(scan.requirements)) for scan in functions]
    tokens = {
        part for _, policy in policies for grant in policy for text in grant.resources for part in text.parts if isinstance(part, Token)
    }
    blocks = [*_data_sources(tokens), *_variables(tokens)]
    blocks += ["\n".join((*(f"# {line}" for line in _comments(scan)), *_document(scan, policy))) for scan, policy in policies]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _data_sources(tokens: set[Token]) -> Iterator[str]:
    named = {"AWS::AccountId": "aws_caller_identity", "AWS::Partition": "aws_partition", "AWS::Region": "aws_region"}
    for name, source in named.items():
        if any(token.name == name for token in tokens):
            yield f'data "{source}" "current" {{}}'


def _variables(tokens: set[Token]) -> Iterator[str]:
    for variable in sorted({variable for token in tokens if (variable := terraform_variable(token))}):
        yield f'variable "{variable.removeprefix("var.")}" {{\n  type = string\n}}'


def _document(scan: FunctionScan, policy: Sequence[Grant]) -> Iterator[str]:
    yield f'data "aws_iam_policy_document" "{terraform_name(title(scan))}" {{'
    for grant in policy:
        yield "  statement {"
        yield f"    actions   = [{_strings(grant.actions)}]"
        yield f"    resources = [{', '.join(as_terraform(resource) for resource in grant.resources)}]"
        for key, values in grant.conditions:
            yield from ("    condition {", '      test     = "StringEquals"', f"      variable = {_strings((key,))}")
            yield from (f"      values   = [{_strings(values)}]", "    }")
        yield "  }"
    yield "}"


def _strings(values: Sequence[str]) -> str:
    return ", ".join(f'"{terraform_text(value)}"' for value in values)


_DIALECTS: dict[str, Callable[[Sequence[FunctionScan]], str]] = {
    "json": _json,
    "sam": _sam,
    "cloudformation": _cloudformation,
    "terraform": _terraform,
}
REPORTER = PolicyReporter()
