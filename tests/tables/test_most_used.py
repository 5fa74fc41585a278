"""The operations that Lambda code uses most, as `rules show` prints them: what is needed for sure, when, and on what."""

from __future__ import annotations

import pytest

from lambda_iam_scan.tables.show import as_text, shown
from tests.tables.shipped import TABLES

OBJECT = "arn:${Partition}:s3:::${Bucket}/${Key}"
BUCKET = "arn:${Partition}:s3:::${Bucket}"
TABLE = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"
ITEM = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem", "DescribeTable")
MOST_USED = [
    ("s3", "GetObject", {"s3:GetObject": "not (VersionId)", "s3:GetObjectVersion": "VersionId"}, OBJECT),
    ("s3", "HeadObject", {"s3:GetObject": "not (VersionId)", "s3:GetObjectVersion": "VersionId"}, OBJECT),
    ("s3", "DeleteObject", {"s3:DeleteObject": "not (VersionId)", "s3:DeleteObjectVersion": "VersionId"}, OBJECT),
    ("s3", "PutObject", {"s3:PutObject": None, "s3:PutObjectTagging": "Tagging"}, OBJECT),
    ("s3", "CopyObject", {"s3:PutObject": None}, OBJECT),
    ("s3", "ListObjectsV2", {"s3:ListBucket": None}, BUCKET),
    *(
        ("dynamodb", operation, {f"dynamodb:{operation}": None}, TABLE)
        for operation in ITEM
        if operation not in ("BatchGetItem", "BatchWriteItem")
    ),
    (
        "dynamodb",
        "TransactWriteItems",
        {"dynamodb:PutItem": "TransactItems[].Put"},
        TABLE.replace("TableName", "TransactItems[].Put.TableName"),
    ),
    ("dynamodb", "BatchWriteItem", {"dynamodb:BatchWriteItem": None}, TABLE.replace("TableName", "RequestItems{}")),
    ("sqs", "SendMessage", {"sqs:SendMessage": None}, "arn:${Partition}:sqs:${Region}:${Account}:${QueueUrl | queue-url}"),
    ("sqs", "DeleteMessageBatch", {"sqs:DeleteMessage": None}, "arn:${Partition}:sqs:${Region}:${Account}:${QueueUrl | queue-url}"),
    ("sqs", "ReceiveMessage", {"sqs:ReceiveMessage": None}, "arn:${Partition}:sqs:${Region}:${Account}:${QueueUrl | queue-url}"),
    ("sns", "Publish", {"sns:Publish": "not (PhoneNumber)"}, "${TopicArn}"),
    (
        "lambda",
        "Invoke",
        {"lambda:InvokeFunction": None},
        "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName | function}",
    ),
    ("events", "PutEvents", {"events:PutEvents": None}, "arn:${Partition}:events:${Region}:${Account}:event-bus/${Entries[].EventBusName}"),
    ("stepfunctions", "StartExecution", {"states:StartExecution": None}, "${stateMachineArn}"),
    ("secretsmanager", "GetSecretValue", {"secretsmanager:GetSecretValue": None}, "secret:${SecretId | secret}"),
    ("ssm", "GetParameter", {"ssm:GetParameter": None}, "parameter/${Name | parameter}"),
    ("ssm", "GetParametersByPath", {"ssm:GetParametersByPath": None}, "parameter/${Path | parameter}"),
    ("kms", "Decrypt", {"kms:Decrypt": None}, "key/${KeyId | key}"),
    ("ses", "SendEmail", {"ses:SendEmail": None}, "${SourceArn}"),
    ("sesv2", "SendEmail", {"ses:SendEmail": None}, "${FromEmailAddressIdentityArn}"),
    ("cognito-idp", "AdminGetUser", {"cognito-idp:AdminGetUser": None}, "userpool/${UserPoolId}"),
    ("cognito-idp", "AdminCreateUser", {"cognito-idp:AdminCreateUser": None}, "userpool/${UserPoolId}"),
    ("kinesis", "PutRecord", {"kinesis:PutRecord": None}, "stream/${StreamName}"),
    ("firehose", "PutRecord", {"firehose:PutRecord": None}, "deliverystream/${DeliveryStreamName}"),
    ("bedrock-runtime", "InvokeModel", {"bedrock:InvokeModel": None}, "${modelId | bedrock-model}"),
    ("bedrock-runtime", "Converse", {"bedrock:InvokeModel": None}, "${modelId | bedrock-model}"),
    ("logs", "PutLogEvents", {"logs:PutLogEvents": None}, "log-stream:${logStreamName}"),
    ("cloudwatch", "PutMetricData", {"cloudwatch:PutMetricData": None}, "*"),
    ("apigatewaymanagementapi", "PostToConnection", {"execute-api:ManageConnections": None}, "execute-api"),
    ("sts", "AssumeRole", {"sts:AssumeRole": None}, "${RoleArn}"),
]


@pytest.mark.parametrize(
    ("service", "operation", "actions", "resource"), MOST_USED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_needs(service: str, operation: str, actions: dict[str, str | None], resource: str) -> None:
    row = shown(TABLES, service, operation)
    certain = {need["action"]: need for need in reversed(row["needs"]) if need["need"] != "possible"}
    for action, when in actions.items():
        assert certain[action]["when"] == when
        assert certain[action]["need"] == ("when" if when else "always")
        assert certain[action]["source"]
    assert any(resource in arn for arn in certain[next(iter(actions))]["resources"])
    others = [need for action, need in certain.items() if action not in actions and need["need"] == "always"]
    assert others == []


@pytest.mark.parametrize(("service", "operation"), [row[:2] for row in MOST_USED])
def test_the_text_names_every_action_and_source(service: str, operation: str) -> None:
    row = shown(TABLES, service, operation)
    text = as_text(row)
    assert all(need["action"] in text and need["source"] in text for need in row["needs"])


def test_an_operation_that_nothing_knows_says_so() -> None:
    assert "not known" in as_text(shown(TABLES, "iotthingsgraph", "SearchThings"))
    assert "no permission" in as_text({"service": "x", "operation": "y", "needs": []})
