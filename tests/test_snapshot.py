"""Snapshots: what is saved comes back, and nothing secret is saved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.snapshot import Answer, Question, Refusal, Telling, dumps, loads, masked

ASKED = Question.of("lambda", "GetFunction", "eu-west-1", {"FunctionName": "orders"})
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-prod"


def variables(**values: str) -> dict[str, Any]:
    return {"Configuration": {"Environment": {"Variables": values}}}


def kept(value: str, *needed: str) -> bool:
    answer = masked(variables(X=value), Telling(needed))
    assert not isinstance(answer, Refusal)
    return bool(answer["Configuration"]["Environment"]["Variables"]["X"] == value)


@pytest.mark.parametrize(
    ("value", "needed"),
    [
        ("orders-prod", ARN),
        ("prod", ARN),
        ("eu-west-1", ARN),
        (ARN, ""),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", ""),
        ("s3://reports/", "arn:aws:s3:::reports/*"),
        ("", ""),
    ],
)
def test_a_value_that_names_a_resource_stays(value: str, needed: str) -> None:
    assert kept(value, needed)


@pytest.mark.parametrize(
    ("value", "needed"),
    [
        ("hunter2", ARN),
        ("ord", ARN),
        ("1234", ARN),
        ("https://user:secret@sqs.eu-west-1.amazonaws.com/1/q", ""),
        ("https://b.s3.amazonaws.com/k?X-Amz-Signature=abc", ""),
        ("https://hooks.example.com/T0/B0/secret", ""),
        ("arn:aws:x secret", ""),
    ],
)
def test_any_other_value_goes(value: str, needed: str) -> None:
    assert not kept(value, needed)


def test_a_masked_variable_is_still_known_to_be_there() -> None:
    assert masked(variables(PASSWORD="hunter2")) == {"Configuration": {"Environment": {"Variables": {"PASSWORD": None}}}}


def test_a_variable_that_is_told_is_told_by_name_and_value() -> None:
    telling = Telling(variables=frozenset({("PREFIX", "ord")}))
    answer = {"Environment": {"Variables": {"PREFIX": "ord", "PASSWORD": "ord"}}}
    assert masked(answer, telling) == {"Environment": {"Variables": {"PREFIX": "ord", "PASSWORD": None}}}


@pytest.mark.parametrize(
    "secret",
    [
        "postgres://app:hunter2@db.internal:5432/orders",
        "Server=db;User Id=app;Password=hunter2;",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
        "https://reports.s3.amazonaws.com/k?X-Amz-Credential=a&X-Amz-Signature=b",
        "mongodb+srv://u:p@cluster.mongodb.net",
        "xoxb-1-2-abc",
        '{"user": "app", "password": "hunter2"}',
    ],
)
def test_secrets_in_every_dress_go(secret: str) -> None:
    telling = Telling((ARN, "arn:aws:s3:::reports/*"))
    for answer in (variables(X=secret), {"Functions": [{"Environment": {"Variables": {"X": secret}}}]}):
        assert secret not in json.dumps(masked(answer, telling))


def test_of_an_images_command_only_the_handler_stays() -> None:
    image = {"ImageConfigResponse": {"ImageConfig": {"EntryPoint": ["/run", "--token", "s"], "Command": ["app.handler", "hunter2"]}}}
    assert masked(image) == {"ImageConfigResponse": {"ImageConfig": {"Command": ["app.handler"]}}}


def test_signed_urls_go() -> None:
    answer = {"Code": {"Location": "https://x/?X-Amz-Signature=1", "RepositoryType": "S3"}, "Location": "stays"}
    assert masked(answer) == {"Code": {"RepositoryType": "S3"}, "Location": "stays"}


def test_shared_secrets_in_conditions_go() -> None:
    document = {"Statement": [{"Condition": {"StringEquals": {"aws:Referer": "hunter2", "aws:SourceAccount": "1"}}}]}
    for answer in (masked({"PolicyDocument": document}), masked({"Policy": json.dumps(document)})):
        assert "hunter2" not in json.dumps(answer)
        assert "aws:SourceAccount" in json.dumps(answer)


def test_lists_are_masked_too() -> None:
    rows = {"Functions": [{"Environment": {"Variables": {"P": "hunter2"}}}]}
    assert "hunter2" not in dumps({ASKED: rows})


def test_the_order_of_asking_does_not_show() -> None:
    other = Question.of("iam", "GetRole", None, {"RoleName": "r"})
    rows: dict[Question, Answer] = {ASKED: {"a": 1}, other: Refusal("AccessDenied", "iam:GetRole")}
    assert dumps(rows) == dumps(dict(reversed(rows.items())))


_NAME = st.sampled_from(["Environment", "Variables", "Code", "Location", "Condition", "x"]) | st.text(max_size=3)
_ATOM = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
_JSON = st.recursive(_ATOM, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAME, inner, max_size=3), max_leaves=5)
_ANSWER = st.dictionaries(_NAME, _JSON, max_size=3)
_CALM = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy; slow is not wrong."""


@_CALM
@given(_ANSWER, st.dictionaries(_NAME, st.text(max_size=3), max_size=2))
def test_what_is_saved_comes_back_masked(answer: dict[str, Any], parameters: dict[str, str]) -> None:
    question = Question.of("s", "O", None, parameters)
    assert loads(dumps({question: answer})) == {question: masked(answer)}


@_CALM
@given(_ANSWER)
def test_masking_twice_is_masking_once(answer: dict[str, Any]) -> None:
    assert masked(masked(answer)) == masked(answer)


def test_refusals_come_back() -> None:
    refusal = Refusal("AccessDenied", "lambda:GetFunction")
    assert loads(dumps({ASKED: refusal})) == {ASKED: refusal}


@_CALM
@given(_JSON)
def test_anything_else_is_one_clear_error(data: Any) -> None:
    with pytest.raises(InputError, match="snapshot"):
        loads(json.dumps(data))


@pytest.mark.parametrize(
    "text", ["", "{", '{"snapshot_version": 1, "answers": [{"service": 1}]}', '{"snapshot_version": 9, "answers": []}', "[" * 100_000]
)
def test_broken_files(text: str) -> None:
    with pytest.raises(InputError, match="snapshot"):
        loads(text)
