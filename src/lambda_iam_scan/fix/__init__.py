"""`--fix`: the missing statement written into, or the wide one narrowed in, a SAM or CloudFormation template in YAML.

Only what is certain is changed: findings of certain confidence, on functions without gaps, about resources whose names are known and
can be written in the template without making its resources depend on each other in a circle.
"""

from __future__ import annotations

from lambda_iam_scan.errors import LambdaIamScanError
from lambda_iam_scan.fix.document import CannotEdit, Document
from lambda_iam_scan.fix.grant import grant_missing
from lambda_iam_scan.fix.narrow import narrow
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Report, Scan
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.usage import roles

SUFFIXES = (".yaml", ".yml", ".template")
WIDE = frozenset({"LIS201", "LIS202", "LIS203"})
MISSING = frozenset({"LIS101", "LIS102"})


def fixed_templates(report: Report, tree: SourceTree) -> dict[str, str]:
    """Path -> new text of every template that can be improved."""
    out: dict[str, str] = {}
    for path in sorted({scan.function.location.path for scan in report.functions}):
        text = _fixed(path, report, tree) if path.endswith(SUFFIXES) else None
        if text is not None:
            out[path] = text
    return out


def _fixed(path: str, report: Report, tree: SourceTree) -> str | None:
    try:
        text = tree.read(path).decode("utf-8")
        document = Document(text)
        for role, functions in roles(Scan(deployments=(), functions=report.functions)):
            here = tuple(scan for scan in functions if scan.function.location.path == path)
            if here and len(here) == len(functions):
                wide = tuple(finding for finding in _about(report, here, WIDE) if finding.location.path == path)
                narrow(document, role, here, wide)
                grant_missing(document, here, _about(report, here, MISSING))
        changed = document.result()
    except (LambdaIamScanError, UnicodeDecodeError, CannotEdit):
        return None
    return changed if changed != text else None


def _about(report: Report, functions: tuple[FunctionScan, ...], codes: frozenset[str]) -> tuple[Finding, ...]:
    ids = {None} | {scan.function.id for scan in functions}  # None: of a role that several functions share
    return tuple(
        finding
        for finding in report.findings
        if finding.code in codes and finding.confidence is Confidence.CERTAIN and finding.function in ids
    )
