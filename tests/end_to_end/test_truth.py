"""The truth: with the policy that the tool prints a handler runs; without any one action of it, it does not, and the tool says which.

IAM is enforced by moto's server. What it does not check is listed in `stage`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from lambda_iam_scan.cli.main import program
from tests.aws_server import ACCOUNT, REGION, Aws, lead_to
from tests.end_to_end.stage import FIXTURES, UNCHECKED, Stage, as_moto_names_it, open_stage

APPLICATIONS = {
    "orders": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan", "sqs:SendMessage", "sns:Publish"},
    "reports": {"secretsmanager:GetSecretValue", "s3:ListBucket", "s3:GetObject", "s3:DeleteObject", "s3:PutObject"},
    "dispatcher": {"ssm:GetParameter", "kms:Encrypt", "lambda:InvokeFunction"},
    "batches": {"sqs:SendMessage", "s3:PutObject", "s3:GetObject", "dynamodb:PutItem"},
    "streams": {
        "kinesis:PutRecord",
        "kinesis:PutRecords",
        "firehose:PutRecordBatch",
        "events:PutEvents",
        "states:StartExecution",
        "states:DescribeExecution",
        "logs:PutLogEvents",
    },
    "vault": {
        "ssm:GetParametersByPath",
        "ssm:GetParameters",
        "ssm:PutParameter",
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
    },
    "members": {
        "cognito-idp:AdminCreateUser",
        "cognito-idp:AdminGetUser",
        "cognito-idp:AdminDeleteUser",
        "ses:SendEmail",
        "cloudwatch:PutMetricData",
    },
    "catalog": {
        "dynamodb:BatchWriteItem",
        "dynamodb:UpdateItem",
        "dynamodb:Query",
        "dynamodb:DeleteItem",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:GetObject",
        "s3:GetObjectTagging",
        "sqs:ReceiveMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
    },
}
ANYWHERE = {"cloudwatch:PutMetricData", "states:DescribeExecution"}
"""Takes no resource; is asked for with an ARN that another call has answered."""
EACH_ACTION = [(name, action) for name, actions in APPLICATIONS.items() for action in sorted(actions)]


@pytest.fixture(scope="module")
def stage(aws_server: Aws) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patch:
        lead_to(aws_server, patch)
        yield from open_stage(aws_server, patch)


@pytest.fixture(scope="module")
def printed(stage: Stage) -> dict[str, Any]:
    """The minimal policy of each application, as the tool prints it."""
    return {name: next(iter(scan(name, "policy").values())) for name in APPLICATIONS}


def scan(name: str, output: str) -> Any:
    arguments = [str(FIXTURES / name / "src"), "--deployed", name, "--region", REGION, "--format", output, "--exit-zero"]
    done = CliRunner().invoke(program, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def missing(name: str) -> set[str]:
    return {finding["action"] for finding in scan(name, "json")["findings"] if finding["code"].startswith("LIS1")}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_printed_policy_is_enough(stage: Stage, printed: dict[str, Any], name: str) -> None:
    stage.policy(name, as_moto_names_it(printed[name]))
    assert "result" in stage.run(name), stage.run(name)
    stage.policy(name, printed[name])
    assert missing(name) == set()


@pytest.mark.parametrize("name", APPLICATIONS)
def test_it_grants_nothing_else_and_nothing_elsewhere(printed: dict[str, Any], name: str) -> None:
    actions = set()
    for statement in printed[name]["Statement"]:
        given, resources = statement["Action"], statement["Resource"]
        actions |= {given} if isinstance(given, str) else set(given)
        for resource in [resources] if isinstance(resources, str) else resources:
            assert resource != "*" or ANYWHERE.issuperset([given] if isinstance(given, str) else given)
            assert "${" not in resource
            assert resource == "*" or resource.split(":")[4] in (ACCOUNT, "")
    assert actions - {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"} == APPLICATIONS[name] - {"logs:PutLogEvents"}


@pytest.mark.parametrize(("name", "action"), EACH_ACTION)
def test_without_any_one_action_it_is_denied_and_the_tool_says_which(stage: Stage, printed: dict[str, Any], name: str, action: str) -> None:
    stage.policy(name, as_moto_names_it(printed[name], without=action))
    if (name, action) not in UNCHECKED:
        # S3 has no words for who asks for the head alone.
        assert any(word in stage.run(name)["error"] for word in ("AccessDenied", "Forbidden"))
    assert missing(name) == {action}
