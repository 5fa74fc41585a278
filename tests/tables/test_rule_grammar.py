"""The `when` language."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.tables.conditions import ConditionError, condition, path

STEP = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name not in ("and", "or", "not", "in"))
PLACES = st.tuples(st.lists(STEP, min_size=1, max_size=3).map(tuple), st.sampled_from([None, "key", "copy-version"]))
STRINGS = st.from_regex(r"[^'\x00-\x1f]{0,6}", fullmatch=True)
LEAVES = st.one_of(
    PLACES.map(lambda place: ("given", place)),
    st.tuples(st.sampled_from(["==", "~"]), PLACES, STRINGS),
    st.tuples(st.just("in"), PLACES, st.lists(STRINGS, min_size=1, max_size=3).map(tuple)),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda item: ("not", item)),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=6,
)


def written(tree: Any) -> str:
    """A tree as the rules write it, with every parenthesis."""
    kind = tree[0]
    if kind == "not":
        return f"not ({written(tree[1])})"
    if kind in ("and", "or"):
        return f" {kind} ".join(f"({written(item)})" for item in tree[1:])
    steps, converter = tree[1]
    place = ".".join(steps) + (f" | {converter}" if converter else "")
    if kind == "given":
        return place
    if kind == "in":
        return f"{place} in [" + ", ".join(f"'{item}'" for item in tree[2]) + "]"
    return f"{place} {kind} '{tree[2]}'"


@given(TREES)
def test_what_is_written_is_read_back(tree: Any) -> None:
    assert condition(written(tree)) == tree


def test_and_binds_closer_than_or_and_not_closest() -> None:
    assert condition("A or not B and C") == (
        "or",
        ("given", (("A",), None)),
        ("and", ("not", ("given", (("B",), None))), ("given", (("C",), None))),
    )


def test_unequal_is_not_equal() -> None:
    assert condition("ACL != 'private'") == ("not", ("==", (("ACL",), None), "private"))


@pytest.mark.parametrize(
    "text", ["", "A and", "and A", "A == B", "A ==", "(A", "A)", "A in []", "A in ['x'", "A B", "A | ", "A == 'x", "1A", "A..B == 'x'"]
)
def test_what_the_grammar_does_not_have(text: str) -> None:
    with pytest.raises(ConditionError):
        condition(text)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Name", ("Name",)),
        ("Delete.Objects[].Key", ("Delete", "Objects", "[]", "Key")),
        ("RequestItems{}", ("RequestItems", "{}")),
        ("Actions{*}[].RoleArn", ("Actions", "{*}", "[]", "RoleArn")),
        ("**.RoleArn", ("**", "RoleArn")),
    ],
)
def test_paths(text: str, steps: tuple[str, ...]) -> None:
    assert path(text) == steps


@pytest.mark.parametrize("text", ["", "A..B", "A[", "A[0]", "A{x}"])
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(ConditionError):
        path(text)
