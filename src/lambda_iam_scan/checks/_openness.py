"""Statements of a function's resource-based policy that admit a caller for any account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.checks._service import EVERYBODY, service_named
from lambda_iam_scan.iam.arn import ACCOUNT, RESOURCE, SERVICE, split
from lambda_iam_scan.iam.pattern import compiled, lowered, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.iam import Condition, Effect, Policy, PrincipalEntry, ResourcePolicy, Statement
from lambda_iam_scan.model.text import Text

_INVOKE = Text.of("lambda:invokefunction")
_TIES = frozenset(
    {
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:principalarn",
        "lambda:eventsourcetoken",
    }
)
"""Condition keys that tie a caller to an account, an organization or a token."""
_OF_URLS = frozenset({"lambda:functionurlauthtype", "lambda:invokedviafunctionurl"})
"""Statements for function URLs, which are meant for everybody or have callers with policies of their own."""
_NO_ACCOUNT = frozenset({"s3"})
"""Services whose ARNs have no account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A statement that admits too many. `tie`: what would be narrower, as in rules/lambda/triggers.toml."""

    policy: Policy
    statement: Statement
    resource: Text
    principal: str
    who: str
    reason: str
    tie: tuple[str, ...]
    certain: bool = True
    documented: str = ""


def openings(policies: Iterable[ResourcePolicy], kinds: Mapping[str, Any]) -> Iterator[Opening]:
    """Every statement and principal that is tied to nothing; for S3 also those tied to a bucket's ARN alone."""
    by_principal: dict[str, Mapping[str, Any]] = {}
    for kind in kinds.values():
        by_principal.setdefault(kind["principal"], kind)
    for attached in policies:
        for statement in attached.policy.statements:
            if statement.effect is Effect.ALLOW and _invokes(statement) and not _tied(statement):
                for entry in statement.principals:
                    yield from _opening(attached, statement, entry, by_principal)


def _opening(attached: ResourcePolicy, statement: Statement, entry: PrincipalEntry, kinds: Mapping[str, Any]) -> Iterator[Opening]:
    sources = [condition for condition in statement.conditions if condition.key.lower() == "aws:sourcearn"]
    everybody = entry.kind == EVERYBODY or entry.text.literal == EVERYBODY
    if entry.kind != "Service" and not everybody:
        return
    principal = EVERYBODY if everybody else str(service_named(entry.text))
    kind = kinds.get(principal, {})
    found = _judged(sources, everybody)
    if found is None:
        return
    reason, certain = found
    tie = tuple(kind.get("tie") or ("source",)) if not sources else ("account",)
    yield Opening(
        policy=attached.policy,
        statement=statement,
        resource=attached.resource,
        principal=principal,
        who="everybody" if everybody else f"{kind.get('who', 'a service')} ({principal})",
        reason=reason,
        tie=tie if not everybody else ("source", "account"),
        certain=certain,
        documented=kind.get("source", "") if not everybody else "",
    )


def _judged(sources: list[Condition], everybody: bool) -> tuple[str, bool] | None:
    """Why the conditions on the source leave it open, and whether that is certain; None when they do not."""
    if not sources:
        return ("without any condition" if everybody else "for any account: neither SourceArn nor SourceAccount ties it down"), True
    arns = [value for condition in sources for value in condition.values]
    bare = next((arn for arn in arns if _service(arn) in _NO_ACCOUNT), None)
    if bare is not None:
        return f"for {bare} whoever owns it: a bucket's ARN has no account, and SourceAccount is not there", False
    wide = next((arn for arn in arns if _any_account(arn)), None)
    return (f"for any account: SourceArn {wide} leaves the account open", True) if wide is not None else None


def _service(arn: Text) -> str | None:
    cut = split(arn)
    return cut[SERVICE].literal if cut else None


def _any_account(arn: Text) -> bool:
    """Whether an ARN pattern fits resources of other accounts. Ids that AWS makes up (of APIs, pools) say whose they are."""
    if arn.literal == "*":
        return True
    cut = split(arn)
    if cut is None or "*" not in (cut[ACCOUNT].literal or ""):
        return False
    first = str(cut[RESOURCE]).partition("/")[0]
    return cut[SERVICE].literal != "execute-api" or "*" in first


def _invokes(statement: Statement) -> bool:
    return any(compiled(pieces(lowered(entry.text), variables=False)).relation(_INVOKE) is Truth.YES for entry in statement.actions)


def _tied(statement: Statement) -> bool:
    keys = {condition.key.lower() for condition in statement.conditions}
    return bool(keys & (_TIES | _OF_URLS))
