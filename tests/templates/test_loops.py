"""Loops of a template, written out."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.templates.loops import load_template, unrolled
from lambda_iam_scan.templates.nodes import load, location_of


def loop(text: str) -> Any:
    return load_template(text.encode(), "t.yaml").root


def test_resources_of_a_loop_are_written_out_with_their_places() -> None:
    body = "T&{Name}: {Type: X, Properties: {N: !Sub 'x-${Name}', R: !Ref Name}}"
    found = loop(f"Resources:\n  Fn::ForEach::Tables:\n    - Name\n    - [A, b-c]\n    - {body}\n")
    assert found["Resources"] == {
        "TA": {"Type": "X", "Properties": {"N": {"Fn::Sub": "x-A"}, "R": "A"}},
        "Tbc": {"Type": "X", "Properties": {"N": {"Fn::Sub": "x-b-c"}, "R": "b-c"}},
    }
    assert location_of(found["Resources"]["Tbc"], location_of("", found.location)).line == 5


def test_loops_in_loops_and_over_a_parameters_default() -> None:
    inner = "{'Fn::ForEach::J': [Y, ['1', '2'], {'${X}${Y}': v}]}"
    parameters = "Parameters: {L: {Type: CommaDelimitedList, Default: 'a, b'}}"
    assert list(loop(f"{parameters}\nR: {{'Fn::ForEach::I': [X, !Ref L, {inner}]}}\n")["R"]) == ["a1", "a2", "b1", "b2"]


@pytest.mark.parametrize("item", ["[X, !Ref Unknown, {a: b}]", "[X, [1], {a: b}]", "[X, [a]]", "5", "[X, [a], 5]"])
def test_a_loop_over_unknown_values_stays(item: str) -> None:
    assert list(loop(f"R: {{'Fn::ForEach::I': {item}}}")["R"]) == ["Fn::ForEach::I"]


def test_without_loops_nothing_changes() -> None:
    text = "A: {B: [1, x, !Ref Y, !Sub '${Z}']}"
    assert loop(text) == unrolled(load(text.encode(), "t.yaml").root) == load(text.encode(), "t.yaml").root


def test_loops_that_multiply_are_refused() -> None:
    values = "[" + ", ".join(f"v{number}" for number in range(60)) + "]"
    text = "{'${A}${B}${C}${D}': v}"
    for name in "ABCD":
        text = f"{{'Fn::ForEach::{name}': [{name}, {values}, {text}]}}"
    with pytest.raises(InputError, match="loops"):
        loop(f"R: {text}")
