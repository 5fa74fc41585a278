"""Policy documents made plain: what the policy parser sees, and where it stands."""

from __future__ import annotations

from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text, Token, TokenKind
from lambda_iam_scan.templates.documents import PlainDocument, plain
from lambda_iam_scan.templates.intrinsics import Scope
from lambda_iam_scan.templates.nodes import load

SCOPE = Scope(load(b"Conditions: {C: !Equals [!Ref P, x]}\nParameters: {P: {Type: String}}", "t.yaml").root, lambda _: None, {})
P = Text.of(Token("P", TokenKind.PARAMETER))


def document(text: str, place: Location | None = None) -> PlainDocument:
    return plain(SCOPE, load(text.encode(), "p.yaml").root, place)


def test_strings_stay_strings_and_intrinsics_become_texts() -> None:
    found = document("Statement:\n  - Effect: Allow\n    Action: [s3:*, !Ref P]\n")
    assert found.value == {"Statement": [{"Effect": "Allow", "Action": ["s3:*", P]}]}


def test_every_element_has_its_place() -> None:
    found = document("Statement:\n  - Effect: Allow\n    Action:\n      - s3:*\n")
    lines = {path: place.line for path, place in found.places.items()}
    assert lines[("Statement", 0)] == 2
    assert lines[("Statement", 0, "Action", 0)] == 4
    assert found.locate(("Statement", 1)) is None


def test_statements_under_a_condition_are_all_there_with_their_places() -> None:
    found = document(
        "Statement:\n  - !If\n    - C\n    - {Sid: a}\n    - {Sid: b}\n  - {Sid: c}\n  - !If [C, {Sid: d}, !Ref 'AWS::NoValue']\n"
    )
    assert found.value == {"Statement": [{"Sid": "a"}, {"Sid": "b"}, {"Sid": "c"}, {"Sid": "d"}]}
    assert [found.places[("Statement", index)].line for index in range(4)] == [4, 5, 6, 7]


def test_a_statement_that_denies_under_a_condition_is_left_out_and_told() -> None:
    deny = "{Effect: Deny, Action: a:b}"
    found = document(f"Statement:\n  - !If [C, {deny}, !Ref 'AWS::NoValue']\n  - {deny}\n")
    assert found.value == {"Statement": [{"Effect": "Deny", "Action": "a:b"}]}
    assert [place.line for place in found.doubtful if place] == [2]
    assert document(f"Statement: !If [C, {deny}, {{Effect: Allow}}]").value == {"Statement": [{"Effect": "Allow"}]}


def test_both_resources_of_a_condition_are_named() -> None:
    assert document("Resource: !If [C, a, !Ref P]").value == {"Resource": ["a", P]}
    assert document("Resource: [x, !If [C, a, b], y]").value == {"Resource": ["x", "a", "b", "y"]}


def test_elements_without_a_value_are_left_out() -> None:
    assert document("{Condition: !Ref 'AWS::NoValue', Effect: Allow}").value == {"Effect": "Allow"}


def test_a_document_in_a_string_is_read() -> None:
    found = plain(SCOPE, load(b"a: '{\"Statement\": []}'", "p.yaml").root["a"])
    assert found.value == {"Statement": []}
    assert plain(SCOPE, "{no json").value == "{no json"


def test_with_a_place_everything_stands_there() -> None:
    place = Location("t.yaml", 7)
    assert document("Statement: [{Effect: Allow}]", place).locate(("Statement", 0)) == place


def test_a_document_in_a_substituted_string_is_read() -> None:
    document = plain(SCOPE, {"Fn::Sub": '{"Statement": [{"Action": "s3:GetObject", "Resource": ["arn:aws:s3:::${Given}/*"]}]}'}).value
    assert isinstance(document, dict)
    (statement,) = document["Statement"]
    assert (statement["Action"], [str(text) for text in statement["Resource"]]) == ("s3:GetObject", ["arn:aws:s3:::${Given}/*"])
    assert str(plain(SCOPE, {"Fn::Sub": "{no json ${Given}"}).value) == "{no json ${Given}"
    assert str(plain(SCOPE, {"Fn::Sub": "${Given}"}).value) == "${Given}"
