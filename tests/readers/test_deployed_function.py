"""A function of the account, through real HTTP and boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambda_iam_scan.errors import InputError, RemoteError, UsageError
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.readers.deployed.api import Live, boto3_clients
from lambda_iam_scan.readers.deployed.function import read_function
from tests.aws_server import ACCOUNT, REGION, Aws, Reply, allow, denied, document, failing, live

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"


def read(name: str = "orders", region: str | None = REGION) -> Function:
    return read_function(live(region), name, region)


def reasons(function: Function) -> str:
    assert function.role
    return " | ".join(gap.reason for gap in (*function.gaps, *function.role.gaps))


def test_configuration(aws: Aws) -> None:
    aws.function("orders", aws.role("r"), Environment={"Variables": {"TABLE": "orders", "STAGE": "prod"}}, Tags={"team": "a"})
    function = read()
    assert (function.id, function.handler, function.runtime) == (ARN, "app.handler", "python3.12")
    assert [(name, str(value)) for name, value in function.environment or ()] == [("STAGE", "prod"), ("TABLE", "orders")]
    assert function.role
    assert function.role.id == f"arn:aws:iam::{ACCOUNT}:role/r"
    assert function.tags == (("team", "a"),)
    assert reasons(function) == ""


def test_by_arn_the_region_is_known(aws: Aws) -> None:
    aws.function("orders", aws.role("r"))
    assert read(ARN, region=None).id == ARN


def test_policies_of_function_alias_and_version(aws: Aws) -> None:
    aws.function("orders", aws.role("r"))
    client = aws.client("lambda")
    client.publish_version(FunctionName="orders")
    client.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    for qualifier in (None, "live"):
        _permit(client, qualifier)
    found = {str(policy.resource): policy.policy for policy in read().resource_policies}
    assert {ARN, f"{ARN}:live"} <= set(found)
    assert str(found[ARN].statements[0].principals[0].text) == "s3.amazonaws.com"


def _permit(client: Any, qualifier: str | None) -> None:
    qualified = {"Qualifier": qualifier} if qualifier else {}
    client.add_permission(
        FunctionName="orders",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceAccount=ACCOUNT,
        **qualified,
    )


def test_event_sources_and_url(aws: Aws) -> None:
    aws.function("orders", aws.role("r"))
    queue = aws.client("sqs").create_queue(QueueName="jobs", Attributes={"KmsMasterKeyId": "alias/mine"})["QueueUrl"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("lambda").create_event_source_mapping(FunctionName="orders", EventSourceArn=arn)
    aws.client("lambda").create_function_url_config(FunctionName="orders", AuthType="NONE")
    function = read()
    assert [(source.kind, str(source.source)) for source in function.event_sources] == [("sqs", arn)]
    assert str(function.event_sources[0].options.get("SourceKmsKey")) == "alias/mine"
    assert [(trigger.kind, str(trigger.options.get("AuthType"))) for trigger in function.triggers] == [("function-url", "NONE")]


def test_features(aws: Aws) -> None:
    aws.function("orders", aws.role("r"), TracingConfig={"Mode": "Active"})
    aws.client("lambda").put_function_event_invoke_config(
        FunctionName="orders", DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"}}
    )
    assert [(feature.kind, str(feature.target)) for feature in read().features] == [
        ("tracing", "None"),
        ("on-failure", f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"),
    ]


def test_a_function_without_any_of_it(aws: Aws) -> None:
    aws.function("orders", aws.role("r"))
    function = read()
    assert (function.event_sources, function.triggers, function.features, function.resource_policies) == ((), (), (), ())


def test_what_may_not_be_read_is_a_gap_that_names_the_permission(aws: Aws) -> None:
    aws.function("orders", aws.role("r", inline={"p": document(allow("s3:GetObject"))}))
    aws.gate.rules += [denied("/policy"), denied("GetRolePolicy"), denied("event-source-mappings")]
    text = reasons(read())
    assert "needs lambda:GetPolicy" in text
    assert "needs iam:GetRolePolicy" in text
    assert "needs lambda:ListEventSourceMappings" in text


def test_without_getfunction_the_configuration_will_do(aws: Aws) -> None:
    aws.function("orders", aws.role("r"))
    aws.gate.rules.append(lambda request: denied("GET")(request) if request.path.endswith("/functions/orders") else None)
    function = read()
    assert function.handler == "app.handler"
    assert "lambda:GetFunction" in reasons(function)


def test_throttling_is_waited_out(aws: Aws) -> None:
    aws.function("orders", aws.role("r"))
    aws.gate.rules.append(failing("/functions/orders/aliases", 429, "TooManyRequestsException", times=2))
    assert reasons(read()) == ""
    assert aws.gate.count("/aliases") == 3


def test_a_container_image_is_read_without_a_handler(aws: Aws) -> None:
    image = {"ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/x:1"}
    aws.client("lambda").create_function(FunctionName="orders", Role=aws.role("r"), Code=image, PackageType="Image")
    function = read()
    assert function.handler is None
    assert "container image" in reasons(function)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredTokenException", "have expired"),
        ("UnrecognizedClientException", "does not know these credentials"),
        ("InvalidSignatureException", "secret key is wrong"),
    ],
)
def test_credentials_that_do_not_work_end_the_run(aws: Aws, code: str, said: str) -> None:
    aws.gate.rules.append(failing("/functions/", 403, code))
    with pytest.raises(RemoteError, match=said):
        read()


def test_no_credentials(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(RemoteError, match="no AWS credentials"):
        read_function(Live(boto3_clients(region=REGION)), "orders", REGION)


def test_no_region(aws: Aws) -> None:
    with pytest.raises(UsageError, match="--region"):
        read(region=None)


def test_a_region_that_is_none(aws: Aws) -> None:
    with pytest.raises(UsageError, match="no AWS region"):
        read(region="nowhere at all")


def test_an_address_that_is_none(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "garbage")
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL"):
        read_function(Live(boto3_clients(region=REGION)), "orders", REGION)


def test_a_region_that_is_mistyped(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(RemoteError, match=r"in region us-esat-1; did you mean us-east-1\?"):
        read_function(Live(boto3_clients(region="us-esat-1")), "orders", "us-esat-1")


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "OptInRequired"])
def test_a_region_that_the_account_does_not_use_is_named(aws: Aws, code: str) -> None:
    aws.gate.rules.append(failing("/functions/", 403, code))
    with pytest.raises(RemoteError, match=f"region {REGION} "):
        read()


def test_nobody_answers(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("lambda_iam_scan.readers.deployed.api.ATTEMPTS", 1)
    with pytest.raises(RemoteError, match="is the region right"):
        read_function(Live(boto3_clients(region=REGION)), "orders", REGION)


def test_unknown_profile(aws: Aws) -> None:
    with pytest.raises(UsageError, match="nobody"):
        boto3_clients(profile="nobody")


def test_unknown_function(aws: Aws) -> None:
    with pytest.raises(InputError, match="function orders: there is none of this name in region us-east-1"):
        read()


def test_a_function_that_may_not_be_read(aws: Aws) -> None:
    aws.gate.rules.append(denied("/functions/"))
    with pytest.raises(InputError, match=r"lambda:GetFunction$"):
        read()


def test_not_python(aws: Aws) -> None:
    aws.function("orders", aws.role("r"), Runtime="nodejs20.x")
    with pytest.raises(InputError, match=r"nodejs20\.x; only Python"):
        read()


def test_a_policy_that_is_broken_is_a_gap(aws: Aws) -> None:
    aws.function("orders", aws.role("r"))
    _permit(aws.client("lambda"), None)
    body = json.dumps({"Policy": "{not json"}).encode()
    aws.gate.rules.append(lambda request: Reply(200, body) if request.path.endswith("/policy") else None)
    assert "is not JSON" in reasons(read())
