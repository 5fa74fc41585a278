import datetime
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_iam_scan.errors import PolicyError
from lambda_iam_scan.iam.document import load_json, parse_policy, read_policy
from lambda_iam_scan.model.iam import Effect, PolicyKind
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from tests.iam.building import HOLE, TABLE, allow, text

GOOD = allow("s3:GetObject", "arn:aws:s3:::b/*")


def parse(document: object, kind: PolicyKind = PolicyKind.INLINE) -> Any:
    return parse_policy(document, name="p", kind=kind)


def test_single_values_and_lists_read_alike() -> None:
    single, _ = parse({"Statement": GOOD})
    listed, _ = parse({"Statement": [allow(["s3:GetObject"], ["arn:aws:s3:::b/*"])]})
    assert single == listed


def test_every_element() -> None:
    statement = {
        "Sid": "A",
        "Effect": "Deny",
        "NotAction": ["s3:*"],
        "NotResource": text("arn:aws:s3:::", TABLE),
        "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a", 1, True, 2.5]}},
    }
    policy, problems = parse({"Version": "2012-10-17", "Id": "x", "Statement": [statement]})
    (read,) = policy.statements
    assert not problems
    assert (read.sid, read.effect, read.actions, read.resources) == ("A", Effect.DENY, (), ())
    assert [str(entry.text) for entry in (*read.not_actions, *read.not_resources)] == ["s3:*", "arn:aws:s3:::${Table}"]
    assert [str(value) for value in read.conditions[0].values] == ["a", "1", "true", "2.5"]


def test_principals() -> None:
    statements = [
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:*"},
        {"Effect": "Deny", "NotPrincipal": {"AWS": ["1", "2"], "Service": "s3.amazonaws.com"}, "Action": "sqs:*"},
    ]
    policy, problems = parse({"Statement": statements}, PolicyKind.RESOURCE_BASED)
    assert not problems
    assert [(p.kind, str(p.text)) for p in policy.statements[0].principals] == [("*", "*")]
    assert [(p.kind, str(p.text)) for p in policy.statements[1].not_principals] == [
        ("AWS", "1"),
        ("AWS", "2"),
        ("Service", "s3.amazonaws.com"),
    ]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (None, ""),
        ([], ""),
        ({}, ""),
        ({"Statement": [], "Version": "2013-01-01"}, "Version"),
        ({"Statement": [], "Vresion": "2012-10-17"}, "Vresion"),
        ({"Statement": "x"}, "Statement"),
        ({"Statement": [{}]}, "Statement[0]"),
        ({"Statement": [{**GOOD, "Effect": "allow"}]}, "Statement[0].Effect"),
        ({"Statement": [{**GOOD, "NotAction": "x"}]}, "Statement[0]"),
        ({"Statement": {**GOOD, "Action": []}}, "Statement.Action"),
        ({"Statement": {**GOOD, "Action": ["s3:*", None]}}, "Statement.Action[1]"),
        ({"Statement": {**GOOD, "Resource": {"Ref": "X"}}}, "Statement.Resource"),
        ({"Statement": {**GOOD, "Principal": "*"}}, "Statement.Principal"),
        ({"Statement": {**GOOD, "Condition": []}}, "Statement.Condition"),
        ({"Statement": {**GOOD, "Condition": {"StringEqual": {}}}}, "Statement.Condition.StringEqual"),
        ({"Statement": {**GOOD, "Condition": {"NullIfExists": {}}}}, "Statement.Condition.NullIfExists"),
        ({"Statement": {**GOOD, "Condition": {"Bool": {"a:b": {}}}}}, "Statement.Condition.Bool.a:b"),
        ({"Statement": {**GOOD, "Conditions": {}}}, "Statement.Conditions"),
        ({"Statement": {**GOOD, "Sid": 3}}, "Statement.Sid"),
        ({"Statement": text(HOLE)}, "Statement"),
    ],
)
def test_a_broken_element_is_named(document: object, path: str) -> None:
    _, problems = parse(document)
    assert [problem.path for problem in problems] == [path]
    with pytest.raises(PolicyError) as caught:
        read_policy(document, name="p", kind=PolicyKind.INLINE)
    assert caught.value.path == path


@pytest.mark.parametrize("principal", [None, "x", {}, {"AWS": 3}, {"Role": "x"}, []])
def test_a_broken_principal(principal: object) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:*"}
    assert len(parse({"Statement": statement}, PolicyKind.RESOURCE_BASED)[1]) == 1


def test_the_rest_is_read_all_the_same() -> None:
    policy, problems = parse({"Statement": [{**GOOD, "Effect": "x"}, GOOD, 3]})
    assert (len(policy.statements), [problem.path for problem in problems]) == (1, ["Statement[0].Effect", "Statement[2]"])


def test_places_are_those_of_the_elements() -> None:
    places = {("Statement", 0): 2, ("Statement", 0, "Action", 1): 5, ("Statement", 1): 9}
    policy, problems = parse_policy(
        {"Statement": [allow(["a:b", "c:d"]), {"Effect": "x"}]},
        name="p",
        kind=PolicyKind.INLINE,
        locate=lambda path: Location("t.yaml", places[path]) if path in places else None,
    )
    statement = policy.statements[0]
    assert [entry.location and entry.location.line for entry in statement.actions] == [None, 5]
    assert statement.location == Location("t.yaml", 2)
    assert problems[0].location == Location("t.yaml", 9)


def test_versions() -> None:
    assert parse({"Statement": GOOD})[0].version == "2008-10-17"
    assert parse({"Version": datetime.date(2012, 10, 17), "Statement": GOOD})[0].version == "2012-10-17"


def test_a_statement_that_is_not_known_says_why() -> None:
    (problem,) = parse({"Statement": [Text.of(HOLE)]})[1]
    assert "from the event" in problem.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Version", "Statement", "Effect", "Action", "Resource", "Principal", "Condition", "StringLike", "AWS", "Sid"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(JSON, st.sampled_from(list(PolicyKind)))
@settings(max_examples=300, deadline=None)
def test_any_json_gives_a_policy_or_our_own_error(document: object, kind: PolicyKind) -> None:
    problems = parse_policy(document, name="p", kind=kind)[1]
    with pytest.raises(PolicyError) if problems else nullcontext():
        read_policy(document, name="p", kind=kind)


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, '{"a": ' + "1" * 5000 + "}", b"\xff\xfe\x00"])
def test_text_that_is_no_json(content: str | bytes) -> None:
    with pytest.raises(PolicyError):
        load_json(content, "file")
