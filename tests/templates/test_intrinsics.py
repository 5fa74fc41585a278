"""Intrinsic functions: what they give, and that what is not known is said to be so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_iam_scan.model.code import Constant, Fields, Items, OneOf
from lambda_iam_scan.model.text import Hole, Text, Token, TokenKind
from lambda_iam_scan.templates.intrinsics import Scope, references
from lambda_iam_scan.templates.nodes import load


@dataclass(frozen=True)
class Row:
    """A resource type."""

    name: str | None
    ref: str
    arn: str | None
    attributes: Mapping[str, str] = field(default_factory=dict)


PREFIX = "arn:${AWS::Partition}:"
WHERE = "${AWS::Region}:${AWS::AccountId}"
TYPES = {
    "AWS::DynamoDB::Table": Row("TableName", "${Name}", f"{PREFIX}dynamodb:{WHERE}:table/${{Name}}"),
    "AWS::S3::Bucket": Row("BucketName", "${Name}", f"{PREFIX}s3:::${{Name}}"),
    "AWS::Lambda::Function": Row("FunctionName", "${Name}", f"{PREFIX}lambda:{WHERE}:function:${{Name}}"),
    "AWS::SQS::Queue": Row(
        "QueueName", "https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/${Name}", f"{PREFIX}sqs:{WHERE}:${{Name}}"
    ),
}
TEMPLATE = """
Parameters:
  Given: {Type: String}
  Empty: {Type: String, Default: ""}
  Stage: {Type: String, Default: dev}
  Path: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
Mappings:
  ByStage:
    dev: {Name: dev-name}
    prod: {Name: prod-name}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  NotProd: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Equals [a, a]]
  Either: !Or [!Condition NotProd, !Condition IsProd]
  Circle: !Not [!Condition Circle]
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${Stage}-orders"}}
  Choice: {Type: AWS::DynamoDB::Table, Properties: {TableName: !If [IsProd, p, q]}}
  Queue: {Type: AWS::SQS::Queue}
  Self: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Self}}
  Strange: {Type: Custom::Thing}
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: my-function}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, Name: live}}
  V1: {Type: AWS::Lambda::Version, Properties: {FunctionName: !GetAtt F.Arn}}
  Rule: {Type: AWS::Events::Rule, Properties: {Name: nightly}}
  BusRule: {Type: AWS::Events::Rule, Properties: {Name: nightly, EventBusName: "arn:aws:events:eu-west-1:1:event-bus/own"}}
"""


def scope(**given: str) -> Scope:
    return Scope(load(TEMPLATE.encode(), "t.yaml").root, TYPES.get, given)


def texts(expression: str, **given: str) -> list[str]:
    node = load(f"a: {expression}".encode(), "e.yaml").root["a"]
    return [str(text) for text in scope(**given).texts(node)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("plain", "plain"),
        ("12", "12"),
        ("!Ref Given", "${Given}"),
        ("!Ref Empty", "${Empty}"),
        ("!Ref Path", "${Path}"),
        ("!Ref Stage", "${Stage}"),
        ("!Ref AWS::Region", "${AWS::Region}"),
        ("!Ref Table", "${Table}"),
        ("!Ref Named", "${Stage}-orders"),
        ("!Ref Queue", "https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/${Queue}"),
        ("!Ref Strange", "${Strange}"),
        ("!Ref Nobody", "${Nobody}"),
        ("!GetAtt Table.Arn", "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}"),
        ("!GetAtt Named.Arn", "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Stage}-orders"),
        ('{"Fn::GetAtt": "Named.Arn"}', "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Stage}-orders"),
        ("!GetAtt Table.StreamArn", "${Table.StreamArn}"),
        ("!GetAtt Strange.Some.Value", "${Strange.Some.Value}"),
        ('!Sub "arn:aws:s3:::${Given}/${AWS::AccountId}/*"', "arn:aws:s3:::${Given}/${AWS::AccountId}/*"),
        ('!Sub "${!aws:username}"', "${aws:username}"),
        ('!Sub ["${X}-${Stage}", {X: !Ref Table}]', "${Table}-${Stage}"),
        ('!Sub "${Named.Arn}/index/*"', "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Stage}-orders/index/*"),
        ('!Join ["-", [a, !Ref Table, !Ref Stage]]', "a-${Table}-${Stage}"),
        ('!Join ["-", !Ref Names]', "${Names[0]}-${Names[1]}"),
        ('!Join ["/", !Split [":", "a:b"]]', "a/b"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select [1, !Ref Names]", "${Names[1]}"),
        ('!Select [5, !Split [":", !GetAtt Queue.Arn]]', "${Queue}"),
        ('!Select [2, !Split ["/", !Ref "AWS::StackId"]]', "${${AWS::StackId}[2]}"),
        ("!FindInMap [ByStage, dev, Name]", "dev-name"),
        ("!ImportValue shared-table", "${shared-table}"),
        ('!ImportValue {"Fn::Sub": "${AWS::StackName}-table"}', "${${AWS::StackName}-table}"),
        ('"{{resolve:ssm:/name}}"', "${resolve:ssm:/name}"),
        ('!Sub "{{resolve:ssm:/${Given}}}"', "${resolve:ssm:/${Given}}"),
        ("!Ref Live", "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:my-function:live"),
        ("!Ref V1", "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:my-function:${V1}"),
        ("!GetAtt Rule.Arn", "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/nightly"),
        ("!GetAtt BusRule.Arn", "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/own/nightly"),
    ],
)
def test_one_text(expression: str, value: str) -> None:
    assert texts(expression) == [value]


@pytest.mark.parametrize(
    "expression",
    [
        "!Base64 x",
        "!GetAZs ''",
        "!Cidr [!Ref Given, 2, 8]",
        "!Transform {Name: AWS::Include}",
        "!Select [9, [a]]",
        "!Select [!Ref Given, [a]]",
        '!Join ["-", !Ref Given]',
        "!FindInMap [Nowhere, a, b]",
        "!Sub [1]",
        "!GetAtt Table",
        "!Ref [a]",
        "[a, b]",
        "{a: b}",
        "!Join [x]",
    ],
)
def test_what_is_not_known_is_a_hole_with_a_reason(expression: str) -> None:
    (text,) = scope().texts(load(f"a: {expression}".encode(), "e.yaml").root["a"])
    assert text.unknown
    assert isinstance(text.parts[0], Hole)
    assert text.parts[0].reason


def test_a_name_that_refers_to_itself_ends() -> None:
    assert texts("!Ref Self") == ["*"]


def test_what_aws_adds_to_a_name_may_be_anything() -> None:
    """A secret's six characters: a generated *name* differs from every literal, these do not."""
    (text,) = Scope(
        load(b"Resources: {S: {Type: Secret}}", "t.yaml").root, {"Secret": Row("Name", "${Name}-${Suffix}", None)}.get, {}
    ).reference("S")
    assert text == Text.of(Token("S", TokenKind.RESOURCE), "-", Token("S.Suffix", TokenKind.PARAMETER))


