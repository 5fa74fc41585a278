"""Do these policies allow this request? In three values, as AWS combines policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html (a key's policy must admit, whatever else does)
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from enum import Enum, IntEnum

from lambda_iam_scan.iam.arn import account_id
from lambda_iam_scan.iam.condition import CompiledCondition, Context
from lambda_iam_scan.iam.pattern import Variable, compiled, lowered, pieces, resolve
from lambda_iam_scan.iam.principal import Caller, Grantee, grantee
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.iam import Cause, Condition, Effect, Entry, Policy, PolicyKind, Statement
from lambda_iam_scan.model.text import Text


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource. `action` is known; `resource` as far as it is (`*` for actions without one)."""

    action: str
    resource: Text
    caller: Caller
    context: Context


class Fit(IntEnum):
    """How far a statement gets with a request; the higher, the nearer."""

    OTHER_ACTION = 0
    OTHER_PRINCIPAL = 1
    OTHER_RESOURCE = 2
    CONDITION_FAILS = 3
    PERHAPS = 4
    APPLIES = 5

    @property
    def truth(self) -> Truth:
        """Whether the statement applies."""
        return _TRUTHS[self]


_TRUTHS = (Truth.NO, Truth.NO, Truth.NO, Truth.NO, Truth.MAYBE, Truth.YES)


class Result(Enum):
    """What a request gets."""

    ALLOWED = "Allowed"
    EXPLICITLY_DENIED = "ExplicitlyDenied"
    IMPLICITLY_DENIED = "ImplicitlyDenied"
    UNDECIDED = "Undecided"
    """Depends on something that is not known; never for a complete request."""


@dataclass(frozen=True, slots=True)
class Match:
    """A statement and how far it got."""

    policy: Policy
    statement: Statement
    fit: Fit


@dataclass(frozen=True, slots=True)
class Decision:
    """`matches`: the deciding statements; for an implicit deny those that came nearest. `cause` is None when allowed."""

    result: Result
    cause: Cause | None = None
    matches: tuple[Match, ...] = ()


class CompiledStatement:
    """A statement, ready to be asked."""

    def __init__(self, policy: Policy, statement: Statement) -> None:
        self.policy = policy
        self.statement = statement
        variables = policy.version != "2008-10-17"
        # Own account and region may be taken for the ones a policy names only where that is in favour of a grant.
        self._assume = statement.effect is Effect.ALLOW
        self._actions = _Actions(statement.actions or statement.not_actions, bool(statement.not_actions))
        self._resources = tuple(_Resource(entry, variables) for entry in statement.resources or statement.not_resources)
        self._other_resources = bool(statement.not_resources)
        self._conditions = tuple(CompiledCondition(condition, variables) for condition in statement.conditions)

    def fit(self, request: Request) -> Fit:
        """How far it gets, principals aside."""
        action = self.action(request)
        if not action:
            return Fit.OTHER_ACTION
        resource = self.resource(request)
        if not resource:
            return Fit.OTHER_RESOURCE
        condition = min((c.holds(request.context, self._assume) for c in self._conditions), default=Truth.YES)
        if not condition:
            return Fit.CONDITION_FAILS
        return Fit.APPLIES if action == resource == condition == Truth.YES else Fit.PERHAPS

    def action(self, request: Request) -> Truth:
        """Whether the statement is about the action."""
        return self._actions.match(request.action)

    def conditions(self, request: Request) -> tuple[tuple[Condition, Truth], ...]:
        """Each condition, and whether it holds."""
        pairs = zip(self.statement.conditions, self._conditions, strict=True)
        return tuple((written, condition.holds(request.context, self._assume)) for written, condition in pairs)

    def resource(self, request: Request) -> Truth:
        """Whether the statement is about the resource."""
        if not self._resources:
            return Truth.YES
        assume = self._assume and not self._other_resources
        best = Truth.NO
        for entry in self._resources:
            best = max(best, entry.match(request, assume))
            if best is Truth.YES:
                break
        return best.negated() if self._other_resources else best


