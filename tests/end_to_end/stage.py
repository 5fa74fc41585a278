"""The stage for the truth: moto with IAM enforced, the applications deployed, a process that runs their handlers.

What moto checks otherwise than AWS, and what we do about it:

- It names actions by the API's operation: lambda:Invoke, sqs:SendMessageBatch, dynamodb:TransactWriteItems. `ALIASES` adds
  that name to every statement that grants the real action, and takes it away with it.
- It knows the resource of a request only for S3, SQS, IAM and STS, else it compares with "*". `RESOURCES` teaches it the others,
  of a batch the first.
- A copy within S3 is checked for the target only, so s3:GetObject on the source is not verified (`UNCHECKED`).
- An object that is put with tags is not checked for s3:PutObjectTagging (`UNCHECKED`).
- It has no Lambda service that would write logs with the role, so the needs of logging are not verified.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.aws_server import ACCOUNT, REGION, Aws, allow, document

FIXTURES = Path(__file__).parents[2] / "fixtures" / "end-to-end"
ALIASES = {
    "lambda:InvokeFunction": "lambda:Invoke",
    "sqs:SendMessage": "sqs:SendMessageBatch",
    "dynamodb:PutItem": "dynamodb:TransactWriteItems",
    "cloudwatch:PutMetricData": "monitoring:PutMetricData",
}
UNCHECKED = {("batches", "s3:GetObject"), ("catalog", "s3:PutObjectTagging")}


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def _body(request: Any) -> dict[str, Any]:
    return request.body if isinstance(request.body, dict) else json.loads(request.body or "{}")


def _field(name: str) -> Callable[[Any], str]:
    return lambda request: str(_body(request).get(name, "*"))


def _named(service: str, kind: str, *fields: str) -> Callable[[Any], str]:
    """The ARN of what the first of these fields names; a field that is a list names the first of it."""

    def resource(request: Any) -> str:
        body = _body(request)
        given = next((body[field] for field in fields if field in body), "*")
        name = str(given[0] if isinstance(given, list) else given)
        return name if name.startswith("arn:") else _arn(service, kind + name)

    return resource


def _table(request: Any) -> str:
    body = _body(request)
    if "TransactItems" in body:
        return _arn("dynamodb", f"table/{body['TransactItems'][0]['Put']['TableName']}")
    name = next(iter(body["RequestItems"])) if "RequestItems" in body else body.get("TableName")
    return _arn("dynamodb", f"table/{name}" + (f"/index/{body['IndexName']}" if "IndexName" in body else ""))


def _bus(request: Any) -> str:
    entries = _body(request).get("Entries") or [{}]
    return _arn("events", f"event-bus/{entries[0].get('EventBusName', '*')}")


def _stream_of_log(request: Any) -> str:
    body = _body(request)
    return _arn("logs", f"log-group:{body.get('logGroupName')}:log-stream:{body.get('logStreamName')}")


def _secret(request: Any) -> str:
    """A secret's ARN ends in six characters that only its service knows."""
    from moto.secretsmanager.models import secretsmanager_backends

    name = str(_body(request).get("SecretId", "*"))
    found = secretsmanager_backends[ACCOUNT][REGION].secrets.get(name)
    return str(found.arn) if found else name


RESOURCES: Mapping[str, Callable[[Any], str]] = {
    "moto.dynamodb.responses.DynamoHandler": _table,
    "moto.sns.responses.SNSResponse": lambda request: str(request._get_param("TopicArn") or "*"),
    "moto.secretsmanager.responses.SecretsManagerResponse": _secret,
    "moto.kms.responses.KmsResponse": _field("KeyId"),
    "moto.ssm.responses.SimpleSystemManagerResponse": _named("ssm", "parameter", "Name", "Names", "Path"),
    "moto.kinesis.responses.KinesisResponse": _named("kinesis", "stream/", "StreamARN", "StreamName"),
    "moto.firehose.responses.FirehoseResponse": _named("firehose", "deliverystream/", "DeliveryStreamName"),
    "moto.events.responses.EventsHandler": _bus,
    "moto.stepfunctions.responses.StepFunctionResponse": _named("states", "", "stateMachineArn", "executionArn"),
    "moto.logs.responses.LogsResponse": _stream_of_log,
    "moto.cognitoidp.responses.CognitoIdpResponse": _named("cognito-idp", "userpool/", "UserPoolId"),
    "moto.ses.responses.EmailResponse": lambda request: _arn("ses", f"identity/{request._get_param('Source')}"),
    "moto.awslambda.responses.LambdaResponse": lambda request: _arn("lambda", "function:" + "/".join(request.path.split("/")[3:4])),
}


