"""LIS901, LIS902, LIS903: what could not be resolved, said aloud."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Rule, Scan, Severity
from lambda_iam_scan.tables import Tables

UNRESOLVED_CALL = Rule(
    code="LIS901",
    name="unresolved-call",
    severity=Severity.NOTE,
    summary="A call or a value could not be resolved, so more may be needed than is listed",
    what="The analysis met something it cannot follow: an operation or service chosen at run time, a client handed to code it cannot "
    "see, code made at run time, or a handler that is not there.",
    why="What cannot be seen may need permissions. The tool does not guess: it lists the place, and holds back on calling grants "
    "of that service unused.",
    example='getattr(s3, event["operation"])(Bucket="reports")',
    instead='if event["operation"] == "get":\n    s3.get_object(Bucket="reports", Key=key)',
    fix="Name the operation in the code, or declare the need beside it: `# lambda-iam-scan: needs s3:GetObject arn:aws:s3:::reports/*`.",
)
UNRESOLVED_POLICY = Rule(
    code="LIS902",
    name="unresolved-policy",
    severity=Severity.NOTE,
    summary="A role or a part of a policy could not be read, so nothing is called missing on its account",
    what="The execution role, one of its policies, or a part of the template lies outside what can be read: an imported role, a "
    "managed policy of another stack, a document made by a macro.",
    why="A permission that is not seen may be granted there. Findings about this function's role are held back or carry less confidence.",
    example="Role: !ImportValue shared-role-arn",
    instead="Role: !GetAtt OrdersRole.Arn",
    fix="Scan the template that defines the role too, give the policy with `--policy FILE`, or compare with the account "
    "(`--deployed NAME`).",
)
UNPARSABLE = Rule(
    code="LIS903",
    name="unparsable-file",
    severity=Severity.WARNING,
    summary="A Python file does not parse, so its calls are unknown",
    what="The file is not valid Python, or uses syntax newer than the parser knows. The other files are still analyzed.",
    why="Lambda cannot import it either, unless it runs a newer Python; and what it calls is not in the report.",
    example="def handler(event, context)\n    return 1",
    instead="def handler(event, context):\n    return 1",
    fix="Correct the syntax error at the place given, or exclude the file.",
)

_OF_POLICY = frozenset({GapKind.UNRESOLVED_POLICY, GapKind.UNRESOLVED_ROLE, GapKind.UNREADABLE})
_OF_DEPLOYMENT = frozenset({GapKind.HANDLER_NOT_FOUND, GapKind.CODE_NOT_FOUND})


class Gaps:
    """One finding a gap. A gap that several functions share is reported once, for the first of them."""

    rules = (UNRESOLVED_CALL, UNRESOLVED_POLICY, UNPARSABLE)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings for the gaps of code, roles and templates."""
        seen: set[tuple[GapKind, str, object]] = set()
        for function, gap in _all(scan):
            key = (gap.kind, gap.reason, gap.location)
            if key not in seen:
                seen.add(key)
                yield _finding(function, gap)


def _all(scan: Scan) -> Iterable[tuple[FunctionScan | None, Gap]]:
    for function in scan.functions:
        role = function.function.role
        for gap in (*function.code.gaps, *function.function.gaps, *(role.gaps if role else ())):
            yield function, gap
    for deployment in scan.deployments:
        for gap in deployment.gaps:
            yield None, gap


def _finding(scan: FunctionScan | None, gap: Gap) -> Finding:
    rule = UNPARSABLE if gap.kind is GapKind.UNPARSABLE else UNRESOLVED_POLICY if gap.kind in _OF_POLICY else UNRESOLVED_CALL
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=Severity.WARNING if gap.kind in _OF_DEPLOYMENT else rule.severity,
        confidence=Confidence.CERTAIN,
        message=gap.reason,
        location=gap.location,
        function=scan.function.id if scan else None,
    )


CHECK = Gaps()