class _Resource:
    def __init__(self, entry: Entry, variables: bool) -> None:
        self._written = pieces(entry.text, variables)
        variable = any(isinstance(piece, Variable) for piece in self._written)
        self._pattern = None if variable else compiled(self._written, True)

    def match(self, request: Request, assume: bool) -> Truth:
        pattern = self._pattern
        if pattern is None:
            resolved = resolve(self._written, request.context.variable)
            if resolved is None:
                return Truth.NO
            pattern = compiled(resolved, True)
        return pattern.relation(request.resource, assume=assume, arn=True)


class _Actions:
    def __init__(self, entries: Iterable[Entry], others: bool) -> None:
        patterns = [compiled(pieces(lowered(entry.text), variables=False)) for entry in entries]
        self._names = {pattern.text for pattern in patterns}
        self._patterns = tuple(pattern for pattern in patterns if pattern.text is None)
        self._others = others
        self._known: dict[str, Truth] = {}

    def match(self, action: str) -> Truth:
        found = self._known.get(action)
        if found is None:
            best = Truth.of(action.lower() in self._names) or self._patterned(action)
            found = self._known[action] = best.negated() if self._others else best
        return found

    def _patterned(self, action: str) -> Truth:
        wanted = Text.of(action.lower())
        return max((pattern.relation(wanted) for pattern in self._patterns), default=Truth.NO)


@dataclass(frozen=True, slots=True)
class _Best:
    """The statements of one effect that get farthest, and how far."""

    fit: Fit = Fit.OTHER_ACTION
    matches: tuple[Match, ...] = ()

    @property
    def truth(self) -> Truth:
        return self.fit.truth


_NOTHING = _Best()


class _Statements:
    """Statements of one effect; which of them are about an action is worked out once."""

    def __init__(self, statements: Iterable[CompiledStatement] = ()) -> None:
        self.all = tuple(statements)
        self._about: dict[str, tuple[CompiledStatement, ...]] = {}

    def best(self, request: Request) -> _Best:
        about = self._about.get(request.action)
        if about is None:
            about = self._about[request.action] = tuple(s for s in self.all if s.action(request))
        best, found = Fit.OTHER_ACTION, []
        for statement in about:
            fit = statement.fit(request)
            if fit > best:
                best, found = fit, [statement]
            elif fit is best:
                found.append(statement)
        return _Best(best, tuple(Match(s.policy, s.statement, best) for s in found))


class PolicySet:
    """Everything that bears on a caller's requests, compiled once.

    `closed`: there are no other policies; else a resource in another account is taken to admit the caller, who can be
    judged only by their own.
    """

    def __init__(self, identity: Iterable[Policy], boundary: Policy | None = None, *, closed: bool = False) -> None:
        self._allow, deny = _compile(identity)
        self._bounded = boundary is not None
        self._bound, bound_deny = _compile([boundary] if boundary else [])
        self._deny = _Statements((*deny.all, *bound_deny.all))
        self._closed = closed
        self._admit = self._reject = _Statements()
        self._on_resource = self._trust = False

    def on(self, policies: Iterable[Policy], *, surely: bool = True) -> PolicySet:
        """The same with the resource-based policies of the resource asked for (`surely`), or of one it may be."""
        policies = tuple(policies)
        out = copy(self)
        out._admit, out._reject = _compile(policies)
        out._on_resource = surely and bool(policies)
        out._trust = any(policy.kind is PolicyKind.TRUST for policy in policies)
        return out

    def decide(self, request: Request) -> Decision:
        """Combine all policies: an explicit deny first, then what must allow."""
        denied = self._deny.best(request)
        denied = max((denied, *self._rejected(request)), key=lambda best: best.fit)
        if denied.fit is Fit.APPLIES:
            return Decision(Result.EXPLICITLY_DENIED, Cause.EXPLICIT_DENY, denied.matches)
        allowed = self._allowed(request)
        if denied.fit is Fit.PERHAPS and allowed.result is not Result.IMPLICITLY_DENIED:
            return Decision(Result.UNDECIDED, Cause.UNKNOWN, denied.matches)
        return allowed

    def _allowed(self, request: Request) -> Decision:
        identity = self._allow.best(request)
        boundary = self._bound.best(request) if self._bounded else _Best(Fit.APPLIES)
        admitted = self._admitted(request)
        grants, limit = identity.truth, boundary.truth
        own = min(grants, limit)
        anyone = max((best.truth for best in admitted.values()), default=Truth.NO)
        if self._must_admit(request):
            own = min(own, anyone)
        if _same_account(request):
            role, session = admitted[Grantee.ROLE].truth, admitted[Grantee.SESSION].truth
            truth = max(own, min(role, limit), session)
        else:
            truth = own if not self._on_resource and not self._closed else min(own, anyone)
        return _decision(truth, identity, boundary, admitted)

    def _rejected(self, request: Request) -> Iterable[_Best]:
        """Denying statements of resource-based policies that name the caller, in whatever way."""
        for statement in self._reject.all:
            yield _naming(statement, request)

    def _must_admit(self, request: Request) -> bool:
        """Keys and roles admit nobody by default, not even their own account."""
        return self._on_resource and (self._trust or request.action.lower().startswith(("kms:", "sts:assumerole")))

    def _admitted(self, request: Request) -> dict[Grantee, _Best]:
        out = dict.fromkeys((Grantee.ACCOUNT, Grantee.ROLE, Grantee.SESSION), _NOTHING)
        for statement in self._admit.all:
            whom = _named(statement.statement, request.caller)[0]
            if whom is not Grantee.NOBODY:
                out[whom] = max(out[whom], _naming(statement, request), key=lambda best: best.fit)
        return out


