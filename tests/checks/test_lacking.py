"""A law of the checks on Lambda's own needs: exactly the actions that a role lacks are reported, whatever the kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_iam_scan.compare import compare
from lambda_iam_scan.lambda_needs import lambda_requirements
from lambda_iam_scan.model.code import Argument, CodeUse, Constant, Fields, Items, OneOf, Unknown
from lambda_iam_scan.model.deployment import EventSource, Feature, Function
from lambda_iam_scan.model.finding import Finding, FunctionScan, Scan
from lambda_iam_scan.model.iam import Effect, Entry, Necessity, Policy, PolicyKind, Role, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.plugins import load
from tests.checks.judging import tables

HERE = Location("template.yaml", 3, 1)
ARN = "arn:aws:{}:eu-west-1:111122223333:x"
ACCESS = Items((Fields(((Text.of("Type"), Text.of("BASIC_AUTH")), (Text.of("URI"), Text.of(ARN.format("secretsmanager"))))),))
SOURCES = [
    EventSource(
        kind=kind, source=Text.of(ARN.format(service)), location=HERE, options=Fields(((Text.of("SourceAccessConfigurations"), ACCESS),))
    )
    for kind, service in [("sqs", "sqs"), ("dynamodb", "dynamodb"), ("mq", "mq"), ("documentdb", "rds"), ("kafka", "kafka")]
]
FEATURES = [
    Feature(kind=kind, location=HERE, target=Text.of(ARN.format("sqs"))) for kind in ("vpc", "tracing", "dead-letter-queue", "durable")
]


def with_part(part: EventSource | Feature | None) -> Function:
    return Function(
        id="f",
        name=Text.of("orders"),
        arn=Text.of("arn:aws:lambda:eu-west-1:111122223333:function:orders"),
        handler="app.handler",
        runtime="python3.12",
        code_roots=(),
        location=HERE,
        event_sources=(part,) if isinstance(part, EventSource) else (),
        features=(part,) if isinstance(part, Feature) else (),
    )


def found(function: Function, actions: list[str]) -> list[Finding]:
    """What the checks say when the role allows these actions everywhere."""
    allow = Statement(effect=Effect.ALLOW, actions=tuple(Entry(Text.of(action)) for action in actions), resources=(Entry(Text.of("*")),))
    policy = Policy(name="p", kind=PolicyKind.INLINE, statements=(allow,) if actions else ())
    role = Role(id="r", name=Text.of("r"), arn=Text.of("arn:aws:iam::111122223333:role/r"), policies=(policy,))
    judged = replace(function, role=role)
    needs = lambda_requirements(judged, tables())
    scan = FunctionScan(function=judged, code=CodeUse(calls=(), gaps=()), requirements=needs, comparison=compare(needs, judged))
    checks: list[Any] = [load("checks", name) for name in ("event_source", "feature", "logging")]
    return [finding for check in checks for finding in check.run(Scan(deployments=(), functions=(scan,)), tables())]


def always(function: Function) -> list[str]:
    return sorted({need.action for need in lambda_requirements(function, tables()) if need.need is Necessity.ALWAYS})


@pytest.mark.parametrize("part", [*SOURCES, *FEATURES], ids=lambda part: part.kind)
def test_all_that_is_always_needed_is_enough_and_nothing_less_is(part: EventSource | Feature) -> None:
    function = with_part(part)
    needed = always(function)
    assert found(function, needed) == []
    for action in needed:
        assert {finding.action for finding in found(function, [other for other in needed if other != action])} == {action}


def test_of_two_streams_in_one_place_each_needs_a_way_to_be_looked_at() -> None:
    """What is read from an account has no place of its own for each mapping."""
    streams = [EventSource(kind="kinesis", source=Text.of(ARN.format("kinesis") + str(n)), location=HERE) for n in (1, 2)]
    function = replace(with_part(None), event_sources=tuple(streams))
    both = ["logs:*", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
    assert found(function, [*both, "kinesis:DescribeStream"]) == []
    assert [str(finding.resource) for finding in found(function, both)] == [ARN.format("kinesis") + "1", ARN.format("kinesis") + "2"]


VALUES = ["", "x", "arn:aws:sqs:eu-west-1:1:q", "arn:", "alias/aws/sqs", "BASIC_AUTH", "VPC_SUBNET", "${x}", "*"]
NAMES = ["Type", "URI", "SourceAccessConfigurations", "DestinationConfig", "OnFailure", "Destination", "SourceKmsKey", "x"]
texts, keys = st.sampled_from(VALUES).map(Text.of), st.sampled_from(NAMES).map(Text.of)
leaves: st.SearchStrategy[Argument] = st.one_of(texts, st.builds(Unknown, st.just("?")), st.builds(Constant, st.none() | st.booleans()))
options = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Items, st.lists(inner, max_size=3).map(tuple)),
        st.builds(OneOf, st.lists(inner, max_size=2).map(tuple)),
        st.builds(Fields, st.lists(st.tuples(keys, inner), max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(st.sampled_from(["sqs", "kinesis", "msk", "kafka", "mq", "documentdb"]), texts, st.lists(st.tuples(keys, options), max_size=4))
def test_whatever_a_mapping_says_its_needs_are_told(kind: str, source: Text, entries: list[tuple[Text, Argument]]) -> None:
    part = EventSource(kind=kind, source=source, location=HERE, options=Fields(tuple(entries)))
    for need in lambda_requirements(with_part(part), tables()):
        assert need.resources
        assert ":" in need.action
