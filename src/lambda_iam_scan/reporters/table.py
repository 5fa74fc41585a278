"""`table`: one line a function, for an overview of many, as a whole account has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lambda_iam_scan.inert import plain
from lambda_iam_scan.model.finding import Finding, FunctionScan, Report
from lambda_iam_scan.model.iam import Necessity, Outcome
from lambda_iam_scan.model.source import SourceTree
from lambda_iam_scan.plugins import Style
from lambda_iam_scan.reporters._common import by_function, outcomes, plural

_HEADS = ("function", "needs", "missing", "unverified", "unused", "too wide", "other", "gaps")
_UNUSED, _WIDE, _GAPS = ("LIS201", "LIS202"), ("LIS203", "LIS402"), ("LIS9",)
_SAID = ("LIS10", *_UNUSED, *_WIDE, *_GAPS)
"""Codes that a column of their own counts."""


class TableReporter:
    """Functions with errors first, each with its numbers; what is zero is a dot, so that the rest can be seen."""

    name = "table"

    def render(self, report: Report, tree: SourceTree, style: Style) -> str:
        """Never cut: a line is as long as its function's name makes it."""
        ranked = sorted(by_function(report), key=lambda group: (group[0] is None, -_worst(group[1])))
        rows = [_HEADS, *(_row(scan, findings, report) for scan, findings in ranked)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
        last = ", ".join((plural(len(report.functions), "function"), *(f"{name} {value}" for name, value in report.extra)))
        return "\n".join((*(_line(row, widths) for row in rows), plain(last))) + "\n"


REPORTER = TableReporter()


def _row(scan: FunctionScan | None, findings: Sequence[Finding], report: Report) -> tuple[str, ...]:
    needed: Counter[Outcome] = Counter()
    if scan is not None:
        pairs = zip(scan.requirements, outcomes(scan), strict=True)
        needed.update(outcome for need, outcome in pairs if need.need is Necessity.ALWAYS)
    numbers = (
        needed.total(),
        needed[Outcome.MISSING] + needed[Outcome.DENIED],
        needed[Outcome.UNVERIFIED],
        *(sum(finding.code.startswith(codes) for finding in findings) for codes in (_UNUSED, _WIDE)),
        sum(not finding.code.startswith(_SAID) for finding in findings),
        len(scan.code.gaps) if scan is not None else sum(finding.code.startswith(_GAPS) for finding in findings),
    )
    return (plain(_named(scan, report)), *(str(number) if number else "." for number in numbers))


def _named(scan: FunctionScan | None, report: Report) -> str:
    """Its name; where regions or stacks have one of the same name, its id."""
    if scan is None:
        return "(of several or none)"
    names = Counter(_short(other) for other in report.functions)
    return _short(scan) if names[_short(scan)] == 1 else scan.function.id


def _short(scan: FunctionScan) -> str:
    return scan.function.name.literal or scan.function.logical_id or scan.function.id


def _worst(findings: Iterable[Finding]) -> int:
    return max((finding.severity.rank for finding in findings), default=-1)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(row, widths, strict=True)
    return "  ".join((first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)))
