"""Minimal statements grant exactly what is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_iam_scan.least_privilege import Grant, Sub, as_json, as_sub, as_terraform, grants, terraform_name, yaml_scalar
from lambda_iam_scan.model.iam import Necessity, Requirement, Source
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text, Token, TokenKind

TABLE = Token("Table", TokenKind.RESOURCE)


def need(action: str, *resources: str) -> Requirement:
    return Requirement(
        action=action, resources=tuple(Text.of(resource) for resource in resources), source=Source.CODE, need=Necessity.ALWAYS
    )


def grant(actions: str, *resources: str) -> Grant:
    return Grant(tuple(actions.split()), tuple(Text.of(resource) for resource in resources))


def test_actions_on_the_same_resources_share_a_statement() -> None:
    assert grants([need("s3:PutObject", "b"), need("s3:GetObject", "b")]) == (grant("s3:GetObject s3:PutObject", "b"),)


def test_actions_on_different_resources_do_not() -> None:
    assert grants([need("s3:PutObject", "b"), need("s3:GetObject", "b", "c")]) == (
        grant("s3:GetObject", "b", "c"),
        grant("s3:PutObject", "b"),
    )


def test_an_unknown_resource_is_every_resource_and_takes_in_the_others() -> None:
    unknown = replace(need("s3:GetObject"), resources=(Text.of(Hole("event")),))
    assert grants([need("s3:GetObject", "b"), unknown]) == (grant("s3:GetObject", "*"),)
    assert grants([need("sts:X")]) == (grant("sts:X", "*"),)


def test_what_is_only_possible_is_left_out() -> None:
    assert grants([replace(need("kms:Decrypt", "k"), need=Necessity.POSSIBLE)]) == ()


def test_a_role_is_passed_to_the_service_that_is_known_only() -> None:
    known = replace(need("iam:PassRole", "r"), context=(("iam:PassedToService", (Text.of("states.amazonaws.com"),)),))
    assert grants([known]) == (Grant(("iam:PassRole",), (Text.of("r"),), (("iam:PassedToService", ("states.amazonaws.com",)),)),)
    unknown = replace(known, context=(("iam:PassedToService", (Text.of(Hole("argument")),)),))
    assert grants([unknown]) == (grant("iam:PassRole", "r"),)


NEEDS = st.lists(st.builds(need, st.sampled_from(["a:A", "a:B", "b:C"]), st.sampled_from(["x", "y", "z"])))


@given(NEEDS)
def test_nothing_more_and_nothing_less_than_needed(needs: list[Requirement]) -> None:
    granted = {(action, str(resource)) for one in grants(needs) for action in one.actions for resource in one.resources}
    assert granted == {(one.action, str(resource)) for one in needs for resource in one.resources}


@given(NEEDS, st.randoms())
def test_order_does_not_matter(needs: list[Requirement], random: st.DrawFn) -> None:
    shuffled = list(needs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert grants(shuffled) == grants(needs)


@pytest.mark.parametrize(
    ("text", "json", "sub", "terraform"),
    [
        (
            Text.of("a:", REGION, ":t/", TABLE),
            "a:*:t/${Table}",
            "!Sub a:${AWS::Region}:t/${Table}",
            '"a:${data.aws_region.current.region}:t/${var.table}"',
        ),
        (Text.of("a/", Hole("key")), "a/*", "a/*", '"a/*"'),
        (Text.of("a/${x}/", TABLE), "a/${x}/${Table}", '!Sub "a/${!x}/${Table}"', '"a/$${x}/${var.table}"'),
        (Text.of(Token("resolve:ssm:x", TokenKind.PARAMETER)), "${resolve:ssm:x}", '"*"', '"${var.resolve_ssm_x}"'),
        (
            Text.of(Token("aws_sqs_queue.q.arn", TokenKind.RESOURCE)),
            "${aws_sqs_queue.q.arn}",
            '"*"',
            '"${aws_sqs_queue.q.arn}"',
        ),
    ],
)
def test_resources_as_each_language_writes_them(text: Text, json: str, sub: str, terraform: str) -> None:
    assert (as_json(text), yaml_scalar(as_sub(text)), as_terraform(text)) == (json, sub, terraform)


@pytest.mark.parametrize(
    ("name", "identifier"), [("OrdersTable", "orders_table"), ("a/b.py#handler", "a_b_py_handler"), ("1x", "name_1x"), ("", "name")]
)
def test_terraform_names(name: str, identifier: str) -> None:
    assert terraform_name(name) == identifier


def test_names_that_ref_does_not_give_are_attributes() -> None:
    own = ("arn:", PARTITION)
    where = (REGION, ":", ACCOUNT, ":")
    name = Token("It", TokenKind.RESOURCE)
    written = "${AWS::Region}:${AWS::AccountId}:"
    assert as_sub(Text.of(*own, ":sqs:", *where, name)) == Sub("arn:${AWS::Partition}:sqs:" + written + "${It.QueueName}")
    assert as_sub(Text.of(*own, ":sns:", *where, name)) == Sub("arn:${AWS::Partition}:sns:" + written + "${It.TopicName}")
    secret = Text.of(*own, ":secretsmanager:", *where, "secret:", name, "-", Token("It.Suffix", TokenKind.RESOURCE))
    assert as_sub(secret) == Sub("${It}")
    assert as_sub(Text.of(*own, ":dynamodb:", *where, "table/", name)) == Sub("arn:${AWS::Partition}:dynamodb:" + written + "table/${It}")
