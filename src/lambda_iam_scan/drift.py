"""What differs between a role as declared and the same role as deployed. Pure.

Policies are compared by what they grant, not by how they are split into documents: each action on each resource under
each condition, once. A template knows less than the account (generated names), so its unknown parts match anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from lambda_iam_scan.model.iam import Condition, Effect, Entry, Policy, PolicyKind, Role, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Part, Text


class Kind(StrEnum):
    """What sort of difference."""

    OTHER_ROLE = "other-role"
    ADDED = "added"
    """In the account, not in the template."""
    LACKING = "lacking"
    """In the template, not in the account."""
    MANAGED_ADDED = "managed-added"
    MANAGED_LACKING = "managed-lacking"
    BOUNDARY = "boundary"
    TRUST = "trust"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: `what` is a phrase for people, `location` where the thing stands (in the template, or an ARN)."""

    kind: Kind
    what: str
    action: str | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class _Grant:
    """One action on one resource. `action` and `resource` are the entries; `only_others` marks NotAction and NotResource."""

    effect: Effect
    action: Text
    resource: Text
    only_others: tuple[bool, bool]
    who: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]
    location: Location | None


def differences(declared: Role, deployed: Role) -> tuple[Difference, ...]:
    """All differences, in a fixed order. What either side could not read in full is not held against the other."""
    # A name is one role's in its account; the path before it, templates give apart.
    expected, actual = declared.arn.literal, deployed.arn.literal
    if (expected and actual and expected != actual) or not _fits(declared.name, deployed.name):
        what = f"runs with {deployed.arn}, declared is {declared.arn}"
        return (Difference(Kind.OTHER_ROLE, what, location=declared.location),)
    return (
        *_managed(declared, deployed),
        *_grants(declared, deployed),
        *_boundary(declared, deployed),
        *_trust(declared, deployed),
    )


def _managed(declared: Role, deployed: Role) -> Iterable[Difference]:
    """AWS's own policies by name: their content is AWS's and the same on both sides."""
    ours, theirs = _managed_names(declared), _managed_names(deployed)
    if not declared.gaps:
        for name in sorted(theirs.keys() - ours.keys()):
            yield Difference(Kind.MANAGED_ADDED, f"AWS managed policy {name}", location=theirs[name])
    if not deployed.gaps:
        for name in sorted(ours.keys() - theirs.keys()):
            yield Difference(Kind.MANAGED_LACKING, f"AWS managed policy {name}", location=ours[name])


def _managed_names(role: Role) -> dict[str, Location | None]:
    return {policy.name.rpartition("/")[2]: policy.location for policy in role.policies if policy.kind is PolicyKind.AWS_MANAGED}


def _grants(declared: Role, deployed: Role) -> Iterable[Difference]:
    ours, theirs = _own_grants(declared), _own_grants(deployed)
    if not declared.gaps:
        for grant in theirs:
            if not any(_same(one, grant) for one in ours):
                yield Difference(Kind.ADDED, _shown(grant), str(grant.action), grant.location)
    if not deployed.gaps:
        for grant in ours:
            if not any(_same(grant, one) for one in theirs):
                yield Difference(Kind.LACKING, _shown(grant), str(grant.action), grant.location)


def _boundary(declared: Role, deployed: Role) -> Iterable[Difference]:
    ours, theirs = declared.boundary, deployed.boundary
    if (ours is None) != (theirs is None) and not (declared.gaps or deployed.gaps):
        what = "a permissions boundary that is not declared" if ours is None else "no permissions boundary, though one is declared"
        known = theirs or ours
        yield Difference(Kind.BOUNDARY, what, location=known.location if known else None)
    elif ours and theirs and not _same_documents(ours, theirs):
        yield Difference(Kind.BOUNDARY, "a permissions boundary that says something else than the declared one", location=ours.location)


def _trust(declared: Role, deployed: Role) -> Iterable[Difference]:
    if declared.trust and deployed.trust and not _same_documents(declared.trust, deployed.trust):
        yield Difference(Kind.TRUST, "a trust policy that differs from the declared one", location=declared.trust.location)


def _same_documents(ours: Policy, theirs: Policy) -> bool:
    one, other = tuple(_flat(ours)), tuple(_flat(theirs))
    return all(any(_same(a, b) for b in other) for a in one) and all(any(_same(a, b) for a in one) for b in other)


def _own_grants(role: Role) -> tuple[_Grant, ...]:
    found = {grant: None for policy in role.policies if policy.kind is not PolicyKind.AWS_MANAGED for grant in _flat(policy)}
    return tuple(found)


def _flat(policy: Policy) -> Iterable[_Grant]:
    for statement in policy.statements:
        others = (bool(statement.not_actions), bool(statement.not_resources))
        who = tuple(sorted((entry.kind, str(entry.text)) for entry in (*statement.principals, *statement.not_principals)))
        conditions = tuple(sorted(statement.conditions, key=lambda condition: (condition.operator, condition.key.lower())))
        for action in statement.actions or statement.not_actions:
            for resource in _resources(statement):
                location = action.location or statement.location
                yield _Grant(statement.effect, action.text, resource.text, others, who, conditions, location)


def _resources(statement: Statement) -> tuple[Entry, ...]:
    """A trust policy's statements have none."""
    return statement.resources or statement.not_resources or (Entry(Text.of("*")),)


def _same(declared: _Grant, deployed: _Grant) -> bool:
    return (
        declared.effect is deployed.effect
        and declared.only_others == deployed.only_others
        and _fits(declared.action, deployed.action, str.lower)
        and _fits(declared.resource, deployed.resource)
        and len(declared.who) == len(deployed.who)
        and all(_fits_who(ours, theirs) for ours, theirs in zip(declared.who, deployed.who, strict=True))
        and len(declared.conditions) == len(deployed.conditions)
        and all(_fits_condition(*pair) for pair in zip(declared.conditions, deployed.conditions, strict=True))
    )


def _fits_who(declared: tuple[str, str], deployed: tuple[str, str]) -> bool:
    """Principals by kind; shown text, so that a token (`${...}`) matches anything."""
    return declared[0] == deployed[0] and ("${" in declared[1] or declared[1] == deployed[1])


def _fits_condition(declared: Condition, deployed: Condition) -> bool:
    if (declared.operator, declared.key.lower()) != (deployed.operator, deployed.key.lower()):
        return False
    return all(any(_fits(ours, theirs) for theirs in deployed.values) for ours in declared.values) and all(
        any(_fits(ours, theirs) for ours in declared.values) for theirs in deployed.values
    )


def _fits(declared: Text, deployed: Text, fold: Callable[[str], str] = str) -> bool:
    pattern = "".join(_pattern(part, fold) for part in declared.parts)
    return re.fullmatch(pattern, fold(str(deployed)), re.DOTALL) is not None


_OWN = {PARTITION: r"aws[a-z-]*", REGION: r"[a-z0-9-]+", ACCOUNT: r"\d{12}"}


def _pattern(part: Part, fold: Callable[[str], str]) -> str:
    if isinstance(part, str):
        return re.escape(fold(part))
    return next((pattern for token, pattern in _OWN.items() if token == part), ".*")


def _shown(grant: _Grant) -> str:
    verb = "denies" if grant.effect is Effect.DENY else "allows"
    action, resource = (f"all but {text}" if others else str(text) for others, text in _elements(grant))
    condition = " under a condition" if grant.conditions else ""
    return f"{verb} {action} on {resource}{condition}"


def _elements(grant: _Grant) -> Iterable[tuple[bool, Text]]:
    return zip(grant.only_others, (grant.action, grant.resource), strict=True)