@dataclass
class Stage:
    """The deployed applications."""

    aws: Aws
    process: subprocess.Popen[str]
    settings: Mapping[str, Mapping[str, str]]
    """Environment variables of each application."""

    def policy(self, name: str, policy: Mapping[str, Any]) -> None:
        """Make a policy the only one of an application's role."""
        self.aws.client("iam").put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=json.dumps(policy))

    def run(self, name: str) -> dict[str, Any]:
        """Run an application's handler under its role, with IAM enforced."""
        self.reset(name)
        environment = {**self.settings[name], **self._credentials[name]}
        request = {"directory": str(FIXTURES / name / "src"), "environment": environment, "event": {"id": "1", "customer": "ann"}}
        assert self.process.stdin
        assert self.process.stdout
        with enforced():
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def reset(self, name: str) -> None:
        """What a handler consumes or leaves behind."""
        self.aws.client("s3").put_object(Bucket="reports", Key="in/new.txt", Body=b"text")
        self.aws.client("dynamodb").delete_item(TableName="orders", Key={"id": {"S": "1"}})
        for user in self.aws.client("cognito-idp").list_users(UserPoolId=self.settings["members"]["USER_POOL_ID"])["Users"]:
            self.aws.client("cognito-idp").admin_delete_user(UserPoolId=self.settings["members"]["USER_POOL_ID"], Username=user["Username"])
        self.aws.client("sqs").send_message(QueueUrl=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/changes", MessageBody="lamp")

    @cached_property
    def _credentials(self) -> dict[str, dict[str, str]]:
        sts = self.aws.client("sts")
        found = {}
        for name in self.settings:
            keys = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="handler")["Credentials"]
            found[name] = {
                "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
                "AWS_SESSION_TOKEN": keys["SessionToken"],
            }
        return found


