"""Whether a trigger may invoke its function: by its own role, or by the function's resource-based policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lambda_iam_scan.checks._service import EVERYBODY, Admission, admission, names, request_of
from lambda_iam_scan.iam.arn import account
from lambda_iam_scan.iam.condition import Context
from lambda_iam_scan.iam.describe import condition_text, describe_cause, listed, statement_name
from lambda_iam_scan.iam.evaluate import Fit, Match, PolicySet, Request, Result
from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.iam.principal import Caller
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.deployment import Function, Trigger
from lambda_iam_scan.model.finding import Confidence
from lambda_iam_scan.model.iam import Policy, Role
from lambda_iam_scan.model.text import ACCOUNT, Text

INVOKE, INVOKE_URL = "lambda:InvokeFunction", "lambda:InvokeFunctionUrl"
_UNREAD = frozenset({GapKind.UNREADABLE, GapKind.UNRESOLVED_POLICY})
_TOKENS = frozenset({"alexa", "alexa-smart-home"})
_BEST_FIRST = (Result.ALLOWED, Result.UNDECIDED, Result.IMPLICITLY_DENIED, Result.EXPLICITLY_DENIED)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An invocation that certainly fails. `near`: the statements that come nearest, or deny; `general`: nothing depends on the source."""

    trigger: Trigger
    action: str
    reason: str
    near: tuple[Match, ...] = ()
    denied: bool = False
    general: bool = False
    confidence: Confidence = Confidence.CERTAIN


def target_of(function: Function, trigger: Trigger) -> Text:
    """What the trigger invokes: the function, or one of its aliases or versions. `$LATEST` has no policy but the function's."""
    qualifier = trigger.qualifier
    return function.arn if qualifier is None or qualifier.literal == "$LATEST" else Text.of(function.arn, ":", qualifier)


def refusals(function: Function, trigger: Trigger, by: str) -> Iterator[Refusal]:
    """Why the trigger cannot invoke the function; nothing when it can, or when that is not known. `by`: see rules/lambda/triggers.toml."""
    if trigger.role is not None:
        yield from _by_role(function, trigger, trigger.role)
    elif trigger.uses_role or by in ("role", "none") or _unread(function):
        return
    elif trigger.action == INVOKE_URL:
        yield from _by_url(function, trigger)
    else:
        yield from _by_policy(function, trigger, trigger.action, _context(function, trigger))


def _unread(function: Function) -> bool:
    """Whether part of the function's own policy may be hidden."""
    return any(gap.kind in _UNREAD for gap in function.gaps)


def _by_role(function: Function, trigger: Trigger, role: Role) -> Iterator[Refusal]:
    target = target_of(function, trigger)
    own = [policy for policy, how in _policies(function, target) if how is Truth.YES]
    request = Request(trigger.action, target, Caller(role.arn), Context({}))
    policies = PolicySet(role.policies, role.boundary).on(own, surely=False)
    decision = policies.decide(request)
    if target == function.arn and trigger.qualifier is not None:
        # A role must be allowed `function:NAME:$LATEST` where the caller writes it so; whether the bare name would do is not documented.
        latest = policies.decide(replace(request, resource=Text.of(target, ":", trigger.qualifier)))
        decision = min(decision, latest, key=lambda found: _BEST_FIRST.index(found.result))
    denied = decision.result is Result.EXPLICITLY_DENIED
    if denied or (decision.result is Result.IMPLICITLY_DENIED and not role.unread_grants):
        reason = f"it uses the role {role.name}, and {describe_cause(decision, request)}"
        yield Refusal(trigger, trigger.action, reason, decision.matches, denied)


