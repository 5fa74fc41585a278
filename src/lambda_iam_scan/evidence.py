"""`explain FUNCTION ACTION`: why a function needs an action, or why a grant of it is held unused, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from lambda_iam_scan.actions import matches
from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.model.code import Gap, PrincipalKind, SdkCall
from lambda_iam_scan.model.finding import FunctionScan, Report
from lambda_iam_scan.model.iam import Effect, Policy, Requirement, Statement, Verdict
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text

_SOURCES = {
    "code": "the code",
    "library": "a library that the code uses",
    "event-source": "Lambda, to poll an event source",
    "feature": "Lambda, for a feature of the function's configuration",
    "logging": "Lambda, to write logs",
    "declared": "a declaration in the project",
}


def explain(report: Report, function: str, action: str) -> tuple[str, ...]:
    """Lines of plain text; names and strings in them are the project's and not yet made inert.

    `function` is a logical id, name, handler or id; `action` an IAM action, `*` and `?` allowed, any case.
    Raises `UsageError` when there is no such function, or no such form of action.
    """
    if ":" not in action:
        raise UsageError(f"explain {function} {action}: an action is written service:Name, for example s3:GetObject")
    scan = find_function(report, function)
    needs = [(index, need) for index, need in enumerate(scan.requirements) if matches(Text.of(action), need.action)]
    lines = [scan.function.id, *(line for index, need in needs for line in _need(scan, index, need))]
    if not needs:
        lines += _nothing(scan, action)
    lines += _grants(scan, action)
    lines += _other_principals(scan, action, bool(needs))
    return tuple(lines)


def find_function(report: Report, wanted: str) -> FunctionScan:
    """A function by what people call it."""
    found = [scan for scan in report.functions if wanted in _names(scan)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{wanted}: {len(found)} functions are called so; use the id: {', '.join(scan.function.id for scan in found)}")
    known = [scan.function.logical_id or scan.function.id for scan in report.functions]
    close = get_close_matches(wanted, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else f" (there are {', '.join(known)})" if known else ""
    raise UsageError(f"{wanted}: no such function{hint}")


def _names(scan: FunctionScan) -> tuple[str | None, ...]:
    return scan.function.id, scan.function.logical_id, scan.function.name.literal, scan.function.handler


def _need(scan: FunctionScan, index: int, need: Requirement) -> Iterator[str]:
    certainty = "is needed" if need.need.value == "always" else "may be needed"
    yield f"{need.action} {certainty} by {_SOURCES[need.source.value]}"
    if need.reason:
        yield f"  because: {need.reason}"
    for call in need.calls:
        yield from _call(scan.code.calls[call])
    if need.location is not None:
        yield f"  at {_place(need.location)}"
    verdicts = [verdict for verdict in (scan.comparison.verdicts if scan.comparison else ()) if verdict.requirement == index]
    for resource in need.resources:
        yield f"  on {resource}"
        yield from (line for verdict in verdicts if verdict.resource == resource for line in _verdict(verdict))
    if scan.comparison is None:
        yield "  compared with nothing: the function has no role that could be read"
    if need.rule:
        yield f"  source of the fact: {need.rule}"


def _call(call: SdkCall) -> Iterator[str]:
    by = f", made by {call.library}" if call.library else ""
    yield f"  called: {call.service} {call.operation} at {_place(call.location)}{by}"
    if len(call.trace) > 1:
        yield "  way: " + " -> ".join(f"{frame.function} ({frame.location.path}:{frame.location.line})" for frame in call.trace)


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield f"    {verdict.outcome.value}{f': {verdict.reason}' if verdict.reason else ''}"
    for statement in verdict.statements:
        if statement.location is not None:
            yield f"    by the statement at {_place(statement.location)}"


def _nothing(scan: FunctionScan, action: str) -> Iterator[str]:
    yield f"nothing that the analysis sees needs {action}"
    for gap in _doubts(scan, action.partition(":")[0]):
        yield f"  but this could not be resolved and might: {gap.reason} ({_place(gap.location)})"


def _doubts(scan: FunctionScan, prefix: str) -> Sequence[Gap]:
    """Gaps that leave room for the action."""
    return [gap for gap in scan.code.gaps if not gap.services or prefix in gap.services or prefix == "*"]


def _grants(scan: FunctionScan, action: str) -> Iterator[str]:
    role = scan.function.role
    for policy in role.policies if role else ():
        for statement in policy.statements:
            yield from _grant(policy, statement, action)


def _grant(policy: Policy, statement: Statement, action: str) -> Iterator[str]:
    verb = "granted" if statement.effect is Effect.ALLOW else "denied"
    for entry in statement.actions:
        if not matches(entry.text, action) and not matches(Text.of(action), str(entry.text)):
            continue
        place = entry.location or statement.location or policy.location
        where = f" at {_place(place)}" if place else ""
        on = ", ".join(str(resource.text) for resource in statement.resources) or "*"
        yield f"{verb} by {entry.text} in policy {policy.name}{where}, on {on}"


def _other_principals(scan: FunctionScan, action: str, needed: bool) -> Iterator[str]:
    """Calls that look as if they needed the action, but are signed by somebody else."""
    if needed:
        return
    for call in scan.code.calls:
        if call.principal.kind is not PrincipalKind.EXECUTION_ROLE and matches(Text.of(action), f"{call.service}:{call.operation}"):
            whose = call.principal.role or "other credentials"
            yield f"{call.service} {call.operation} at {_place(call.location)} is signed by {whose}, not by the execution role"


def _place(place: Location) -> str:
    return f"{place.path}:{place.line}:{max(place.column, 1)}" if place.line else place.path
