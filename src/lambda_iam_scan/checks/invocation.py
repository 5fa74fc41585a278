"""LIS304, LIS305: who may invoke the function, too few and too many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lambda_iam_scan.checks._calling import INVOKE, Refusal, refusals, target_of
from lambda_iam_scan.checks._invocation_rules import NOT_ALLOWED, TOO_OPEN
from lambda_iam_scan.checks._openness import openings
from lambda_iam_scan.checks._roles import title
from lambda_iam_scan.iam.describe import listed
from lambda_iam_scan.least_privilege import Sub, as_sub, yaml_lines
from lambda_iam_scan.model.deployment import Trigger
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Related, Scan
from lambda_iam_scan.model.iam import Effect, Entry, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.narrowing import statement_json
from lambda_iam_scan.tables import Tables

_ANY: Mapping[str, Any] = {"who": "A service", "what": "it", "by": "either", "tie": ["source"], "source": ""}
"""For a kind of trigger that the rules do not know."""


class Invocation:
    """One finding for each caller that is refused, and for each statement that admits too many."""

    rules = (NOT_ALLOWED, TOO_OPEN)

    def run(self, scan: Scan, tables: Tables) -> Iterable[Finding]:
        """Findings where policies are known well enough to tell."""
        kinds = tables.lambda_rules("triggers")
        for function in scan.functions:
            yield from _refused(function, kinds)
            yield from _open(function, kinds)


def _refused(scan: FunctionScan, kinds: Mapping[str, Any]) -> Iterator[Finding]:
    """Refusals for the same reason make one finding: ten routes of an API, three notifications of a bucket."""
    groups: dict[tuple[object, ...], list[Refusal]] = {}
    for trigger in scan.function.triggers:
        for refusal in refusals(scan.function, trigger, kinds.get(trigger.kind, _ANY)["by"]):
            source = None if refusal.general else trigger.source
            key = (trigger.kind, trigger.principal, trigger.qualifier, refusal.action, refusal.reason, source)
            groups.setdefault(key, []).append(refusal)
    for group in groups.values():
        yield _refusal_finding(scan, group, kinds.get(group[0].trigger.kind, _ANY))


def _refusal_finding(scan: FunctionScan, group: list[Refusal], kind: Mapping[str, Any]) -> Finding:
    first = group[0]
    trigger = first.trigger
    target = target_of(scan.function, trigger)
    who = f"{kind['who']} ({trigger.principal})" if trigger.principal != "*" else kind["who"]
    which = f"alias or version {trigger.qualifier} of {title(scan)}" if target != scan.function.arn else title(scan)
    return Finding(
        code=NOT_ALLOWED.code,
        name=NOT_ALLOWED.name,
        severity=NOT_ALLOWED.severity,
        confidence=first.confidence,
        message=f"{who} may not invoke {which} for {_sources(group, kind)}: {first.reason}",
        location=trigger.location,
        function=scan.function.id,
        action=first.action,
        resource=str(target),
        notes=tuple(_notes(group, kind, target)),
        related=tuple(_related(scan, group)),
        suggestion=None if first.denied else _permission(scan, first, kind),
    )


def _sources(group: list[Refusal], kind: Mapping[str, Any]) -> str:
    found = dict.fromkeys(str(refusal.trigger.source) for refusal in group if refusal.trigger.source is not None)
    return f"{kind['what']} {listed(found)}" if found else str(kind["what"])


def _notes(group: list[Refusal], kind: Mapping[str, Any], target: Text) -> Iterator[str]:
    trigger = group[0].trigger
    how = f"with the role {trigger.role.name}" if trigger.role is not None else "in its own name, by the function's resource-based policy"
    yield f"who accesses what: {kind['who']} calls {group[0].action} on {target} {how}; the execution role has no part in it"
    if kind["source"]:
        yield f"documented at {kind['source']}"


def _related(scan: FunctionScan, group: list[Refusal]) -> Iterator[Related]:
    places: dict[Location, str] = {}
    for refusal in group:
        for match in refusal.near:
            if match.statement.location:
                places.setdefault(match.statement.location, "denied here" if refusal.denied else "the statement that comes nearest")
        places.setdefault(refusal.trigger.location, "invokes it too")
    del places[group[0].trigger.location]
    places.setdefault(scan.function.location, "the function")
    return (Related(message, location) for location, message in places.items())


def _permission(scan: FunctionScan, refusal: Refusal, kind: Mapping[str, Any]) -> str:
    """What to add: a statement for the caller's role, or an AWS::Lambda::Permission."""
    trigger, target = refusal.trigger, target_of(scan.function, refusal.trigger)
    if trigger.role is not None:
        entries = (Entry(Text.of(refusal.action)),), (Entry(target),)
        return statement_json([Statement(effect=Effect.ALLOW, actions=entries[0], resources=entries[1])])
    properties: dict[str, Any] = {"Action": refusal.action, "FunctionName": as_sub(target), "Principal": trigger.principal}
    if trigger.principal == "*":
        properties |= {"InvokedViaFunctionUrl": True} if refusal.action == INVOKE else {"FunctionUrlAuthType": "NONE"}
    if "source" in kind["tie"] and trigger.source is not None:
        properties["SourceArn"] = as_sub(trigger.source)
    if "account" in kind["tie"]:
        properties["SourceAccount"] = Sub("${AWS::AccountId}")
    if "token" in kind["tie"]:
        properties["EventSourceToken"] = "the skill's id"
    name = f"{_logical(title(scan))}{_logical(trigger.kind.title())}Permission"
    return "\n".join(yaml_lines({name: {"Type": "AWS::Lambda::Permission", "Properties": properties}}))


def _logical(name: str) -> str:
    return "".join(character for character in name if character.isalnum())


def _open(scan: FunctionScan, kinds: Mapping[str, Any]) -> Iterator[Finding]:
    triggers: tuple[Trigger, ...] = scan.function.triggers
    for opening in openings(scan.function.resource_policies, kinds):
        sources = [t.source for t in triggers if t.principal == opening.principal and t.source is not None]
        place = opening.statement.location or opening.policy.location or scan.function.location
        yield Finding(
            code=TOO_OPEN.code,
            name=TOO_OPEN.name,
            severity=TOO_OPEN.severity,
            confidence=Confidence.CERTAIN if opening.certain else Confidence.LIKELY,
            message=f"{opening.who} may invoke {title(scan)} {opening.reason}",
            location=place,
            function=scan.function.id,
            action=INVOKE,
            resource=str(opening.resource),
            notes=tuple(f"documented at {url}" for url in (opening.documented,) if url),
            related=(Related("the function", scan.function.location),),
            suggestion="\n".join(yaml_lines(_ties(opening.tie, sources))) or None,
        )


def _ties(tie: Iterable[str], sources: list[Text]) -> dict[str, Any]:
    """Properties to add to the permission."""
    out: dict[str, Any] = {}
    for name in tie:
        if name == "source":
            out["SourceArn"] = as_sub(sources[0]) if sources else "the ARN of what invokes it"
        elif name == "account":
            out["SourceAccount"] = Sub("${AWS::AccountId}")
        elif name == "token":
            out["EventSourceToken"] = "the skill's id"
    return out


CHECK = Invocation()
