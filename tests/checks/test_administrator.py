from typing import Any

import pytest

from lambda_iam_scan.checks.administrator import CHECK
from lambda_iam_scan.model.iam import PolicyKind
from tests.checks.checking import found, one
from tests.iam.building import allow, deny, policy


@pytest.mark.parametrize("statement", [allow("*"), allow("*:*"), allow(["s3:GetObject", "*"]), allow("iam:*")])
def test_everything_is_allowed(statement: dict[str, Any]) -> None:
    assert one(CHECK, statement).code == "LIS402"


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:*"),
        allow("*", "arn:aws:s3:::b/*"),
        deny("*"),
        allow("*", Condition={"Bool": {"aws:ViaAWSService": True}}),
        allow("iam:Get*"),
    ],
)
def test_not_everything(statement: dict[str, Any]) -> None:
    assert found(CHECK, statement) == []


def test_one_finding_a_policy() -> None:
    assert len(found(CHECK, policy(allow("*"), allow("*"), name="AdministratorAccess", kind=PolicyKind.AWS_MANAGED))) == 1
