"""What a function needs against what its role, and the resources' own policies, grant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from lambda_iam_scan.iam.describe import describe_cause, describe_doubt, listed
from lambda_iam_scan.iam.evaluate import Decision, PolicySet, Request, Result
from lambda_iam_scan.iam.invocation import invocation_caller, invocation_values, request_context
from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.iam.unscoped import asked
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.model.iam import Cause, Comparison, Entry, Outcome, Policy, Requirement, ResourcePolicy, Role, Statement, Verdict
from lambda_iam_scan.model.text import Text, Token

ANYTHING = Text.of("*")
_OWNERS = {"sts": "iam"}
"""Prefixes of actions that are on another service's resources."""
_WILD = frozenset("*?")
_OUTCOMES = {
    Result.ALLOWED: Outcome.GRANTED,
    Result.EXPLICITLY_DENIED: Outcome.DENIED,
    Result.IMPLICITLY_DENIED: Outcome.MISSING,
    Result.UNDECIDED: Outcome.UNVERIFIED,
}


def compare(requirements: Sequence[Requirement], function: Function, resource_policies: Iterable[ResourcePolicy] = ()) -> Comparison:
    """A verdict for each resource of each requirement, in order. Without a role everything is NOT_COMPARED.

    What a role with gaps does not visibly grant is UNVERIFIED: the unread part may grant it.
    """
    asked = [(index, need, on) for index, need in enumerate(requirements) for on in need.resources or (ANYTHING,)]
    role = function.role
    if role is None:
        return Comparison(verdicts=tuple(Verdict(requirement=i, resource=on, outcome=Outcome.NOT_COMPARED) for i, _, on in asked))
    attached = resource_policies if isinstance(resource_policies, Attached) else Attached(resource_policies)
    judge = _Judge(role, function, attached)
    return Comparison(verdicts=tuple(judge.verdict(index, need, on) for index, need, on in asked))


class Attached(tuple[ResourcePolicy, ...]):
    """Resource-based policies, to be judged by for many functions: a large application has a role for each, and each has a trust policy."""

    @cached_property
    def by_service(self) -> Mapping[str, Sequence[ResourcePolicy]]:
        """Those of each service's resources; under no name, those of which that is not known."""
        found: dict[str, list[ResourcePolicy]] = {}
        for policy in self:
            found.setdefault(_service(policy.resource), []).append(policy)
        return found


def attached_policies(deployment: Deployment) -> Attached:
    """Every resource-based policy of a deployment that may admit a role: of queues, buckets ..., and of the functions themselves."""
    own = (policy for function in deployment.functions for policy in function.resource_policies)
    admitting = (attached for attached in own if any(map(_may_admit_a_role, attached.policy.statements)))
    return Attached((*deployment.resource_policies, *admitting))


def _may_admit_a_role(statement: Statement) -> bool:
    return bool(statement.not_principals) or any(principal.kind != "Service" for principal in statement.principals)


class _Judge:
    def __init__(self, role: Role, function: Function, attached: Attached) -> None:
        self.role = role
        self.caller = invocation_caller(role, function)
        self.common = invocation_values(role, function)
        self.attached = attached.by_service
        self.own = PolicySet(role.policies, role.boundary)

    def verdict(self, index: int, need: Requirement, resource: Text) -> Verdict:
        """What the role says to a resource; to one that is one of several, what it says to all of them alike."""
        found = [self._verdict(index, need, choice) for choice in resource.choices]
        first, *others = (replace(verdict, resource=resource) for verdict in found)
        if all(verdict.outcome is first.outcome and verdict.cause is first.cause for verdict in others):
            return first
        granted = [str(verdict.resource) for verdict in found if verdict.outcome is Outcome.GRANTED]
        which = listed(str(choice) for choice in resource.choices)
        reason = f"whether it is {which} is not known; {need.action} is allowed on {listed(granted) if granted else 'neither for sure'}"
        return replace(first, outcome=Outcome.UNVERIFIED, cause=Cause.UNKNOWN, reason=reason)

    def _verdict(self, index: int, need: Requirement, resource: Text) -> Verdict:
        request = Request(need.action, asked(need.action, resource), self.caller, request_context(self.common, need, resource))
        decision = self._policies(need.action, resource).decide(request)
        outcome, cause, reason = self._judged(decision, request)
        statements = tuple(match.statement for match in decision.matches)
        return Verdict(requirement=index, resource=resource, outcome=outcome, cause=cause, reason=reason, statements=statements)

    def _policies(self, action: str, resource: Text) -> PolicySet:
        prefix = action.partition(":")[0].lower()
        service = _service(resource) or _OWNERS.get(prefix, prefix)
        attached = [*self.attached.get(service, ()), *self.attached.get("", ())]
        near = [(policy, how) for policy, on in map(_local, attached) if (how := _attached(on, resource))]
        surely = all(how is Truth.YES for _, how in near)
        return self.own.on((policy for policy, _ in near), surely=surely) if near else self.own

    def _judged(self, decision: Decision, request: Request) -> tuple[Outcome, Cause | None, str]:
        outcome = _OUTCOMES[decision.result]
        if outcome is Outcome.GRANTED:
            unread = self.role.unread_boundary
            if unread is not None:
                return Outcome.UNVERIFIED, Cause.UNKNOWN, f"granted, but its permissions boundary could not be read: {unread.reason}"
            return outcome, None, ""
        if outcome is Outcome.UNVERIFIED:
            return outcome, Cause.UNKNOWN, describe_doubt(decision, request)
        reason = describe_cause(decision, request)
        unread_grants = self.role.unread_grants
        if outcome is Outcome.MISSING and unread_grants:
            return Outcome.UNVERIFIED, Cause.UNKNOWN, f"{reason}, but not all of the role could be read: {unread_grants[0].reason}"
        return outcome, decision.cause, reason


def _service(resource: Text) -> str:
    """The service that an ARN names; empty when it is not known."""
    head = resource.parts[0] if resource.parts and isinstance(resource.parts[0], str) else ""
    if head == "arn:" and len(resource.parts) > 2 and isinstance(resource.parts[1], Token) and isinstance(resource.parts[2], str):
        head = f"arn:aws{resource.parts[2]}"
    pieces = head.split(":")
    return pieces[2] if len(pieces) > 3 and not _WILD.intersection(pieces[2]) else ""


def _attached(patterns: tuple[Entry, ...], resource: Text) -> Truth:
    return max(compiled(pieces(entry.text, variables=False), True).relation(resource, arn=True) for entry in patterns)


def _local(attached: ResourcePolicy) -> tuple[Policy, tuple[Entry, ...]]:
    """The policy with `Resource: "*"` (or none) spelled out: it means the resource that the policy is attached to, and what is below it."""
    below = tuple(Entry(Text.of(attached.resource, end)) for end in ("", "/*", ":*"))
    return replace(attached.policy, statements=tuple(_localized(statement, below) for statement in attached.policy.statements)), below


def _localized(statement: Statement, below: tuple[Entry, ...]) -> Statement:
    if statement.not_resources:
        return statement
    named = [entry for entry in statement.resources if entry.text != ANYTHING]
    everything = len(named) < len(statement.resources) or not statement.resources
    return replace(statement, resources=(*named, *below) if everything else tuple(named))
