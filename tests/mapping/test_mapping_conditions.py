"""Conditions on arguments, in three values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_iam_scan.mapping.conditions import holds
from lambda_iam_scan.model.code import Argument, Fields, Items, OneOf, Unknown
from lambda_iam_scan.model.text import Text
from tests.mapping.calls import ANYTHING, UNKNOWN, argument, call, needed
from tools.tables.conditions import condition


def value(when: str, **arguments: Any) -> bool | None:
    return holds(condition(when), call("s3.PutObject", **arguments))


@pytest.mark.parametrize(
    ("when", "arguments", "expected"),
    [
        ("A", {"A": "x"}, True),
        ("A", {"A": ANYTHING}, True),
        ("A", {"A": UNKNOWN}, True),
        ("A", {}, False),
        ("A", {"A": None}, False),
        ("A", {"A": ""}, False),
        ("A", {"A": []}, False),
        ("A", {"B": "x"}, False),
        ("not A", {}, True),
        ("A and B", {"A": "x"}, False),
        ("A or B", {"A": "x"}, True),
        ("A == 'x'", {"A": "x"}, True),
        ("A == 'x'", {"A": "y"}, False),
        ("A == 'x'", {}, False),
        ("A != 'x'", {"A": "y"}, True),
        ("A == 'x'", {"A": ANYTHING}, None),
        ("A == 'x'", {"A": Text.of("y", *ANYTHING.parts)}, False),
        ("A in ['x', 'y']", {"A": "y"}, True),
        ("A in ['x', 'y']", {"A": "z"}, False),
        ("A ~ 'aws:*'", {"A": "aws:kms"}, True),
        ("A ~ 'aws:*'", {"A": "AES256"}, False),
        ("A.B", {"A": {"B": "x"}}, True),
        ("A.B", {"A": {"C": "x"}}, False),
        ("A.B", {"A": UNKNOWN}, None),
        ("A[].B", {"A": [{"B": "x"}, {}]}, True),
        ("A[].B", {"A": [{}, {}]}, False),
        ("A[].B", {"A": Items((), open=True)}, None),
        ("A[] == 'x'", {"A": ["y", "x"]}, True),
        ("A[] == 'x'", {"A": ["y"]}, False),
        ("A", {"A": OneOf((argument("x"), argument(None)))}, None),
        ("A == 'x'", {"A": OneOf((argument("x"), argument("y")))}, None),
        ("A == 'x'", {"A": OneOf((argument("x"), argument("x")))}, True),
        ("A{*}.B", {"A": {"k": {"B": "x"}}}, True),
    ],
)
def test_values(when: str, arguments: dict[str, Any], expected: bool | None) -> None:
    assert value(when, **arguments) is expected


def test_an_argument_that_may_be_there_makes_a_condition_unknown() -> None:
    assert value("A", open_=True) is None
    assert value("A", open_=True, A="x") is True
    assert value("A and B", open_=True, A="x") is None
    assert value("A or B", open_=True, A="x") is True


def test_a_flag_must_be_true_and_any_other_parameter_only_given() -> None:
    def decrypts(**flags: Any) -> bool:
        return "kms:Decrypt" in needed(call("ssm.GetParameter", Name="/a", **flags), need="possible")

    assert decrypts(WithDecryption=True)
    assert decrypts(WithDecryption=UNKNOWN)
    assert not decrypts(WithDecryption=False)
    assert not decrypts()


LITERALS: st.SearchStrategy[Argument] = st.sampled_from(["x", "y", ""]).map(argument)
KNOWN: st.SearchStrategy[Argument] = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("AB"), inner, max_size=2).map(
            lambda entries: Fields(tuple((Text.of(k), v) for k, v in entries.items()))
        ),
        st.lists(inner, max_size=2).map(lambda items: Items(tuple(items))),
    ),
    max_leaves=5,
)
CONDITIONS = st.sampled_from(
    ["A", "not A", "A.B", "A[].B", "A == 'x'", "not A == 'x'", "A.B == 'y' or B", "A and not B", "A[] == 'x'", "A in ['x', 'y']"]
)


@given(CONDITIONS, st.dictionaries(st.sampled_from("AB"), KNOWN), st.sampled_from("AB"))
def test_knowing_less_never_turns_an_answer_round(when: str, arguments: dict[str, Argument], hidden: str) -> None:
    known = value(when, **arguments)
    assert value(when, open_=True, **{name: item for name, item in arguments.items() if name != hidden}) in (known, None)
    assert known is not None or any(isinstance(item, Unknown) for item in arguments.values())


@given(CONDITIONS, st.dictionaries(st.sampled_from("AB"), KNOWN), KNOWN)
def test_one_of_two_values_is_certain_only_when_both_agree(when: str, arguments: dict[str, Argument], other: Argument) -> None:
    both = {value(when, **{**arguments, "A": choice}) for choice in (arguments.get("A", other), other)}
    either = value(when, **{**arguments, "A": OneOf((arguments.get("A", other), other))})
    assert either is None or both == {either}
