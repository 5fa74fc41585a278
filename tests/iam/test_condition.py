from typing import Any

import pytest

from lambda_iam_scan.iam.condition import CompiledCondition, Context, known_operator
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.iam import Condition
from lambda_iam_scan.model.text import REGION, Text
from tests.iam.building import HOLE, text

YES, MAYBE, NO = Truth.YES, Truth.MAYBE, Truth.NO


def holds(operator: str, wanted: Any, given: Any, *, variables: dict[str, str] | None = None, assume: bool = True) -> Truth:
    """`given`: a value, a list of values, [] for an absent key, None for an unknown one."""
    values = given if isinstance(given, list) or given is None else [given]
    known: dict[str, tuple[Text, ...] | None] = {key: (text(value),) for key, value in (variables or {}).items()}
    known["k:k"] = None if values is None else tuple(value if isinstance(value, Text) else text(value) for value in values)
    policy_values = tuple(text(value) for value in (wanted if isinstance(wanted, list) else [wanted]))
    return CompiledCondition(Condition(operator, "K:k", policy_values), True).holds(Context(known, complete=True), assume)


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("StringEquals", "a", "a", YES),
        ("StringEquals", "a", "A", NO),
        ("StringEquals", "a*", "ab", NO),
        ("StringEquals", ["a", "b"], "b", YES),
        ("StringEqualsIgnoreCase", "aB", "Ab", YES),
        ("StringNotEqualsIgnoreCase", "aB", "Ab", NO),
        ("stringequals", "a", "a", YES),
        ("StringLike", "a*", "ab", YES),
        ("StringNotLike", "a*", "ab", NO),
        ("StringNotLike", ["x*", "y*"], "ab", YES),
        ("StringNotEquals", ["a", "b"], "b", NO),
        ("StringNotEquals", ["a", "b"], "c", YES),
        ("NumericLessThan", "10", "9.5", YES),
        ("NumericEquals", "10", "10.0", YES),
        ("NumericNotEquals", "10", "11", YES),
        ("NumericGreaterThanEquals", "10", "ten", NO),
        ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", YES),
        ("DateGreaterThan", "2026-01-01", "1800000000", YES),
        ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", YES),
        ("DateEquals", "someday", "2026-01-01T01:00:00+01:00", NO),
        ("Bool", "true", "TRUE", YES),
        ("Bool", "false", "true", NO),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", YES),
        ("BinaryEquals", "QmluYXJ5", "eA==", NO),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", YES),
        ("IpAddress", "10.0.0.0/8", "11.1.2.3", NO),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", YES),
        ("IpAddress", "2001:db8::/32", "10.1.2.3", NO),
        ("NotIpAddress", ["10.0.0.0/8", "192.168.0.1"], "192.168.0.1", NO),
        ("ArnEquals", "arn:aws:iam::*:role/x*", "arn:aws:iam::123456789012:role/xy", YES),
        ("ArnLike", "arn:aws:sns:*:*:t", "arn:aws:sns:us-east-1:1:a:t", NO),
        ("ArnLike", "arn:aws:s3:*", "arn:aws:s3:::b", NO),
        ("ArnNotLike", "arn:aws:sns:*:*:t", "arn:aws:sns:us-east-1:1:t", NO),
        ("ArnLike", "arn:aws:sns:*:*:t", "no arn", NO),
    ],
)
def test_operators(operator: str, wanted: Any, given: str, expected: Truth) -> None:
    assert holds(operator, wanted, given) is expected
    assert holds(operator + "IfExists", wanted, given) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", NO),
        ("StringEqualsIfExists", YES),
        ("StringNotEquals", YES),
        ("Bool", NO),
        ("BoolIfExists", YES),
        ("NotIpAddress", YES),
        ("ForAllValues:StringEquals", YES),
        ("ForAnyValue:StringEquals", NO),
        ("ForAnyValue:StringNotEquals", NO),
        ("ForAnyValue:StringEqualsIfExists", YES),
    ],
)
def test_an_absent_key(operator: str, expected: Truth) -> None:
    assert holds(operator, "true", []) is expected


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [("true", [], YES), ("true", "x", NO), ("false", [], NO), ("false", "x", YES), ("TRUE", [], YES), ("true", None, MAYBE)],
)
def test_null(wanted: str, given: Any, expected: Truth) -> None:
    assert holds("Null", wanted, given) is expected


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], YES),
        ("ForAllValues:StringEquals", ["a", "x"], NO),
        ("ForAnyValue:StringEquals", ["a", "x"], YES),
        ("ForAnyValue:StringEquals", ["y", "x"], NO),
        ("ForAllValues:StringNotEquals", ["y", "x"], YES),
        ("ForAllValues:StringNotEquals", ["y", "a"], NO),
        ("ForAnyValue:StringNotEquals", ["y", "a"], YES),
        ("ForAnyValue:StringNotEquals", ["b", "a"], NO),
    ],
)
def test_sets(operator: str, given: list[str], expected: Truth) -> None:
    assert holds(operator, ["a", "b"], given) is expected


@pytest.mark.parametrize(
    "operator", ["StringEquals", "StringNotEquals", "StringLikeIfExists", "ForAllValues:StringLike", "Bool", "IpAddress"]
)
def test_nothing_known_of_the_key(operator: str) -> None:
    assert holds(operator, "x", None) is MAYBE


def test_a_value_known_in_part() -> None:
    assert holds("StringLike", "prod-*", text("prod-", HOLE)) is YES
    assert holds("StringLike", "prod-*", text("test-", HOLE)) is NO
    assert holds("StringNotLike", "prod-*", text("prod-", HOLE)) is NO
    assert holds("StringEquals", "prod-x", text("prod-", HOLE)) is MAYBE
    assert holds("NumericEquals", "1", text(HOLE)) is MAYBE


def test_the_own_region_is_assumed_only_in_favour_of_a_grant() -> None:
    assert holds("StringEquals", "us-east-1", text(REGION)) is YES
    assert holds("StringEquals", "us-east-1", text(REGION), assume=False) is MAYBE
    assert holds("StringNotEquals", "us-east-1", text(REGION)) is MAYBE
    assert holds("StringEquals", "nowhere", text(REGION)) is NO


def test_variables_in_values() -> None:
    assert holds("StringEquals", "${aws:username}-x", "al-x", variables={"aws:username": "al"}) is YES
    assert holds("StringEquals", "${aws:username}", "al") is NO
    assert holds("StringEquals", "${aws:username, 'al'}", "al") is YES
    assert holds("StringLike", "${*}", "*") is YES
    assert holds("StringLike", "${*}", "x") is NO


@pytest.mark.parametrize("written", ["StringEquals", "forallvalues:stringlikeifexists", "Null", "NumericLessThanEqualsIfExists"])
def test_known_operators(written: str) -> None:
    assert known_operator(written)


@pytest.mark.parametrize("written", ["StringEqual", "NullIfExists", "ForAllValues:Null", "ForAll:StringEquals", "", "IfExists"])
def test_unknown_operators(written: str) -> None:
    assert not known_operator(written)
