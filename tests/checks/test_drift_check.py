"""LIS501, from a whole scan."""

from __future__ import annotations

from dataclasses import replace

from lambda_iam_scan.checks.drift import CHECK
from lambda_iam_scan.disk import load_table
from lambda_iam_scan.model.code import CodeUse
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import Finding, FunctionScan, Scan
from lambda_iam_scan.model.iam import Effect, Entry, Policy, PolicyKind, Role, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import Tables

HOME = Location("template.yaml", 7)


def role(role_id: str, *actions: str, location: Location = HOME) -> Role:
    entries = tuple(Entry(Text.of(action), replace(location, line=location.line + at)) for at, action in enumerate(actions, 1))
    statement = Statement(effect=Effect.ALLOW, actions=entries, resources=(Entry(Text.of("*")),), location=location)
    policy = Policy(name="p", kind=PolicyKind.INLINE, statements=(statement,), location=location)
    return Role(
        id=role_id, name=Text.of("orders-role"), arn=Text.of("arn:aws:iam::123456789012:role/r"), policies=(policy,), location=location
    )


def function(name: str, deployed: Role | None, declared: Role | None) -> FunctionScan:
    text = Text.of(name)
    one = Function(
        id=name, name=text, arn=text, handler="a.h", runtime=None, code_roots=(), location=Location("template.yaml", 2), role=declared
    )
    both = replace(one, role=deployed, declared=one) if deployed else one
    return FunctionScan(function=both, code=CodeUse(calls=(), gaps=()), requirements=(), comparison=None)


def findings(*functions: FunctionScan) -> list[Finding]:
    return list(CHECK.run(Scan(deployments=(), functions=functions), Tables(load_table)))


DECLARED, DEPLOYED = (
    role("a", "s3:GetObject", "s3:PutObject"),
    role("b", "s3:GetObject", "s3:DeleteObject", location=Location("arn:aws:iam::1:role/r")),
)


def test_each_direction_is_one_finding() -> None:
    added, lacking = findings(function("f", DEPLOYED, DECLARED))
    assert added.message == "the deployed role orders-role has permissions that are not declared"
    assert (added.members, added.location) == (("s3:DeleteObject",), HOME)
    assert (lacking.members, lacking.location) == (("s3:PutObject",), Location("template.yaml", 9))


def test_a_shared_role_is_reported_once() -> None:
    assert len(findings(function("f", DEPLOYED, DECLARED), function("g", DEPLOYED, DECLARED))) == 2


def test_the_same_on_both_sides() -> None:
    assert findings(function("f", replace(DECLARED, id="b"), DECLARED)) == []


def test_without_an_account_there_is_nothing_to_compare() -> None:
    assert findings(function("f", None, DECLARED), function("g", DEPLOYED, None)) == []
