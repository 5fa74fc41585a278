"""The JSON report keeps its contract."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest

from lambda_iam_scan.model.finding import ChangeKind, FunctionScan, PermissionChange
from lambda_iam_scan.model.iam import Comparison, Outcome, Verdict
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.reporters._common import outcomes
from lambda_iam_scan.reporters.json_v1 import REPORTER, document
from tests.reporters.sample import ORDERS, REPORT, TREE, Style

SCHEMA = json.loads((files("lambda_iam_scan.reporters") / "schema" / "report-v1.schema.json").read_text())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_report_is_valid() -> None:
    changes = (PermissionChange(function="t#F", action="s3:GetObject", resource="*", kind=ChangeKind.REMOVED),)
    for report in (REPORT, replace(REPORT, changes=changes, extra=(("baseline", "3"),)), replace(REPORT, functions=(), findings=())):
        jsonschema.validate(document(report), SCHEMA)


def test_the_schema_would_notice_a_wrong_outcome() -> None:
    report = document(REPORT)
    report["functions"][0]["required"][0]["outcome"] = "perhaps"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, SCHEMA)


def test_twice_the_same_bytes() -> None:
    assert REPORTER.render(REPORT, TREE, Style()) == REPORTER.render(replace(REPORT), TREE, Style(width=60, colour=True))


def with_outcomes(*found: Outcome) -> FunctionScan:
    verdicts = tuple(Verdict(requirement=0, resource=Text.of(f"r{n}"), outcome=outcome) for n, outcome in enumerate(found))
    return replace(ORDERS, comparison=Comparison(verdicts=verdicts), requirements=ORDERS.requirements[:1])


@pytest.mark.parametrize(
    ("found", "worst"),
    [
        ((Outcome.GRANTED, Outcome.GRANTED), Outcome.GRANTED),
        ((Outcome.GRANTED, Outcome.UNVERIFIED), Outcome.UNVERIFIED),
        ((Outcome.UNVERIFIED, Outcome.MISSING), Outcome.MISSING),
        ((Outcome.MISSING, Outcome.DENIED), Outcome.DENIED),
        ((), Outcome.NOT_COMPARED),
    ],
)
def test_an_outcome_is_the_worst_of_its_resources(found: tuple[Outcome, ...], worst: Outcome) -> None:
    assert outcomes(with_outcomes(*found)) == (worst,)


def test_without_a_role_nothing_is_compared() -> None:
    assert outcomes(replace(ORDERS, comparison=None)) == (Outcome.NOT_COMPARED,) * 3


def test_principals() -> None:
    calls = document(REPORT)["functions"][0]["api_calls"]
    assert [call["principal"] for call in calls] == ["execution-role", "execution-role", "arn:aws:iam::123456789012:role/reader"]


def test_needs_of_code_come_first_and_those_that_always_apply_before_the_rest() -> None:
    required = document(REPORT)["functions"][0]["required"]
    assert [(need["action"], need["need"], need["outcome"]) for need in required] == [
        ("dynamodb:PutItem", "always", "granted"),
        ("s3:PutObject", "always", "missing"),
        ("kms:GenerateDataKey", "possible", "unverified"),
    ]
