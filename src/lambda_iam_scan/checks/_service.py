"""How policies judge a request that an AWS service makes in its own name: assuming a role, invoking a function.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lambda_iam_scan.iam.condition import Context
from lambda_iam_scan.iam.evaluate import CompiledStatement, Fit, Match, Request
from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.iam.principal import Caller
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.iam import Effect, Policy, PrincipalEntry, Statement
from lambda_iam_scan.model.text import Text

EVERYBODY = "*"
_REGIONAL = re.compile(r"^([a-z0-9-]+)\.(?:\$\{AWS::Region\}|[a-z]{2}(?:-[a-z]+)+-\d)\.(amazonaws\.com)$")


@dataclass(frozen=True, slots=True)
class Admission:
    """`matches`: the statements that admit, deny or, failing that, come nearest; `fit`: how far these get."""

    truth: Truth
    fit: Fit
    matches: tuple[Match, ...] = ()
    denied: bool = False


def admission(policies: Iterable[Policy], service: str, request: Request) -> Admission:
    """Whether the policies admit a service (or, with `*`, everybody) to the request. An explicit deny wins."""
    allowing, denying = _Nearest(), _Nearest()
    for policy in policies:
        for statement in policy.statements:
            nearest = allowing if statement.effect is Effect.ALLOW else denying
            nearest.add(Match(policy, statement, _fit(policy, statement, service, request)))
    if denying.fit is Fit.APPLIES:
        return Admission(Truth.NO, denying.fit, denying.matches, denied=True)
    truth = min(allowing.fit.truth, denying.fit.truth.negated())
    return Admission(truth, allowing.fit, allowing.matches)


class _Nearest:
    """The statements that get farthest."""

    def __init__(self) -> None:
        self.fit = Fit.OTHER_ACTION
        self.matches: tuple[Match, ...] = ()

    def add(self, match: Match) -> None:
        if match.fit > self.fit:
            self.fit, self.matches = match.fit, (match,)
        elif match.fit is self.fit and match.fit is not Fit.OTHER_ACTION:
            self.matches = (*self.matches, match)


def _fit(policy: Policy, statement: Statement, service: str, request: Request) -> Fit:
    named = names(statement, service)
    fit = CompiledStatement(policy, statement).fit(request)
    if fit is Fit.OTHER_ACTION:
        return fit
    if not named:
        return Fit.OTHER_PRINCIPAL
    return fit if named is Truth.YES else min(fit, Fit.PERHAPS)


def names(statement: Statement, service: str) -> Truth:
    """Whether a statement's principals include the service (or, with `*`, everybody)."""
    if statement.not_principals:
        return Truth.MAYBE
    return max((_is(entry, service) for entry in statement.principals), default=Truth.NO)


def _is(entry: PrincipalEntry, service: str) -> Truth:
    if entry.kind == EVERYBODY or (entry.kind == "AWS" and entry.text.literal == EVERYBODY):
        return Truth.YES
    if service == EVERYBODY or entry.kind not in ("Service", "AWS"):
        return Truth.NO
    if entry.kind == "AWS":
        return Truth.MAYBE if _hides_its_kind(entry.text) else Truth.NO
    return compiled(pieces(service_named(entry.text), variables=False, wildcards=False)).relation(Text.of(service))


def _hides_its_kind(text: Text) -> bool:
    """A parameter may be a service, an account or an ARN."""
    return not any(isinstance(part, str) for part in text.parts) and str(text) != "${AWS::AccountId}"


def service_named(text: Text) -> Text:
    """A service principal in one spelling: `logs.eu-west-1.amazonaws.com` and `logs.${AWS::URLSuffix}` are `logs.amazonaws.com`."""
    written = str(text).lower().replace("${aws::urlsuffix}", "amazonaws.com").replace("${aws::region}", "${AWS::Region}")
    written = written.removesuffix(".cn") if written.endswith(".amazonaws.com.cn") else written
    match = _REGIONAL.match(written)
    if match:
        return Text.of(f"{match[1]}.{match[2]}")
    return Text.of(written) if "${" not in written and "*" not in written else text


def request_of(action: str, resource: Text, values: dict[str, tuple[Text, ...] | None]) -> Request:
    """A service's request: services have no ARN. What `values` leaves out is unknown."""
    return Request(action, resource, Caller(Text.of("")), Context(values))


def service_principals(statement: Statement) -> Iterator[PrincipalEntry]:
    """The services that a statement names."""
    return (entry for entry in statement.principals if entry.kind == "Service")
