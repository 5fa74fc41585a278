"""What Ref and GetAtt give, against the other tables and CloudFormation's own schemas."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Part, Text, Token, TokenKind
from tests.mapping.calls import call, needed
from tests.tables.shipped import TABLES
from tools.tables import rules

TYPES = sorted(rules.toml(rules.RULES / "cloudformation.toml"))
OWN: dict[str, Part] = {"AWS::Partition": PARTITION, "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
_PART = re.compile(r"\$\{([^}]+)\}")


def filled(form: str) -> Text:
    """A format as a template's reader fills it for a resource called Thing."""
    parts: list[Part] = []
    for index, piece in enumerate(_PART.split(form)):
        parts.append(piece if index % 2 == 0 else OWN.get(piece, Token(f"Thing.{piece}", TokenKind.RESOURCE)))
    return Text.of(*parts)


def row(type_name: str) -> Any:
    found = TABLES.cloudformation(type_name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", TYPES)
def test_formats_are_whole(name: str) -> None:
    shape = row(name)
    for form in (shape.ref, shape.arn or "", *shape.attributes.values()):
        assert form.count("${") == len(_PART.findall(form))
    if shape.arn and not shape.arn.startswith("${"):
        assert len(shape.arn.split(":")) - 2 * shape.arn.count("AWS::") >= 6 or "s3:::" in shape.arn


@pytest.mark.parametrize(
    ("type_name", "api", "parameter", "action"),
    [
        ("AWS::SQS::Queue", "sqs.SendMessage", "QueueUrl", "sqs:SendMessage"),
        ("AWS::SNS::Topic", "sns.Publish", "TopicArn", "sns:Publish"),
        ("AWS::DynamoDB::Table", "dynamodb.GetItem", "TableName", "dynamodb:GetItem"),
        ("AWS::Lambda::Function", "lambda.Invoke", "FunctionName", "lambda:InvokeFunction"),
        ("AWS::StepFunctions::StateMachine", "stepfunctions.StartExecution", "stateMachineArn", "states:StartExecution"),
        ("AWS::SecretsManager::Secret", "secretsmanager.GetSecretValue", "SecretId", "secretsmanager:GetSecretValue"),
        ("AWS::Kinesis::Stream", "kinesis.PutRecord", "StreamName", "kinesis:PutRecord"),
        ("AWS::KinesisFirehose::DeliveryStream", "firehose.PutRecord", "DeliveryStreamName", "firehose:PutRecord"),
        ("AWS::KMS::Key", "kms.Encrypt", "KeyId", "kms:Encrypt"),
        ("AWS::Cognito::UserPool", "cognito-idp.AdminGetUser", "UserPoolId", "cognito-idp:AdminGetUser"),
        ("AWS::S3::Bucket", "s3.ListObjectsV2", "Bucket", "s3:ListBucket"),
    ],
)
def test_what_ref_gives_names_the_resource_whose_arn_getatt_gives(type_name: str, api: str, parameter: str, action: str) -> None:
    """Code that gets `Ref` in an environment variable needs the very resource that a policy names by its ARN."""
    shape = row(type_name)
    expected = str(filled(shape.arn)).replace("${AWS::Partition}", "").replace("${AWS::Region}", "").replace("${AWS::AccountId}", "")
    arguments: dict[str, Any] = {parameter: filled(shape.ref)}
    assert needed(call(api, **arguments))[action] == [expected]


@cache
def schemas() -> dict[str, Any]:
    spec = find_spec("cfnlint")
    folder = Path(str(spec.origin)).parent / "data" / "schemas" / "resources" if spec else None
    if folder is None or not folder.is_dir():
        return {}
    found = {}
    for path in folder.glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        if schema["typeName"] in TYPES:
            found[schema["typeName"]] = schema
    return found


@pytest.mark.skipif(find_spec("cfnlint") is None, reason="cfn-lint, which brings CloudFormation's schemas, is not installed")
def test_names_and_attributes_are_those_of_cloudformations_schemas() -> None:
    for name, schema in schemas().items():
        shape = row(name)
        readable = {item.removeprefix("/properties/").replace("/", ".") for item in schema.get("readOnlyProperties", ())}
        assert shape.name is None or shape.name in schema["properties"], name
        assert set(shape.attributes) - readable - set(schema["properties"]) <= {"Arn"}, name


@pytest.mark.parametrize("name", ["AWS::No::Such", "AWS::DynamoDB::Tables", ""])
def test_types_that_nothing_is_known_of(name: str) -> None:
    assert TABLES.cloudformation(name) is None