@contextmanager
def enforced() -> Iterator[None]:
    """IAM is checked while this lasts: who may do what, not the signatures, which moto computes otherwise for requests without a body."""
    from moto.core.authorization import enable_iam_authentication
    from moto.iam.access_control import IAMRequestBase

    with enable_iam_authentication(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(IAMRequestBase, "check_signature", lambda request: None)
        yield


def build(aws: Aws) -> dict[str, dict[str, str]]:
    """Create everything that the applications use; gives their environment variables."""
    for bucket in ("reports", "archive", "inbox", "pictures"):
        aws.client("s3").create_bucket(Bucket=bucket)
    aws.client("s3").put_object(Bucket="inbox", Key="new.txt", Body=b"new")
    aws.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.client("sqs").create_queue(QueueName="work")
    aws.client("ssm").put_parameter(Name="/next", Value="ann", Type="String")
    aws.client("dynamodb").create_table(
        TableName="items",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "kind")],
        GlobalSecondaryIndexes=[
            {"IndexName": "by-kind", "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.client("sqs").create_queue(QueueName="changes")
    for name in ("/settings/limit", "/settings/colour", "/count"):
        aws.client("ssm").put_parameter(Name=name, Value="1", Type="String")
    aws.client("secretsmanager").create_secret(Name="token", SecretString="s")
    aws.client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    aws.client("firehose").create_delivery_stream(
        DeliveryStreamName="lake", S3DestinationConfiguration={"RoleARN": aws.role("lake"), "BucketARN": "arn:aws:s3:::archive"}
    )
    aws.client("events").create_event_bus(Name="shop")
    aws.client("logs").create_log_group(logGroupName="/shop/journal")
    aws.client("logs").create_log_stream(logGroupName="/shop/journal", logStreamName="all")
    aws.client("ses").verify_email_identity(EmailAddress="shop@example.com")
    worker = aws.role("worker", inline={"p": document(allow("logs:*"))})
    aws.function("worker", worker)
    return {
        "orders": {
            "ORDERS_TABLE": "orders",
            "WORK_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/work",
            "NEWS_TOPIC_ARN": aws.client("sns").create_topic(Name="news")["TopicArn"],
        },
        "reports": {
            "REPORTS_BUCKET": "reports",
            "SALT_SECRET_ARN": aws.client("secretsmanager").create_secret(Name="salt", SecretString="s")["ARN"],
        },
        "dispatcher": {
            "NEXT_PARAMETER": "/next",
            "KEY_ARN": aws.client("kms").create_key()["KeyMetadata"]["Arn"],
            "WORKER_FUNCTION": "worker",
        },
        "batches": {
            "WORK_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/work",
            "ARCHIVE_BUCKET": "archive",
            "INBOX_BUCKET": "inbox",
            "ORDERS_TABLE": "orders",
        },
        "streams": {
            "CLICKS_STREAM": "clicks",
            "LAKE_STREAM": "lake",
            "SHOP_BUS": "shop",
            "REVIEW_MACHINE_ARN": aws.client("stepfunctions").create_state_machine(
                name="review", definition=json.dumps(_REVIEW), roleArn=aws.role("review")
            )["stateMachineArn"],
            "JOURNAL_GROUP": "/shop/journal",
        },
        "vault": {
            "SETTINGS_PATH": "/settings/",
            "LIMIT_PARAMETER": "/settings/limit",
            "COUNT_PARAMETER": "/count",
            "TOKEN_SECRET": "token",
            "KEY_ARN": aws.client("kms").create_key()["KeyMetadata"]["Arn"],
        },
        "members": {
            "USER_POOL_ID": aws.client("cognito-idp").create_user_pool(PoolName="members")["UserPool"]["Id"],
            "SENDER": "shop@example.com",
        },
        "catalog": {
            "ITEMS_TABLE": "items",
            "PICTURES_BUCKET": "pictures",
            "CHANGES_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/changes",
        },
    }


_REVIEW = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


def open_stage(aws: Aws, patch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Deploy, teach moto the resources, start the process; and take everything down again."""
    from moto.core.config import default_user_config
    from moto.moto_api._internal.models import moto_api_backend

    patch.setitem(default_user_config["lambda"], "use_docker", False)
    for path, resource in RESOURCES.items():
        module, _, name = path.rpartition(".")
        patch.setattr(getattr(import_module(module), name), "_determine_resource", resource, raising=False)
    settings = build(aws)
    for name, environment in settings.items():
        aws.function(name, aws.role(name), Environment={"Variables": environment})
    command = [sys.executable, str(Path(__file__).with_name("runner.py"))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment(aws))
    try:
        yield Stage(aws, process, settings)
    finally:
        process.communicate()
        moto_api_backend.reset()


def _environment(aws: Aws) -> dict[str, str]:
    """Of the process that runs handlers: the server's address, and no credentials until it is asked to run one."""
    return {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": "absent",
        "AWS_SHARED_CREDENTIALS_FILE": "absent",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }


def as_moto_names_it(policy: Mapping[str, Any], without: str | None = None) -> dict[str, Any]:
    """A policy with moto's names beside AWS's, and, if asked, without one action."""
    statements = []
    for statement in policy["Statement"]:
        given = statement["Action"]
        actions = [action for action in ([given] if isinstance(given, str) else given) if action != without]
        if actions:
            statements.append({**statement, "Action": [*actions, *(ALIASES[action] for action in actions if action in ALIASES)]})
    return document(*statements)
