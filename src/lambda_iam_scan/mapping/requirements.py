"""Merges the needs of all calls of a function into requirements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from lambda_iam_scan.mapping.arns import distinct, resources
from lambda_iam_scan.mapping.conditions import holds
from lambda_iam_scan.mapping.request_keys import Context, request_keys, shared
from lambda_iam_scan.mapping.values import alternatives, with_arguments
from lambda_iam_scan.model.code import Gap, GapKind, PrincipalKind, SdkCall
from lambda_iam_scan.model.iam import Necessity, Requirement, Source
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.tables.types import Need, roots

MAX_VARIANTS = 32
"""Paths of one call that are told apart; of more, only what holds on all of them is sure."""
_Key = tuple[Source, str, Context]


@dataclass(slots=True)
class _Merged:
    """One action from one source in one context: resources with the calls that need them, by necessity."""

    resources: dict[Necessity, list[Text]] = field(default_factory=dict)
    calls: dict[Necessity, dict[int, None]] = field(default_factory=dict)
    need: dict[Necessity, tuple[Need, SdkCall]] = field(default_factory=dict)
    keys: dict[Necessity, list[Context]] = field(default_factory=dict)


def requirements(calls: Sequence[SdkCall], tables: Tables) -> tuple[tuple[Requirement, ...], tuple[Gap, ...]]:
    """What the execution role must be allowed for these calls, `always` before `possible`, and calls that no table knows.

    Calls that another principal signs need nothing of this role.
    """
    merged: dict[_Key, _Merged] = {}
    gaps: dict[Gap, None] = {}
    for index, call in enumerate(calls):
        if call.principal.kind is not PrincipalKind.EXECUTION_ROLE:
            continue
        rows = tables.needs(call.service, call.operation)
        if rows is None:
            gaps[_gap(call, tables)] = None
            continue
        for need in applicable(rows, call):
            _add(merged, need, call, index)
    found = [requirement for key, item in merged.items() for requirement in _requirements(key, item)]
    return tuple(sorted(found, key=_order)), tuple(gaps)


def _add(merged: dict[_Key, _Merged], need: Need, call: SdkCall, index: int) -> None:
    found: dict[Necessity, list[Text]] = {}
    for variant in variants(need, call):
        necessity = necessary(need, variant)
        if necessity is not None:
            found.setdefault(necessity, []).extend(resources(need, variant))
    if not found:
        return
    context: Context = (("iam:PassedToService", tuple(map(Text.of, need.passed_to))),) if need.passed_to else ()
    source = Source.LIBRARY if call.library else Source.CODE
    item = merged.setdefault((source, need.action, context), _Merged())
    for necessity, texts in found.items():
        item.resources.setdefault(necessity, []).extend(texts)
        item.calls.setdefault(necessity, {})[index] = None
        item.need.setdefault(necessity, (need, call))
        item.keys.setdefault(necessity, []).append(request_keys(need.action, call))


def applicable(rows: Sequence[Need], call: SdkCall) -> Sequence[Need]:
    """The rows that a call is judged by: those that stand instead of the others, where one of them is known to hold."""
    if any(row.instead and row.when is not None and holds(row.when, call) for row in rows):
        return [row for row in rows if row.instead]
    return rows


def variants(need: Need, call: SdkCall) -> Iterator[SdkCall]:
    """The call as its paths make it: an argument that only some of them give decides anew about a row's condition and resource."""
    names = (roots(need.when) if need.when is not None else frozenset()) | _deciding(need)
    choices = {name: alternatives(value) for name in sorted(names) if (value := call.arguments.get(name)) is not None}
    total = 1
    for found in choices.values():
        total *= len(found)
    if total == 1 or total > MAX_VARIANTS:
        yield call
        return
    for choice in product(*choices.values()):
        yield with_arguments(call, dict(zip(choices, choice, strict=True)))


def _deciding(need: Need) -> frozenset[str]:
    """Parameters that tell which of several resource types is meant: what the first has and the last has not."""
    return frozenset(
        place.path[0]
        for group in need.on
        for target in group[:-1]
        for name, places in target.bind.items()
        if name not in group[-1].bind
        for place in places
        if place.path
    )


def necessary(need: Need, call: SdkCall) -> Necessity | None:
    """How sure it is that a call needs a row's action; None when it surely does not."""
    verdict = holds(need.when, call) if need.when is not None else None
    sure = Necessity.POSSIBLE if call.possible else Necessity.ALWAYS
    if need.need == "always":
        return sure
    if need.need == "unless":
        return None if verdict is True else sure
    if need.when is not None and verdict is False:
        return None
    return sure if need.need == "when" and verdict is True else Necessity.POSSIBLE


def _requirements(key: _Key, item: _Merged) -> list[Requirement]:
    """At most two: what is needed for sure, and what else may be. A possible need of what is needed anyway says nothing."""
    out = []
    always = distinct(item.resources.get(Necessity.ALWAYS, ()))
    also = distinct((*always, *item.resources.get(Necessity.POSSIBLE, ())))[len(always) :]
    for necessity, texts in ((Necessity.ALWAYS, always), (Necessity.POSSIBLE, also)):
        if not texts:
            continue
        source, action, context = key
        need, call = item.need[necessity]
        out.append(
            Requirement(
                action=action,
                resources=tuple(sorted(texts, key=str)),
                source=source,
                need=necessity,
                calls=tuple(item.calls[necessity]),
                context=(*context, *shared(item.keys[necessity])),
                reason=_reason(need, call),
                rule=need.source,
            )
        )
    return out


def _order(requirement: Requirement) -> tuple[bool, bool, str, str]:
    possible = requirement.need is Necessity.POSSIBLE
    return requirement.source is Source.LIBRARY, possible, requirement.action, str(requirement.context)


def _reason(need: Need, call: SdkCall) -> str:
    if need.note:
        return need.note
    if need.via == "forward-access":
        return f"{call.service} does this with the caller's rights in {call.operation}"
    return ""


def _gap(call: SdkCall, tables: Tables) -> Gap:
    known = "has no IAM prefix" if tables.prefix(call.service) is None else "is in no list of IAM actions"
    what = f"{call.service} {call.operation}" if tables.prefix(call.service) else call.service
    return Gap(
        kind=GapKind.UNKNOWN_OPERATION,
        reason=f"which permission {call.service}:{call.operation} needs is not known: {what} {known}",
        location=call.location,
        services=(call.service,),
    )
