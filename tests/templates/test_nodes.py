"""Nodes: values as CloudFormation reads them, places as people count them, and limits."""

from __future__ import annotations

import json
import pickle
import re
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.templates.nodes import MAX_DEPTH, Int, Str, entry_location, load, location_of

NOWHERE = Location("")


def root(text: str) -> Any:
    return load(text.encode(), "t.yaml").root


def span(node: Any) -> tuple[int, int, int, int]:
    place = location_of(node, NOWHERE)
    return place.line, place.column, place.end_line, place.end_column


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        load(content, "t.yaml")
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: !Ref T", {"Ref": "T"}),
        ("a: !Condition C", {"Condition": "C"}),
        ("a: !Sub '${T}-x'", {"Fn::Sub": "${T}-x"}),
        ("a: !GetAtt T.Arn", {"Fn::GetAtt": ["T", "Arn"]}),
        ("a: !GetAtt T.Outputs.Arn", {"Fn::GetAtt": ["T", "Outputs.Arn"]}),
        ("a: !GetAtt [T, Arn]", {"Fn::GetAtt": ["T", "Arn"]}),
        ("a: !If [C, 1, !Ref 'AWS::NoValue']", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
        ("a: !Join ['-', [!Ref T, x]]", {"Fn::Join": ["-", [{"Ref": "T"}, "x"]]}),
        ("a: !GetAZs", {"Fn::GetAZs": ""}),
    ],
)
def test_short_tags_are_the_long_forms(text: str, value: object) -> None:
    assert root(text)["a"] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2012-10-17", "2012-10-17"),
        ("yes", True),
        ("Off", False),
        ("~", None),
        ("12", 12),
        ("1.5", 1.5),
        ("python3.12", "python3.12"),
        ("'12'", "12"),
        ("3:25", "3:25"),
        ("!!python/object/apply:os.system [ls]", ["ls"]),
        ("!!str 5", "5"),
    ],
)
def test_scalars_mean_what_cloudformation_reads(text: str, value: object) -> None:
    found = root(f"a: {text}")["a"]
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


def test_an_account_number_keeps_its_zeros() -> None:
    found = root("a: 012345678901")["a"]
    assert isinstance(found, Int)
    assert found.text == "012345678901"


def test_keys_are_text() -> None:
    assert root("{ON: 1, 007: 2, ~: 3, [a]: 4}") == {"ON": 1, "007": 2, "~": 3, "['a']": 4}


def test_places_of_block_nodes_end_with_their_last_child() -> None:
    text = "Statement:\n  - Effect: Allow\n    Action:\n      - s3:*\n\n# behind\nOther: 1\n"
    statement = root(text)["Statement"][0]
    assert span(statement) == (2, 5, 4, 13)
    assert span(statement["Action"]) == (4, 7, 4, 13)
    assert span(next(iter(statement))) == (2, 5, 2, 11)


def test_places_of_flow_nodes_and_block_text() -> None:
    assert span(root("a: {b: [1, x]}")["a"]) == (1, 4, 1, 15)
    assert span(root("a: |\n  one\n  two\nb: 1\n")["a"])[:3] == (1, 4, 3)


def test_columns_count_characters_not_bytes() -> None:
    assert span(root("ä: [ö, x]")["ä"][1]) == (1, 8, 1, 9)


def test_an_entry_runs_from_its_key_to_the_end_of_its_value() -> None:
    mapping = root("a: 1\nF:\n  Type: X\n  Properties: {b: 2}\n")
    place = entry_location(mapping, "F", NOWHERE)
    assert (place.line, place.column, place.end_line, place.end_column) == (2, 1, 4, 21)


def test_places_survive_copying_and_pickling() -> None:
    node = root("a: {b: [x, !Ref T]}")
    for copy in (deepcopy(node), deepcopy([node, node])[0]):
        assert copy == node
        assert copy["a"] is not node["a"]
        assert span(copy["a"]["b"]) == span(node["a"]["b"])
    assert span(pickle.loads(pickle.dumps(node["a"]["b"][0]))) == span(node["a"]["b"][0])


def test_json_has_places_too_even_with_tabs() -> None:
    node = root('{\n\t"a": {"b/": "\\/x"}\n}')
    assert node == {"a": {"b/": "/x"}}
    assert span(node["a"]["b/"]) == (2, 14, 2, 19)


def test_json_that_yaml_does_not_take_is_read_without_places() -> None:
    node = root('{"a": "\\ud83d\\ude00", "' + "k" * 2000 + '": 1}')
    assert node["a"] == "\U0001f600"
    assert location_of(node["a"], NOWHERE) == Location("t.yaml")


def test_the_last_of_two_equal_keys_counts_and_is_reported() -> None:
    document = load(b"a: 1\nb: 2\na: 3\n", "t.yaml")
    assert document.root == {"a": 3, "b": 2}
    assert [(str(key), key.location.line) for key in document.duplicates] == [("a", 3)]
    assert load(b"a: {x: 1}\nb: {x: 1}\n", "t.yaml").duplicates == ()


def test_merge_keys_give_way_to_own_keys() -> None:
    assert root("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n")["y"] == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [", "t.yaml:2:1: did not find expected node content"),
        (b"a: b: c", "t.yaml:1:5: mapping values are not allowed in this context"),
        (b"x: *y", "t.yaml:1:4: alias *y names nothing before it"),
        (b"a: 1\n---\nb: 2\n", "t.yaml: holds more than one YAML document"),
        (b"[" * 900, f"t.yaml:1:{MAX_DEPTH + 1}: nested deeper than {MAX_DEPTH} levels"),
        (b"&a [*a ]", "t.yaml:1:5: alias *a names nothing before it"),
        (b'{"a": ', "t.yaml:2:1: did not find expected node content"),
        (b"a: \x00", "t.yaml: not YAML text: unacceptable character #x0000"),
        (b"a: \xff", "t.yaml: not YAML text: "),
    ],
)
def test_bad_input_is_one_line_with_its_place(content: bytes, message: str) -> None:
    assert refusal(content).startswith(message)


def test_nesting_without_end_is_one_line() -> None:
    assert re.fullmatch(r"t\.yaml:1:\d+: (nested deeper than 200 levels|exceeded maximum nesting depth)", refusal(b"[" * 100_000))


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert "aliases" in refusal("\n".join(lines).encode())
    assert len(root("\n".join(lines[:4]))["a3"]) == 10


EXPONENT = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+")
"""Numbers that PyYAML, unlike CloudFormation, takes for text: it writes such text without quotes."""

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8).filter(lambda text: not EXPONENT.fullmatch(text)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcxyz", min_size=1, max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(plain)
def test_json_reads_as_json(value: object) -> None:
    assert load(json.dumps(value).encode(), "t.json").root == value


@given(plain)
def test_yaml_reads_as_yaml(value: object) -> None:
    assert load(yaml.safe_dump(value, allow_unicode=True).encode(), "t.yaml").root == value


@given(st.binary(max_size=60) | st.text("{}[]:-&*!,'\"| \n#ab", max_size=40).map(str.encode))
def test_any_bytes_are_nodes_or_refused(content: bytes) -> None:
    with suppress(InputError):
        load(content, "t.yaml")


def test_strings_stay_strings_for_those_who_know_nothing_of_places() -> None:
    value = root("a: x")["a"]
    assert isinstance(value, Str)
    assert json.dumps(value) == '"x"'
    assert {str(value): 1}[value] == 1
