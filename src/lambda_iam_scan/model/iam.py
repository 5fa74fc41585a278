"""The policy language, what is needed, and how the two compare."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text


class Effect(StrEnum):
    """A statement's effect."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of `Action`, `Resource` ... as written, and where. `*` and `?` in literal parts are wildcards."""

    text: Text
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class PrincipalEntry:
    """One principal: `kind` is `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` for `"Principal": "*"`."""

    kind: str
    text: Text
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """`operator` with its prefix and suffix (`ForAllValues:StringLikeIfExists`), `key` as written, the values."""

    operator: str
    key: str
    values: tuple[Text, ...]
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement of any policy. Of each pair `actions`/`not_actions` ... at most one is non-empty."""

    effect: Effect
    sid: str | None = None
    actions: tuple[Entry, ...] = ()
    not_actions: tuple[Entry, ...] = ()
    resources: tuple[Entry, ...] = ()
    not_resources: tuple[Entry, ...] = ()
    principals: tuple[PrincipalEntry, ...] = ()
    not_principals: tuple[PrincipalEntry, ...] = ()
    conditions: tuple[Condition, ...] = ()
    location: Location | None = None


class PolicyKind(StrEnum):
    """Where a policy comes from. Members of managed policies and SAM templates are reported as one (see LIS203)."""

    INLINE = "inline"
    CUSTOMER_MANAGED = "customer-managed"
    AWS_MANAGED = "aws-managed"
    SAM_TEMPLATE = "sam-template"
    """A SAM policy template or connector."""
    GENERATED = "generated"
    """Written by the SAM translator itself (event sources, tracing, dead-letter queues): never the author's to narrow."""
    FILE = "file"
    RESOURCE_BASED = "resource-based"
    BOUNDARY = "boundary"
    TRUST = "trust"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy document. `name` is for people: the policy's name, managed ARN or SAM template name."""

    name: str
    kind: PolicyKind
    statements: tuple[Statement, ...]
    location: Location | None = None
    version: str = "2012-10-17"
    """With `2008-10-17` (the default of a document without Version) `${aws:username}` is no variable but text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An execution role (or a caller's role). `gaps` say what of it could not be read; then absence proves nothing.

    `id` is unique in the project; functions that share a role share its id.
    """

    id: str
    name: Text
    arn: Text
    policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    unread_boundary: Gap | None = None
    """Why a boundary that it has, or may have, could not be read: then what its policies grant may be blocked."""
    trust: Policy | None = None
    """None: not known (a policy file, an imported role)."""
    tags: tuple[tuple[str, str], ...] = ()
    """As far as known: from an account."""
    gaps: tuple[Gap, ...] = ()
    location: Location | None = None

    @property
    def unread_grants(self) -> tuple[Gap, ...]:
        """The gaps behind which it may have further permissions. A boundary never gives any."""
        return tuple(gap for gap in self.gaps if gap != self.unread_boundary)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePolicy:
    """A resource-based policy and the ARN of what it is attached to (queue, bucket, topic, key, secret, function[:qualifier])."""

    resource: Text
    policy: Policy


class Necessity(StrEnum):
    """How sure a need is."""

    ALWAYS = "always"
    POSSIBLE = "possible"
    """Depends on something the code does not show, or serves another service acting with the caller's rights."""


class Source(StrEnum):
    """What has the need."""

    CODE = "code"
    LIBRARY = "library"
    EVENT_SOURCE = "event-source"
    FEATURE = "feature"
    LOGGING = "logging"
    DECLARED = "declared"
    """Declared in a comment (`needs s3:PutObject arn:...`) for what analysis cannot see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """An action on resources that a function needs. Equal (source, action, need, context) are merged by `mapping`."""

    action: str
    resources: tuple[Text, ...]
    source: Source
    need: Necessity
    calls: tuple[int, ...] = ()
    """Indices into the function's calls."""
    context: tuple[tuple[str, tuple[Text, ...]], ...] = ()
    """Condition keys the request is known to carry (`iam:PassedToService` ...)."""
    reason: str = ""
    """One sentence: who needs it and for what. Empty for the plain "the code calls X"."""
    rule: str = ""
    """Source of the fact."""
    location: Location | None = None
    """Where the need arises when no call does (an event source mapping, a feature)."""
    alternatives: tuple[str, ...] = ()
    """Actions of further requirements at the same place, any one of which is enough."""


class Outcome(StrEnum):
    """What the policies say to a requirement."""

    GRANTED = "granted"
    MISSING = "missing"
    DENIED = "denied"
    UNVERIFIED = "unverified"
    NOT_COMPARED = "not-compared"


class Cause(StrEnum):
    """Why a requirement is not granted."""

    NO_STATEMENT = "no-statement"
    RESOURCE = "resource"
    CONDITION = "condition"
    EXPLICIT_DENY = "explicit-deny"
    BOUNDARY = "boundary"
    NOT_ADMITTED = "not-admitted"
    """Allowed by the role; but the resource's own policy, which has to admit it as well, does not."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRef:
    """A statement of a role by position: `policies[policy].statements[statement]`; policy -1 is the boundary, -2 a resource-based one."""

    policy: int
    statement: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the role says to one resource of one requirement."""

    requirement: int
    resource: Text
    outcome: Outcome
    cause: Cause | None = None
    reason: str = ""
    """Complete sentence for people: why it is not granted, or what could not be decided."""
    statements: tuple[Statement, ...] = ()
    """The deciding ones: those that grant, deny, or come nearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One function's requirements against its role: `verdicts` in order of requirement, then resource."""

    verdicts: tuple[Verdict, ...]

    def outcome(self, requirement: int) -> Outcome:
        """What the role says to a requirement as a whole: the worst of its resources' verdicts."""
        found = {verdict.outcome for verdict in self.verdicts if verdict.requirement == requirement}
        worst_first = (Outcome.DENIED, Outcome.MISSING, Outcome.UNVERIFIED, Outcome.GRANTED)
        return next((outcome for outcome in worst_first if outcome in found), Outcome.NOT_COMPARED)
