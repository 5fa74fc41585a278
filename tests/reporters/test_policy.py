"""The minimal policy in each dialect."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.model.finding import FunctionScan
from lambda_iam_scan.model.iam import Source
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.reporters.policy import REPORTER
from tests.reporters.sample import BARE, ORDERS, REPORT, TREE, Style, always


def render(dialect: str, *functions: FunctionScan) -> str:
    return REPORTER.render(replace(REPORT, functions=functions), TREE, Style(options={"as": dialect}))


def needing(*requirements: Any) -> FunctionScan:
    return replace(ORDERS, requirements=requirements)


class Loader(yaml.SafeLoader):
    """YAML with `!Sub`."""


def construct_sub(loader: Loader, node: yaml.ScalarNode) -> dict[str, object]:
    return {"Fn::Sub": loader.construct_scalar(node)}


Loader.add_constructor("!Sub", construct_sub)


def test_json_has_a_policy_for_each_function() -> None:
    policies = json.loads(render("json", ORDERS, BARE))
    assert list(policies) == ["template.yaml#OrdersFunction", "src/report.py#handler"]
    assert policies["src/report.py#handler"]["Version"] == "2012-10-17"


def test_possible_needs_are_not_granted() -> None:
    assert "kms:GenerateDataKey" not in render("json", ORDERS)


@pytest.mark.parametrize("dialect", ["sam", "cloudformation"])
def test_yaml_dialects_are_yaml_whatever_the_text(dialect: str) -> None:
    odd = 'arn:aws:s3:::b/: #"\\\n\u2028!&*x'
    found = yaml.load(render(dialect, needing(always("s3:GetObject", Text.of(odd)))), Loader)
    [resource] = found["Resources"].values()
    [policy] = resource["Properties"]["Policies"]
    assert policy.get("PolicyDocument", policy)["Statement"] == [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": odd}]


def test_sam_leaves_out_what_sam_grants_itself() -> None:
    logs = replace(always("logs:PutLogEvents", Text.of("*")), source=Source.LOGGING)
    assert "logs:" not in render("sam", needing(logs))
    assert "logs:" in render("cloudformation", needing(logs))


def test_functions_that_share_a_role_share_its_policy() -> None:
    other = replace(needing(always("sqs:SendMessage", Text.of("*"))), function=replace(ORDERS.function, id="t#Other", logical_id="Other"))
    found = yaml.load(render("cloudformation", ORDERS, other), Loader)
    assert list(found["Resources"]) == ["OrdersFunctionRole"]
    assert len(found["Resources"]["OrdersFunctionRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]) == 3


def test_terraform_escapes_its_own_interpolation() -> None:
    assert '"arn:aws:s3:::b/$${x}%%{y}\\"z"' in render("terraform", needing(always("s3:GetObject", Text.of('arn:aws:s3:::b/${x}%{y}"z'))))


def test_an_unknown_dialect_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--as pulumi: no such dialect of policy"):
        render("pulumi", ORDERS)
