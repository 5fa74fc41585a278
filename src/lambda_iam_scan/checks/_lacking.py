"""What the checks on Lambda's own needs share: which of them the role does not meet, and the statement that would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.checks._roles import title
from lambda_iam_scan.iam.describe import listed
from lambda_iam_scan.model.deployment import EventSource, Feature
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Related, Rule
from lambda_iam_scan.model.iam import Cause, Effect, Entry, Necessity, Outcome, Requirement, Source, Statement, Verdict
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.narrowing import statement_json

_REFUSED = frozenset({Outcome.MISSING, Outcome.DENIED})


@dataclass(frozen=True, slots=True)
class Lack:
    """A need of Lambda that the role certainly does not meet."""

    need: Requirement
    verdict: Verdict


def lacking(scan: FunctionScan, source: Source) -> tuple[Lack, ...]:
    """Unmet needs of one source: those that always apply, and those of which one of several actions would do and none is granted."""
    if scan.comparison is None:
        return ()
    lacks = [Lack(scan.requirements[verdict.requirement], verdict) for verdict in scan.comparison.verdicts]
    mine = [lack for lack in lacks if lack.need.source is source]
    refused = {_key(lack.need.action, lack) for lack in mine if lack.verdict.outcome in _REFUSED}
    return tuple(lack for lack in mine if _is_unmet(lack, refused))


_Key = tuple[str, Text, Location | None]


def _key(action: str, lack: Lack) -> _Key:
    return action, lack.verdict.resource, lack.need.location


def _is_unmet(lack: Lack, refused: set[_Key]) -> bool:
    if lack.verdict.outcome not in _REFUSED:
        return False
    if not lack.need.alternatives:
        return lack.need.need is Necessity.ALWAYS
    first = lack.need.alternatives[0]
    return lack.need.action == first and all(_key(action, lack) in refused for action in lack.need.alternatives)


def findings(scan: FunctionScan, rule: Rule, lacks: Iterable[Lack], managed: Mapping[Location, Sequence[str]]) -> Iterator[Finding]:
    """One finding for each action that is lacking. `managed`: place -> AWS managed policies that have all it needs there."""
    lacks = tuple(lacks)
    for lack in lacks:
        need, place = lack.need, lack.need.location or scan.function.location
        together = [other for other in lacks if other.need.location == need.location]
        yield Finding(
            code=rule.code,
            name=rule.name,
            severity=rule.severity,
            confidence=Confidence.CERTAIN,
            message=f"{title(scan)}: {need.reason} and needs {need.action}, but {lack.verdict.reason}",
            location=place,
            function=scan.function.id,
            action=need.action,
            resource=str(lack.verdict.resource),
            notes=tuple(_notes(scan, lack)),
            related=related(scan, [lack]),
            suggestion=suggestion(together, managed.get(place, ())),
        )


def managed_policies(parts: Iterable[EventSource | Feature], rules: Mapping[str, Any]) -> dict[Location, list[str]]:
    """Place -> AWS managed policies that have all that is needed there. In an account, all of a function is one place."""
    found: dict[Location, list[str]] = {}
    for part in parts:
        found.setdefault(part.location, []).extend(rules.get(part.kind, {}).get("managed", ()))
    return found


def _notes(scan: FunctionScan, lack: Lack) -> Iterator[str]:
    yield access(scan, lack)
    if lack.need.alternatives:
        yield f"any one of {', '.join(lack.need.alternatives)} is enough"
    if lack.need.rule:
        yield f"documented at {lack.need.rule}"


def access(scan: FunctionScan, lack: Lack) -> str:
    """Who accesses what, by which policy: a sentence without its full stop."""
    own = "Lambda" if lack.need.reason.startswith("Lambda ") else "what runs beside the code"
    who = "Lambda's poller" if lack.need.source is Source.EVENT_SOURCE else own
    on = "" if str(lack.verdict.resource) == "*" else f" on {lack.verdict.resource}"
    role = scan.function.role
    policies = listed(policy.name for policy in role.policies) if role and role.policies else "it has none"
    by = f"with {role_named(scan)}, by its policies ({policies})"
    return f"who accesses what: {who} calls {lack.need.action}{on} {by}; the code makes no such call"


def role_named(scan: FunctionScan) -> str:
    """`the role X`, or what stands for it when its name is not known (a policy file)."""
    role = scan.function.role
    return "the execution role" if role is None or role.name.unknown else f"the role {role.name}"


def related(scan: FunctionScan, lacks: Iterable[Lack]) -> tuple[Related, ...]:
    """The statements that deny or come nearest, and the role."""
    places: dict[Location, str] = {}
    for lack in lacks:
        phrase = "denied here" if lack.verdict.cause is Cause.EXPLICIT_DENY else "the statement that comes nearest"
        for statement in lack.verdict.statements:
            if statement.location:
                places.setdefault(statement.location, phrase)
    role = scan.function.role
    if role is not None and role.location is not None:
        places.setdefault(role.location, "the execution role")
    return tuple(Related(message, location) for location, message in places.items())


def suggestion(lacks: Iterable[Lack], managed: Iterable[str] = ()) -> str | None:
    """A statement that grants what is lacking, and the managed policies that would do; None where something denies or limits."""
    lacks = tuple(lacks)
    if any(lack.verdict.cause not in (Cause.NO_STATEMENT, Cause.RESOURCE) for lack in lacks):
        return None
    wanted: dict[Text, list[Entry]] = {}
    for lack in lacks:
        wanted.setdefault(lack.verdict.resource, []).append(Entry(Text.of(lack.need.action)))
    statements = [Statement(effect=Effect.ALLOW, actions=tuple(entries), resources=(Entry(on),)) for on, entries in wanted.items()]
    policies = "".join(f"\nor attach the AWS managed policy {name}" for name in dict.fromkeys(managed))
    return statement_json(statements) + policies
