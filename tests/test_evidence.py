"""`explain FUNCTION ACTION` gives the evidence on both sides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.evidence import explain
from lambda_iam_scan.model.finding import Report
from tests.reporters.sample import BARE, ORDERS, REPORT


def said(action: str, report: Report = REPORT, function: str = "OrdersFunction") -> str:
    return "\n".join(explain(report, function, action))


def test_why_an_action_is_needed_and_missing() -> None:
    assert said("s3:PutObject").splitlines() == [
        "template.yaml#OrdersFunction",
        "s3:PutObject is needed by the code",
        "  called: s3 PutObject at src/store.py:9:5",
        "  way: handler (src/app.py:6) -> save (src/store.py:9)",
        "  on arn:${AWS::Partition}:s3:::order-archive/*",
        "    missing: No statement allows it.",
    ]


def test_what_grants_an_action() -> None:
    text = said("dynamodb:PutItem")
    assert "    granted\n    by the statement at template.yaml:12:15" in text
    assert "granted by dynamodb:* in policy OrdersFunctionPolicy0 at template.yaml:13:23, on arn:" in text


def test_why_a_grant_is_held_unused() -> None:
    text = said("sqs:SendMessage")
    assert "nothing that the analysis sees needs sqs:SendMessage" in text
    assert "granted by sqs:SendMessage in policy OrdersFunctionPolicy0 at template.yaml:16:23, on *" in text
    assert "could not be resolved" not in text


def test_a_gap_of_the_same_service_is_a_doubt() -> None:
    assert "but this could not be resolved and might: the operation of the s3 client is chosen at run time" in said("s3:DeleteObject")


def test_a_call_with_other_credentials_is_named() -> None:
    assert "s3 GetObject at src/store.py:9:5 is signed by arn:aws:iam::123456789012:role/reader" in said("s3:GetObject")


def test_patterns_and_case() -> None:
    assert "dynamodb:PutItem is needed" in said("DYNAMODB:put*")


def test_a_function_without_a_role_is_compared_with_nothing() -> None:
    assert "compared with nothing" in said("sqs:SendMessage", function=BARE.function.id)


@pytest.mark.parametrize(
    ("function", "action", "says"),
    [
        ("OrderFunction", "s3:GetObject", "no such function; did you mean OrdersFunction?"),
        ("xyz", "s3:GetObject", "no such function (there are OrdersFunction, src/report.py#handler)"),
        ("OrdersFunction", "GetObject", "an action is written service:Name"),
    ],
)
def test_bad_arguments(function: str, action: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        explain(REPORT, function, action)
    assert says in str(caught.value)


def test_an_ambiguous_name_asks_for_the_id() -> None:
    twin = replace(ORDERS, function=replace(ORDERS.function, id="other.yaml#OrdersFunction"))
    with pytest.raises(UsageError, match="2 functions are called so; use the id: "):
        explain(replace(REPORT, functions=(ORDERS, twin)), "OrdersFunction", "s3:GetObject")