def _decision(truth: Truth, identity: _Best, boundary: _Best, admitted: dict[Grantee, _Best]) -> Decision:
    admitting = tuple(match for best in admitted.values() if best.truth is truth for match in best.matches)
    own = identity.matches if identity.truth is truth else ()
    if truth is Truth.YES:
        return Decision(Result.ALLOWED, None, own or admitting)
    if truth is Truth.MAYBE:
        limiting = boundary.matches if boundary.fit is Fit.PERHAPS else ()
        return Decision(Result.UNDECIDED, Cause.UNKNOWN, (*own, *limiting, *admitting))
    if identity.truth and not boundary.truth:
        return Decision(Result.IMPLICITLY_DENIED, Cause.BOUNDARY, boundary.matches)
    if identity.truth:
        return Decision(Result.IMPLICITLY_DENIED, Cause.NOT_ADMITTED, identity.matches)
    return Decision(Result.IMPLICITLY_DENIED, _CAUSES.get(identity.fit, Cause.NO_STATEMENT), identity.matches)


_CAUSES = {Fit.OTHER_RESOURCE: Cause.RESOURCE, Fit.CONDITION_FAILS: Cause.CONDITION}


def _compile(policies: Iterable[Policy]) -> tuple[_Statements, _Statements]:
    every = [CompiledStatement(policy, statement) for policy in policies for statement in policy.statements]
    allow, deny = (tuple(s for s in every if s.statement.effect is effect) for effect in (Effect.ALLOW, Effect.DENY))
    return _Statements(allow), _Statements(deny)


def _naming(statement: CompiledStatement, request: Request) -> _Best:
    """How far a resource-based policy's statement gets, its principals included."""
    how = _named(statement.statement, request.caller)[1]
    if not how:
        return _Best(Fit.OTHER_PRINCIPAL)
    fit = min(statement.fit(request), Fit.APPLIES if how is Truth.YES else Fit.PERHAPS)
    return _Best(fit, (Match(statement.policy, statement.statement, fit),))


def _named(statement: Statement, who: Caller) -> tuple[Grantee, Truth]:
    if statement.not_principals:
        excepted = max(_surely(grantee(entry, who)) for entry in statement.not_principals)
        return Grantee.ROLE, excepted.negated()
    named = [grantee(entry, who) for entry in statement.principals]
    return max((pair for pair in named if _surely(pair)), default=(Grantee.NOBODY, Truth.NO))


def _surely(pair: tuple[Grantee, Truth]) -> Truth:
    return Truth.NO if pair[0] is Grantee.NOBODY else pair[1]


def _same_account(request: Request) -> bool:
    """Unless both accounts are known and differ. Buckets do not tell theirs."""
    theirs, mine = account_id(request.resource), account_id(request.caller.arn)
    return theirs is None or mine is None or theirs == mine
