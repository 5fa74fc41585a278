"""Who makes a request, and whether a resource-based policy names them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html (what a boundary limits of it)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from lambda_iam_scan.iam.arn import account, split
from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.iam import PrincipalEntry
from lambda_iam_scan.model.text import Text

_SESSION = re.compile(r"arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/.+")
_ACCOUNT_ID = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Caller:
    """The role (or user) that signs a request, and its session's ARN where there is one."""

    arn: Text
    session: Text | None = None

    @property
    def account(self) -> Text | None:
        """The caller's account, as far as its ARN shows it."""
        return account(self.arn)


def caller(arn: str) -> Caller:
    """A caller by role, user or session ARN. A session's ARN does not tell its role's path; the role is taken to have none."""
    match = _SESSION.fullmatch(arn)
    if match is None:
        return Caller(Text.of(arn))
    partition, owner, role = match.groups()
    return Caller(Text.of(f"arn:{partition}:iam::{owner}:role/{role}"), Text.of(arn))


class Grantee(IntEnum):
    """Whom a principal element names, seen from a caller. What follows from it differs (`evaluate`)."""

    NOBODY = 0
    ACCOUNT = 1
    """The caller's account: its administrators may pass the permission on by identity policies."""
    ROLE = 2
    """The role itself: its boundary limits what it is given."""
    SESSION = 3
    """The session, the user, or everyone and so the session too: no boundary limits what they are given."""


def grantee(entry: PrincipalEntry, who: Caller) -> tuple[Grantee, Truth]:
    """Whom `entry` names, and how surely. Services and federated users never sign with a role's credentials."""
    if entry.kind == "*" or (entry.kind == "AWS" and entry.text.literal == "*"):
        return Grantee.SESSION, Truth.YES
    if entry.kind != "AWS":
        return Grantee.NOBODY, Truth.YES
    owner = _account_named(entry.text)
    if owner is not None:
        mine = who.account
        return Grantee.ACCOUNT, Truth.MAYBE if mine is None else _same(owner, mine)
    if who.session is not None and (same := _same(entry.text, who.session)) is not Truth.NO:
        return Grantee.SESSION, same
    return Grantee.SESSION if _is_user(who.arn) else Grantee.ROLE, _same(entry.text, who.arn)


def _is_user(arn: Text) -> bool:
    cut = split(arn)
    return cut is not None and str(cut[5]).startswith("user/")


def _account_named(text: Text) -> Text | None:
    """The account of `123456789012`, `${AWS::AccountId}` or `arn:aws:iam::123456789012:root`."""
    cut = split(text)
    if cut is not None:
        return cut[4] if cut[5].literal == "root" else None
    token = len(text.parts) == 1 and getattr(text.parts[0], "name", "") == "AWS::AccountId"
    return text if token or (text.literal and _ACCOUNT_ID.fullmatch(text.literal)) else None


def _same(named: Text, actual: Text) -> Truth:
    return compiled(pieces(named, variables=False, wildcards=False)).relation(actual)
