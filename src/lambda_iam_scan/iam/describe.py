"""Decisions in words: what keeps a request from being allowed, and what could not be told."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.iam.evaluate import CompiledStatement, Decision, Match, Request
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.iam import Cause, Condition, Effect, Entry, Policy, Statement
from lambda_iam_scan.model.text import Hole, Text

_SHOWN = 3
"""How many members of a list a sentence names."""


def listed(items: Iterable[object], most: int = _SHOWN) -> str:
    """`a, b and c`, or `a, b, c and 4 more`."""
    names = [str(item) for item in items]
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nothing"


def statement_name(policy: Policy, statement: Statement) -> str:
    """How to call a statement: by its Sid where it has one, and its policy."""
    return f'statement "{statement.sid}" of policy "{policy.name}"' if statement.sid else f'policy "{policy.name}"'


def condition_text(condition: Condition) -> str:
    """`StringEquals aws:RequestedRegion us-east-1`."""
    return f"{condition.operator} {condition.key} {listed(condition.values)}"


def granted_on(statements: Iterable[Statement]) -> str:
    """The resources of statements, for a sentence."""
    texts: list[str] = []
    for statement in statements:
        texts += _texts(statement.resources) if statement.resources else [f"anything but {listed(_texts(statement.not_resources))}"]
    return listed(dict.fromkeys(texts))


def describe_cause(decision: Decision, request: Request) -> str:
    """Why a request is denied, as a sentence without its full stop."""
    action, statements = request.action, [match.statement for match in decision.matches]
    if decision.cause is Cause.EXPLICIT_DENY:
        return f"{_where(decision)} denies {action} on {request.resource}"
    if decision.cause is Cause.BOUNDARY:
        return f"the permissions boundary does not allow {action} on {request.resource}"
    if decision.cause is Cause.RESOURCE:
        return f"{action} is allowed on {granted_on(statements)}, not on {request.resource}"
    if decision.cause is Cause.CONDITION:
        return f"{action} is allowed only under a condition that this request cannot meet: {_failing(decision.matches[0], request)}"
    if decision.cause is Cause.NOT_ADMITTED:
        whose = "that role's trust policy" if action.startswith("sts:") else "the resource's own policy"
        return f"{whose} does not admit the function's role"
    return f"no statement allows {action}"


def _where(decision: Decision) -> str:
    match = decision.matches[0]
    return statement_name(match.policy, match.statement)


def _failing(match: Match, request: Request) -> str:
    judged = CompiledStatement(match.policy, match.statement).conditions(request)
    return " and ".join(f"{condition_text(c)} ({_carried(c, request)})" for c, truth in judged if truth is Truth.NO)


def _carried(condition: Condition, request: Request) -> str:
    values = request.context.get(condition.key.lower())
    return f"it has {listed(values)}" if values else "it has no such key"


def describe_doubt(decision: Decision, request: Request) -> str:
    """What would have to be known to decide, as a sentence without its full stop."""
    doubts = [doubt for match in decision.matches for doubt in _doubts(match, request)]
    return doubts[0] if doubts else f"whether {request.action} is allowed on {request.resource} could not be decided"


def _doubts(match: Match, request: Request) -> Iterable[str]:
    compiled = CompiledStatement(match.policy, match.statement)
    verb = "allows" if match.statement.effect is Effect.ALLOW else "denies"
    where = f"{statement_name(match.policy, match.statement)} {verb} {request.action}"
    if compiled.action(request) is Truth.MAYBE:
        yield f"{statement_name(match.policy, match.statement)} {verb} actions that are not known here"
    if compiled.resource(request) is Truth.MAYBE:
        yield f"{where} on {granted_on([match.statement])}; {_unknown(request.resource)}"
    for condition, truth in compiled.conditions(request):
        if truth is Truth.MAYBE:
            yield f"{where} only if {condition_text(condition)}, which is not known before the function runs"


def _unknown(resource: Text) -> str:
    reasons = [part.reason for part in resource.parts if isinstance(part, Hole)]
    if not reasons:
        return f"whether that is {resource} depends on values that are not known here"
    return f"whether that covers {resource} is not known ({reasons[-1]})"


def _texts(entries: Iterable[Entry]) -> list[str]:
    return [str(entry.text) for entry in entries]