def test_conditions_give_both_branches() -> None:
    assert texts("!If [IsProd, a, b]") == ["a", "b"]
    assert texts("!Ref Choice") == ["p", "q"]
    assert texts('!Sub "${Choice}-x"') == ["p-x", "q-x"]
    assert texts("!If [IsProd, a, !Ref AWS::NoValue]") == ["a"]
    assert texts("!Ref AWS::NoValue") == []


def test_given_parameters_decide_conditions() -> None:
    assert texts("!If [IsProd, a, b]", Stage="prod") == ["a"]
    assert texts("!If [NotProd, a, b]", Stage="prod") == ["b"]
    assert texts("!If [Both, a, b]", Stage="prod") == ["a"]
    assert texts("!If [Both, a, b]", Stage="dev") == ["b"]
    assert texts("!If [Either, a, b]", Stage="dev") == ["a"]
    assert texts("!If [Circle, a, b]", Stage="dev") == ["a", "b"]
    assert texts("!Ref Named", Stage="prod") == ["prod-orders"]


def test_a_default_does_not_decide_a_condition() -> None:
    """It may be overridden when the stack is deployed."""
    assert texts("!If [IsProd, a, b]") == ["a", "b"]


def test_unknown_keys_of_a_mapping_give_every_value() -> None:
    assert texts("!FindInMap [ByStage, !Ref Given, Name]") == ["dev-name", "prod-name"]
    assert texts("!FindInMap [ByStage, !Ref Stage, Name]") == ["dev-name", "prod-name"]
    assert texts("!FindInMap [ByStage, !Ref Stage, Name]", Stage="prod") == ["prod-name"]


def test_lists_are_flattened_around_conditions() -> None:
    found = scope()
    node = load(b"a: [x, !If [IsProd, y, !Ref 'AWS::NoValue'], !If [IsProd, z, w]]", "e.yaml").root["a"]
    assert found.items(node) == ("x", "y", "z", "w")
    assert found.items(load(b"a: !If [IsProd, [x], [y, z]]", "e.yaml").root["a"]) == ("x", "y", "z")
    assert found.items(None) == ()
    assert found.items("x") == ("x",)


def test_values_in_depth_look_through_conditions() -> None:
    node = load(b"a: !If [IsProd, {b: {c: 1}}, !Ref 'AWS::NoValue']", "e.yaml").root["a"]
    assert scope().get(node, "b", "c") == 1
    assert scope().get(node, "b", "d") is None
    assert scope().get(node, "b", "c", "d") is None


def test_arguments_keep_their_kinds() -> None:
    node = load(b"{a: 1, b: [x, !Ref Table], c: true, d: !If [IsProd, p, q], e: !Ref 'AWS::NoValue'}", "e.yaml").root
    found = scope().argument(node)
    assert isinstance(found, Fields)
    assert found.get("a") == Constant(1)
    assert found.get("b") == Items((Text.of("x"), scope().text({"Ref": "Table"})))
    assert found.get("c") == Constant(True)
    assert found.get("d") == OneOf((Text.of("p"), Text.of("q")))
    assert found.get("e") is None


def test_functions_are_known_by_name_partial_arn_and_arn() -> None:
    found = scope()
    arn = found.arn("F")
    for name in ("my-function", "my-function:live", "123456789012:function:my-function"):
        assert found.function_arn(name) == arn
    assert str(found.function_arn("arn:aws:lambda:eu-west-1:1:function:f:live")) == "arn:aws:lambda:eu-west-1:1:function:f"


def test_references_are_found_however_deep() -> None:
    node = load(b'a: [!Ref A, {b: !GetAtt B.Arn}, !Sub "${C.Arn}-${D}", !Sub ["${x}", {x: !Ref E}]]', "e.yaml").root
    assert set(references(node)) >= {"A", "B", "C", "D", "E"}
    assert list(references("A")) == []


nodes: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["x", "${A}", "${", "a:b", "Table", "0", "IsProd"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Ref", "Fn::Sub", "Fn::If", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::GetAtt", "Fn::FindInMap", "k"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=8,
)


@given(nodes)
def test_no_node_breaks_the_resolver(node: Any) -> None:
    found = scope()
    found.texts(node)
    found.items(node)
    found.argument(node)
    list(references(node))
