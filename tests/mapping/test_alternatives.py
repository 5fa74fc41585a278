"""Resources of which an argument does not tell which service's they are."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_iam_scan.least_privilege import as_json, grants
from lambda_iam_scan.mapping import requirements
from lambda_iam_scan.mapping.texts import one_of
from lambda_iam_scan.model.text import Hole, Text
from tests.mapping.calls import ANYTHING, UNKNOWN, call, on, short
from tests.tables.shipped import TABLES


@pytest.mark.parametrize(
    ("node", "arn"),
    [
        ("i-1", "arn::ec2:::instance/i-1"),
        (Text.of("i-", Hole("id")), "arn::ec2:::instance/i-*"),
        ("mi-1", "arn::ssm:::managed-instance/mi-1"),
        ("ecs:c_t_r", "arn::ecs:::task/*"),
        (ANYTHING, "arn::*:::*instance/*"),
        (UNKNOWN, "arn::*:::*instance/*"),
    ],
)
def test_nodes_of_systems_manager(node: Any, arn: str) -> None:
    assert arn in on("ssm.StartSession", "ssm:StartSession", Target=node)


def granted(*nodes: Any) -> list[str]:
    found, _ = requirements([call("ssm.SendCommand", InstanceIds=list(nodes), DocumentName="d")], TABLES)
    return [as_json(resource) for grant in grants(found) for resource in grant.resources]


def test_both_are_granted_where_nothing_tells_which_it_is() -> None:
    document = "arn:*:ssm:*:*:document/d"
    assert granted(ANYTHING) == ["arn:*:ec2:*:*:instance/*", document, "arn:*:ssm:*:*:managed-instance/*"]
    assert granted("i-1") == ["arn:*:ec2:*:*:instance/i-1", document]


def test_a_kind_that_an_id_rules_out_is_not_possible() -> None:
    found, _ = requirements([call("ssm.DescribeInstancePatchStates", InstanceIds=["i-1"])], TABLES)
    assert [short(resource) for need in found for resource in need.resources] == ["arn::ec2:::instance/i-1"]


def test_alternatives_of_one_service_are_one_pattern() -> None:
    table, index = Text.of("arn:aws:dynamodb:::table/t"), Text.of("arn:aws:dynamodb:::table/t/index/i")
    assert str(one_of([table, index], "either")) == "arn:aws:dynamodb:::table/t*"
    assert one_of([table, index], "either").choices == (one_of([table, index], "either"),)


def test_alternatives_of_several_services_stay_apart() -> None:
    either = one_of([queue := Text.of("arn:aws:sqs:::a"), topic := Text.of("arn:aws:sns:::a")], "either")
    assert str(either) == "arn:aws:*:::a"
    assert either.choices == (queue, topic)