def _by_url(function: Function, trigger: Trigger) -> Iterator[Refusal]:
    """Through a function URL. Of a public one the callers are nobody, so everybody must be admitted; with AWS_IAM they have policies of
    their own, but for services.
    """
    auth = trigger.options.get("AuthType")
    public = isinstance(auth, Text) and auth.literal == "NONE"
    if trigger.principal == EVERYBODY and not public:
        return
    by_url = {"lambda:functionurlauthtype": (Text.of("NONE" if public else "AWS_IAM"),), "lambda:invokedviafunctionurl": (Text.of("true"),)}
    values = {**_context(function, trigger), **by_url}
    first = list(_by_policy(function, trigger, INVOKE_URL, values))
    yield from first
    # Both are needed since October 2025; where neither is there, the second goes without saying.
    for refusal in () if first else _by_policy(function, trigger, INVOKE, values):
        yield Refusal(trigger, INVOKE, refusal.reason, refusal.near, refusal.denied, confidence=Confidence.LIKELY)


def _context(function: Function, trigger: Trigger) -> dict[str, tuple[Text, ...] | None]:
    """What is known of the service's request. A source's account is that of its ARN; buckets are taken to be our own."""
    own = account(function.arn) or Text.of(ACCOUNT)
    theirs = account(trigger.source) if trigger.source else None
    return {
        "aws:sourcearn": None if trigger.source is None else (trigger.source,),
        "aws:sourceaccount": (theirs or own,) if trigger.source is not None and (theirs or ":s3:" in str(trigger.source)) else None,
        "lambda:eventsourcetoken": None if trigger.kind in _TOKENS else (),
        "lambda:functionurlauthtype": (),
        "lambda:invokedviafunctionurl": (),
    }


def _policies(function: Function, target: Text) -> Iterator[tuple[Policy, Truth]]:
    """The function's own policies, and whether they are those of exactly this function, alias or version."""
    for attached in function.resource_policies:
        yield attached.policy, compiled(pieces(attached.resource, variables=False, wildcards=False)).relation(target)


def _by_policy(function: Function, trigger: Trigger, action: str, values: dict[str, tuple[Text, ...] | None]) -> Iterator[Refusal]:
    target = target_of(function, trigger)
    request = request_of(action, target, values)
    found = list(_policies(function, target))
    sure = admission((policy for policy, how in found if how is Truth.YES), trigger.principal, request)
    perhaps = any(how is Truth.MAYBE and _may_admit(policy, trigger) for policy, how in found)
    if sure.denied or (sure.truth is Truth.NO and not perhaps):
        yield _refusal(function, trigger, action, sure)


def _may_admit(policy: Policy, trigger: Trigger) -> bool:
    return any(names(statement, trigger.principal) for statement in policy.statements)


def _refusal(function: Function, trigger: Trigger, action: str, found: Admission) -> Refusal:
    who = "everybody" if trigger.principal == EVERYBODY else trigger.principal
    match = found.matches[0] if found.matches else None
    if found.denied and match:
        return Refusal(trigger, action, f"{statement_name(match.policy, match.statement)} denies it", found.matches, denied=True)
    if found.fit is Fit.CONDITION_FAILS and match:
        conditions = listed(condition_text(condition) for condition in match.statement.conditions)
        return Refusal(
            trigger, action, f"{statement_name(match.policy, match.statement)} admits {who} only with {conditions}", found.matches
        )
    elsewhere = list(_elsewhere(function, trigger))
    if elsewhere:
        where = listed(f"{match.statement.sid or match.policy.name} is for {resource}" for match, resource in elsewhere)
        reason = f"a permission must be for exactly {target_of(function, trigger)}: {where}"
        return Refusal(trigger, action, reason, tuple(match for match, _ in elsewhere), general=True)
    return Refusal(trigger, action, f"no statement of the function's resource-based policy admits {who}", general=True)


def _elsewhere(function: Function, trigger: Trigger) -> Iterator[tuple[Match, Text]]:
    """Statements that admit the caller to another qualifier of the function."""
    target = target_of(function, trigger)
    for attached in function.resource_policies:
        for statement in attached.policy.statements:
            if attached.resource != target and names(statement, trigger.principal) is Truth.YES:
                yield Match(attached.policy, statement, Fit.OTHER_RESOURCE), attached.resource
