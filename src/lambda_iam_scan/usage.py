"""What of a role is needed: for each granted statement, which of its actions and resources something needs.

Judged over all functions that share the role. Conditions are left out of account: a statement that can never apply is a
finding of its own, and nobody should call its actions unused for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lambda_iam_scan.actions import matches
from lambda_iam_scan.iam.arn import RESOURCE, SERVICE, split
from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.finding import FunctionScan, Scan
from lambda_iam_scan.model.iam import Effect, Entry, Necessity, Policy, PolicyKind, Role, Source, Statement, StatementRef
from lambda_iam_scan.model.text import Hole, Part, Text

ANYTHING = Text.of("*")

_LEVELS: dict[str, tuple[str, int]] = {
    "s3": ("/", 1),
    "dynamodb": ("/", 2),
    "kinesis": ("/", 2),
    "es": ("/", 2),
    "execute-api": ("/", 1),
    "logs": (":", 2),
    "lambda": (":", 2),
    "sns": (":", 1),
}
"""Where the name of what people grant ends in an ARN's resource part: at which occurrence of which delimiter. A bucket, not
its objects; a table, not its indexes; a function, not its versions. Formats: AWS Service Authorization Reference."""


_TYPE = re.compile(r"^[\w-]+[/:]")
"""The kind of resource before its name, as in `table/`."""


@dataclass(frozen=True, slots=True)
class Use:
    """One need of one function, on one resource."""

    action: str
    resource: Text
    possible: bool
    source: Source
    function: str


@dataclass(frozen=True, slots=True)
class EntryUse:
    """One element of `Action` or `Resource`, and the needs it serves.

    For an action: `anywhere` on whatever resource, `here` on one that the statement grants. For a resource both are the same.
    """

    entry: Entry
    here: tuple[Use, ...]
    anywhere: tuple[Use, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementUse:
    """One allowing statement of a role. Elements of `NotAction` and `NotResource` grant nothing and are not listed."""

    ref: StatementRef
    policy: Policy
    statement: Statement
    actions: tuple[EntryUse, ...]
    resources: tuple[EntryUse, ...]
    uses: tuple[Use, ...]
    """Needs that the statement serves."""


def roles(scan: Scan) -> tuple[tuple[Role, tuple[FunctionScan, ...]], ...]:
    """Each role once, with the functions that have it, in order of appearance."""
    found: dict[str, tuple[Role, list[FunctionScan]]] = {}
    for function in scan.functions:
        role = function.function.role
        if role is not None:
            found.setdefault(role.id, (role, []))[1].append(function)
    return tuple((role, tuple(functions)) for role, functions in found.values())


def uses(functions: Iterable[FunctionScan]) -> tuple[Use, ...]:
    """Every need of functions, one for each resource, in order and without repetition."""
    return tuple(
        dict.fromkeys(
            Use(need.action, resource, need.need is Necessity.POSSIBLE, need.source, function.function.id)
            for function in functions
            for need in function.requirements
            for one in need.resources or (ANYTHING,)
            for resource in one.choices
        )
    )


def usage(role: Role, needed: Sequence[Use], kinds: Collection[PolicyKind] = tuple(PolicyKind)) -> tuple[StatementUse, ...]:
    """Allowing statements of the role's own policies of these kinds, each with what needs it. Denying ones are never unused."""
    return tuple(
        statement_usage(StatementRef(policy=p, statement=s), policy, statement, needed)
        for p, policy in enumerate(role.policies)
        if policy.kind in kinds
        for s, statement in enumerate(policy.statements)
        if statement.effect is Effect.ALLOW
    )


