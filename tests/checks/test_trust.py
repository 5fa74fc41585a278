"""LIS302."""

import pytest

from tests.checks.judging import LOGS, codes, findings, function

NAMED = "FunctionName: orders"


def trusting(service: str, *, action: str = "sts:AssumeRole", condition: str = "", more: str = "") -> str:
    with_condition = f", Condition: {condition}" if condition else ""
    statement = f"{{Effect: Allow, Principal: {{Service: {service}}}, Action: '{action}'{with_condition}}}"
    return f"AssumeRolePolicyDocument: {{Statement: [{statement}{', ' + more if more else ''}]}}"


def says(trust: str, properties: str = NAMED) -> list[str]:
    return [code for code, _ in codes("trust", function(LOGS, trust=trust, properties=properties))]


@pytest.mark.parametrize(
    "trust",
    [
        trusting("lambda.amazonaws.com"),
        trusting("[ec2.amazonaws.com, lambda.amazonaws.com]"),
        trusting("!Sub 'lambda.${AWS::URLSuffix}'"),
        trusting("lambda.amazonaws.com", action="sts:*"),
        trusting("lambda.amazonaws.com", condition="{StringEquals: {'aws:SourceAccount': !Ref 'AWS::AccountId'}}"),
        trusting("lambda.amazonaws.com", condition="{ArnLike: {'aws:SourceArn': 'arn:aws:lambda:*:*:function:ord*'}}"),
        trusting("lambda.amazonaws.com", condition="{StringEquals: {'aws:SourceOrgID': o-1}}"),
        trusting("lambda.amazonaws.com", condition="{StringEquals: {'aws:SourceAccount': !Ref Account}}"),
    ],
)
def test_lambda_is_admitted_or_may_be(trust: str) -> None:
    assert says(trust) == []


@pytest.mark.parametrize(
    "trust",
    [
        trusting("ec2.amazonaws.com"),
        trusting("edgelambda.amazonaws.com"),
        trusting("lambda.amazonaws.com", action="sts:TagSession"),
        trusting(
            "lambda.amazonaws.com", condition="{ArnEquals: {'aws:SourceArn': 'arn:aws:lambda:eu-west-1:111122223333:function:other'}}"
        ),
        trusting("lambda.amazonaws.com", condition="{StringEquals: {'sts:ExternalId': secret}}"),
        trusting("lambda.amazonaws.com", more="{Effect: Deny, Principal: '*', Action: 'sts:AssumeRole'}"),
        "AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: '111122223333'}, Action: 'sts:AssumeRole'}]}",
    ],
)
def test_lambda_is_kept_out(trust: str) -> None:
    assert says(trust) == ["LIS302"]


def test_the_reason_names_whom_the_role_admits() -> None:
    (finding,) = findings("trust", function(LOGS, trust=trusting("ec2.amazonaws.com")))
    assert "the trust policy admits ec2.amazonaws.com" in finding.message
    assert '"Service": "lambda.amazonaws.com"' in (finding.suggestion or "")
    assert finding.location.line == 6


def test_a_shared_role_is_reported_once() -> None:
    one = function(LOGS, trust=trusting("ec2.amazonaws.com"))
    two = one + one[one.index("  Fn:") :].replace("Fn:", "Second:").replace("orders", "second")
    assert len(codes("trust", two)) == 1


def test_a_role_that_is_not_declared_is_not_judged() -> None:
    assert codes("trust", function(LOGS).replace("!GetAtt Role.Arn", "arn:aws:iam::111122223333:role/elsewhere")) == []
