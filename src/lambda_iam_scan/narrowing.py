"""The narrowest statements that still grant what is needed, as text ready to paste."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from lambda_iam_scan.actions import named
from lambda_iam_scan.iam.arn import RESOURCE, split
from lambda_iam_scan.model.iam import Entry, PrincipalEntry, Statement
from lambda_iam_scan.model.text import Hole, Text
from lambda_iam_scan.usage import ANYTHING, StatementUse, Use, known, level, nameable, touches, whole

_EVERY = re.compile(r"([\w-]+[/:])?\*")
"""A resource part that names none, whatever its kind."""


def narrowed(used: StatementUse) -> tuple[Statement, ...]:
    """The statement cut down to what is needed: wildcards become the needed actions, a sweeping `Resource` the needed
    resources. Actions that take no resource get a statement of their own. Empty when nothing of it is needed.
    """
    groups: dict[tuple[Text, ...], list[str]] = {}
    for action in _needed_actions(used):
        uses = [use for use in used.uses if use.action.lower() == action.lower()]
        groups.setdefault(_resources(used.statement, uses), []).append(action)
    return tuple(_cut(used.statement, actions, resources, len(groups)) for resources, actions in groups.items())


def _needed_actions(used: StatementUse) -> Iterable[str]:
    """Actions as the policy spells them where it names them."""
    spelled = {name.lower(): name for entry in used.actions if (name := named(entry.entry.text))}
    return dict.fromkeys(spelled.get(use.action.lower(), use.action) for use in sorted(used.uses, key=lambda use: use.action))


def _resources(statement: Statement, uses: Sequence[Use]) -> tuple[Text, ...]:
    out: list[Text] = []
    for resource in sorted({use.resource for use in uses}, key=lambda resource: str(grantable(resource))):
        granting = [entry.text for entry in statement.resources if touches(entry.text, resource)]
        # An entry that already names something stays as its author wrote it, unless a sweeping one grants the same; so does any
        # where it is not known what is needed: the advice must never grant more than the statement does.
        stays = bool(granting) and (not known(resource) or not any(map(sweeping, granting)))
        out += granting if stays else [grantable(resource)]
    return tuple(dict.fromkeys(out))


def sweeping(granted: Text) -> bool:
    """Whether a `Resource` entry names no resource at all: `*`, `arn:aws:s3:::*`, `...:table/*`."""
    if granted == ANYTHING:
        return True
    cut = split(level(granted))
    if cut is None:
        return (granted.literal or "").startswith("arn:") and str(granted).endswith(":*")
    return _EVERY.fullmatch(cut[RESOURCE].literal or "") is not None


def grantable(resource: Text) -> Text:
    """What to grant for a need: all of what people grant at once; what is not known becomes `*`."""
    if not nameable(resource):
        return ANYTHING
    granted = whole(resource) if known(resource) else resource
    return Text.of(*(part.pattern if isinstance(part, Hole) else part for part in granted.parts))


def _cut(statement: Statement, actions: Iterable[str], resources: Iterable[Text], parts: int) -> Statement:
    return replace(
        statement,
        sid=statement.sid if parts == 1 else None,
        actions=tuple(Entry(Text.of(action)) for action in actions),
        not_actions=(),
        resources=tuple(Entry(resource) for resource in resources),
        not_resources=(),
    )


def statement_json(statements: Sequence[Statement]) -> str:
    """Statements as JSON, one after the other; what is not known is `*`, names of a template are `${Name}`."""
    return ",\n".join(json.dumps(_plain(statement), indent=2, ensure_ascii=False) for statement in statements)


def _plain(statement: Statement) -> dict[str, Any]:
    plain: dict[str, Any] = {"Sid": statement.sid} if statement.sid else {}
    plain["Effect"] = statement.effect.value
    for name, principals in (("Principal", statement.principals), ("NotPrincipal", statement.not_principals)):
        if principals:
            plain[name] = _principals(principals)
    for name, entries in (
        ("Action", statement.actions),
        ("NotAction", statement.not_actions),
        ("Resource", statement.resources),
        ("NotResource", statement.not_resources),
    ):
        if entries:
            plain[name] = _one_or_list([str(entry.text) for entry in entries])
    if statement.conditions:
        conditions: dict[str, dict[str, Any]] = {}
        for condition in statement.conditions:
            conditions.setdefault(condition.operator, {})[condition.key] = _one_or_list([str(value) for value in condition.values])
        plain["Condition"] = conditions
    return plain


def _principals(principals: Sequence[PrincipalEntry]) -> Any:
    kinds: dict[str, list[str]] = {}
    for principal in principals:
        kinds.setdefault(principal.kind, []).append(str(principal.text))
    return "*" if "*" in kinds else {kind: _one_or_list(names) for kind, names in kinds.items()}


def _one_or_list(items: list[str]) -> Any:
    return items[0] if len(items) == 1 else items