def statement_usage(ref: StatementRef, policy: Policy, statement: Statement, needed: Sequence[Use]) -> StatementUse:
    """One statement against the needs."""
    actions = {action for action in {use.action for use in needed} if _about(statement, action)}
    about = [use for use in needed if use.action in actions]
    here = [use for use in about if _on(statement, use.resource)]
    return StatementUse(
        ref=ref,
        policy=policy,
        statement=statement,
        actions=tuple(_acting(entry, actions, here, about) for entry in statement.actions),
        resources=tuple(EntryUse(e, found, found) for e, found in ((e, _touching(e, here)) for e in statement.resources)),
        uses=tuple(here),
    )


def _about(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not any(matches(entry.text, action) for entry in statement.not_actions)
    return any(matches(entry.text, action) for entry in statement.actions)


def _on(statement: Statement, resource: Text) -> bool:
    # What NotResource leaves out is not worth the doubt: everything else it grants.
    return not statement.resources or any(touches(entry.text, resource) for entry in statement.resources)


def _acting(entry: Entry, actions: Iterable[str], here: Iterable[Use], anywhere: Iterable[Use]) -> EntryUse:
    granted = {action for action in actions if matches(entry.text, action)}
    return EntryUse(entry, *(tuple(use for use in found if use.action in granted) for found in (here, anywhere)))


def _touching(entry: Entry, candidates: Iterable[Use]) -> tuple[Use, ...]:
    return tuple(use for use in candidates if touches(entry.text, use.resource))


@lru_cache(maxsize=16384)
def touches(granted: Text, needed: Text) -> bool:
    """Whether a `Resource` entry may be about a needed resource, at the level people grant. A need of `*` may be any."""
    if needed == ANYTHING or compiled(pieces(granted), True).relation(needed, arn=True) is not Truth.NO:
        return True
    return compiled(pieces(level(granted)), True).relation(level(needed), arn=True) is not Truth.NO


@lru_cache(maxsize=16384)
def level(arn: Text) -> Text:
    """An ARN (or pattern of one) up to the end of the name of what people grant: `arn:aws:s3:::bucket/key` -> `arn:aws:s3:::bucket`."""
    cut = split(arn)
    service = cut[SERVICE].literal if cut else None
    if cut is None or service not in _LEVELS:
        return arn
    delimiter, count = _LEVELS[service]
    leading = [part for segment in cut[:RESOURCE] for part in (segment, ":")]
    return Text.of(*leading, _until(cut[RESOURCE], delimiter, count))


def known(resource: Text) -> bool:
    """Whether the name of what is needed is known at least in part, at the level people grant. Region and account do not matter."""
    if resource == ANYTHING or resource.unknown:
        return False
    cut = split(level(resource))
    name = cut[RESOURCE] if cut else resource
    if not any(isinstance(part, Hole) for part in name.parts):
        return True
    first, *rest = name.parts
    told = [_TYPE.sub("", first) if isinstance(first, str) else first, *rest]
    return any(part and not isinstance(part, Hole) for part in told)


def nameable(arn: Text) -> bool:
    """Whether a policy can name it: `*` stands for a whole ARN, or for parts of one that shows which service's it is."""
    first = arn.parts[0] if arn.parts else ""
    if isinstance(first, Hole):
        return False
    cut = split(arn)
    return cut is None or not any(isinstance(part, Hole) or part == "*" for part in cut[SERVICE].parts)


def whole(arn: Text) -> Text:
    """What people write to grant it: `bucket/*` for an object, `log-group:name:*` for a stream; others stay as they are."""
    cut, granted = split(arn), level(arn)
    service = cut[SERVICE].literal if cut else None
    if granted == arn or service not in ("s3", "logs", "lambda"):
        return arn
    return Text.of(granted, _LEVELS[service][0], "*")


def _until(text: Text, delimiter: str, count: int) -> Text:
    out: list[Part] = []
    for part in text.parts:
        if not isinstance(part, str):
            out.append(part)
            continue
        fields = part.split(delimiter)
        if len(fields) > count:
            return Text.of(*out, delimiter.join(fields[:count]))
        count -= len(fields) - 1
        out.append(part)
    return Text.of(*out)
