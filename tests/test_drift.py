"""Declared role against deployed role: what differs, and what only looks different."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_iam_scan.drift import Kind, differences
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.iam import Condition, Effect, Entry, Policy, PolicyKind, PrincipalEntry, Role, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text, Token, TokenKind

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/stack-Table-1ABC"
TABLE_TOKEN = Text.of("arn:", PARTITION, ":dynamodb:", REGION, ":", ACCOUNT, ":table/", Token("Table", TokenKind.RESOURCE))


def statement(action: str, resource: Text | str = "*", *conditions: Condition, effect: Effect = Effect.ALLOW) -> Statement:
    return Statement(effect=effect, actions=(Entry(Text.of(action)),), resources=(Entry(Text.of(resource)),), conditions=conditions)


def policy(*statements: Statement, kind: PolicyKind = PolicyKind.INLINE, name: str = "p") -> Policy:
    return Policy(name=name, kind=kind, statements=statements)


def role(*policies: Policy, arn: str | None = None, boundary: Policy | None = None, trust: Policy | None = None, gap: bool = False) -> Role:
    gaps = (Gap(kind=GapKind.UNRESOLVED_POLICY, reason="r", location=Location("t.yaml")),) if gap else ()
    text = Text.of(arn) if arn else Text.of(Token("Role", TokenKind.RESOURCE))
    return Role(id="r", name=text, arn=text, policies=policies, boundary=boundary, trust=trust, gaps=gaps)


def kinds(declared: Role, deployed: Role) -> list[Kind]:
    return [difference.kind for difference in differences(declared, deployed)]


def differs(declared: Role, deployed: Role, *expected: Kind) -> None:
    assert kinds(declared, deployed) == list(expected)


def same(declared: Role, deployed: Role) -> None:
    assert kinds(declared, deployed) == []


def test_added_and_lacking() -> None:
    one, other = role(policy(statement("s3:GetObject"))), role(policy(statement("s3:PutObject")))
    differs(one, other, Kind.ADDED, Kind.LACKING)
    assert [difference.what for difference in differences(one, other)] == ["allows s3:PutObject on *", "allows s3:GetObject on *"]


def test_split_into_documents_otherwise() -> None:
    both = role(policy(statement("s3:GetObject"), statement("s3:PutObject")))
    same(both, role(policy(statement("S3:putobject"), name="a"), policy(statement("s3:GetObject"), name="b")))


def test_generated_names_match() -> None:
    same(role(policy(statement("dynamodb:GetItem", TABLE_TOKEN))), role(policy(statement("dynamodb:GetItem", TABLE))))


def test_another_service_does_not() -> None:
    deployed = role(policy(statement("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:123456789012:stream/x")))
    differs(role(policy(statement("dynamodb:GetItem", TABLE_TOKEN))), deployed, Kind.ADDED, Kind.LACKING)


def test_a_wildcard_is_compared_as_written() -> None:
    differs(role(policy(statement("s3:*"))), role(policy(statement("s3:GetObject"))), Kind.ADDED, Kind.LACKING)


def test_an_unknown_part_matches_anything() -> None:
    same(role(policy(statement("s3:GetObject", Text.of(Hole("x"))))), role(policy(statement("s3:GetObject", "arn:aws:s3:::a"))))


def test_effect_and_conditions_count() -> None:
    secure = Condition("Bool", "aws:SecureTransport", (Text.of("true"),))
    plain = role(policy(statement("s3:GetObject")))
    differs(plain, role(policy(statement("s3:GetObject", effect=Effect.DENY))), Kind.ADDED, Kind.LACKING)
    differs(plain, role(policy(statement("s3:GetObject", "*", secure))), Kind.ADDED, Kind.LACKING)
    same(role(policy(statement("s3:GetObject", "*", secure))), role(policy(statement("s3:GetObject", "*", secure))))


def test_managed_policies_go_by_name() -> None:
    def managed(*statements: Statement) -> Policy:
        name = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        return policy(*statements, kind=PolicyKind.AWS_MANAGED, name=name)

    differs(role(), role(managed()), Kind.MANAGED_ADDED)
    differs(role(managed()), role(), Kind.MANAGED_LACKING)
    same(role(managed()), role(managed(statement("logs:CreateLogGroup"))))


def test_boundary() -> None:
    limit, other = policy(statement("s3:*"), kind=PolicyKind.BOUNDARY), policy(statement("sqs:*"), kind=PolicyKind.BOUNDARY)
    differs(role(), role(boundary=limit), Kind.BOUNDARY)
    differs(role(boundary=limit), role(boundary=other), Kind.BOUNDARY)
    same(role(boundary=limit), role(boundary=limit))


def trusted(*services: str) -> Policy:
    who = tuple(PrincipalEntry("Service", Text.of(service)) for service in services)
    return policy(Statement(effect=Effect.ALLOW, actions=(Entry(Text.of("sts:AssumeRole")),), principals=who), kind=PolicyKind.TRUST)


def test_trust() -> None:
    ours = trusted("lambda.amazonaws.com")
    differs(role(trust=ours), role(trust=trusted("lambda.amazonaws.com", "ec2.amazonaws.com")), Kind.TRUST)
    same(role(trust=ours), role(trust=ours))
    same(role(), role(trust=ours))


def test_another_role_says_all() -> None:
    a, b = "arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b"
    differs(role(policy(statement("s3:*")), arn=a), role(arn=b), Kind.OTHER_ROLE)


def test_a_role_goes_by_its_name_whatever_its_path() -> None:
    own = Text.of("arn:", PARTITION, ":iam::", ACCOUNT, ":role/orders")
    declared = replace(role(policy(statement("s3:GetObject"))), name=Text.of("orders"), arn=own)
    deployed = role(policy(statement("s3:GetObject")), arn="arn:aws:iam::123456789012:role/svc/orders")
    same(declared, replace(deployed, name=Text.of("orders")))
    differs(declared, replace(deployed, name=Text.of("others")), Kind.OTHER_ROLE)
    same(replace(declared, name=Text.of(Token("Role", TokenKind.RESOURCE))), replace(deployed, name=Text.of("stack-Role-1ABC")))


@pytest.mark.parametrize("gap_in_declared", [True, False])
def test_what_could_not_be_read_is_not_held_against_the_other(gap_in_declared: bool) -> None:
    declared = role(policy(statement("s3:GetObject")), gap=gap_in_declared)
    deployed = role(policy(statement("s3:PutObject")), gap=not gap_in_declared)
    differs(declared, deployed, Kind.LACKING if gap_in_declared else Kind.ADDED)
