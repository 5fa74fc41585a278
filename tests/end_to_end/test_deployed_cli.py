"""`--deployed`, as a user runs it."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lambda_iam_scan.cli.main import program
from lambda_iam_scan.errors import LambdaIamScanError
from tests.aws_server import ACCOUNT, REGION, Aws, Request, Rule, allow, denied, document, failing, iam_report, report_job
from tests.end_to_end.stage import FIXTURES

LOGS = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{REGION}:{ACCOUNT}:*")
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:work"
ENVIRONMENT = {
    "ORDERS_TABLE": "orders",
    "WORK_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/work",
    "NEWS_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:news",
    "PASSWORD": "hunter2",
}
NEEDED = (
    allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"], f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"),
    allow("sqs:SendMessage", QUEUE),
    allow("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:news"),
    LOGS,
)


@pytest.fixture(autouse=True)
def project(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("lambda_iam_scan.disk.cache_directory", lambda: tmp_path / "cache")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    target = tmp_path / "project"
    shutil.copytree(FIXTURES / "orders", target, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(target)
    return target


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["src", "--deployed", "orders", *arguments], catch_exceptions=False)


def findings(*arguments: str) -> list[dict[str, Any]]:
    done = run(*arguments, "--format", "json", "--exit-zero")
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def codes(*arguments: str) -> list[tuple[str, str | None]]:
    return [(finding["code"], finding["action"]) for finding in findings(*arguments) if not finding["code"].startswith(("LIS9", "LIS5"))]


def refused(said: str, *arguments: str) -> None:
    with pytest.raises(LambdaIamScanError, match=said) as error:
        run(*arguments)
    assert error.value.exit_status == 2
    assert "\n" not in str(error.value)


def deploy(aws: Aws, *statements: dict[str, Any], **settings: Any) -> None:
    aws.function("orders", aws.role("orders", inline={"p": document(*statements)}), Environment={"Variables": ENVIRONMENT}, **settings)


def test_what_is_needed_and_nothing_else(aws: Aws) -> None:
    deploy(aws, *NEEDED)
    assert codes() == []


def test_missing_elsewhere_unused_denied(aws: Aws) -> None:
    other = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/other"
    deny = {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": QUEUE}
    deploy(aws, allow("dynamodb:GetItem", other), *NEEDED[1:], allow("s3:DeleteBucket", "arn:aws:s3:::x"), deny)
    assert sorted(codes()) == [
        ("LIS101", "dynamodb:PutItem"),
        ("LIS101", "dynamodb:Scan"),
        ("LIS102", "dynamodb:GetItem"),
        ("LIS103", "sqs:SendMessage"),
        ("LIS201", "s3:DeleteBucket"),
        ("LIS202", "dynamodb:GetItem"),
    ]


def test_every_finding_stands_in_the_project(aws: Aws) -> None:
    deploy(aws, *NEEDED[1:], allow("s3:DeleteBucket", "arn:aws:s3:::x"))
    aws.gate.rules.append(denied("/policy"))
    found = findings()
    assert {finding["path"] for finding in found} == {"template.yaml", "src/app.py"}
    unused = next(finding for finding in found if finding["code"] == "LIS201")
    assert [related["path"] for related in unused["related"]] == [f"arn:aws:iam::{ACCOUNT}:role/orders#p"]


def test_the_queues_own_policy_grants_too(aws: Aws) -> None:
    who = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/orders"}
    policy = document(allow("sqs:SendMessage", QUEUE, Principal=who))
    aws.client("sqs").create_queue(QueueName="work", Attributes={"Policy": json.dumps(policy)})
    deploy(aws, NEEDED[0], *NEEDED[2:])
    assert codes() == []


def test_a_queues_policy_that_may_not_be_read_holds_back_what_is_missing_on_it(aws: Aws) -> None:
    aws.client("sqs").create_queue(QueueName="work")
    deploy(aws, NEEDED[0], *NEEDED[2:])
    assert codes() == [("LIS101", "sqs:SendMessage")]
    aws.gate.rules.append(denied("GetQueueAttributes"))
    found = findings()
    assert any("needs sqs:GetQueueAttributes" in finding["message"] for finding in found)
    assert not any(finding["severity"] == "error" for finding in found)


SECRET = """import boto3
def handler(event, context):
    return boto3.client("secretsmanager").get_secret_value(SecretId="token")
"""


def test_a_secret_asked_for_by_name_is_known_by_its_arn(aws: Aws, project: Path) -> None:
    (project / "template.yaml").unlink()
    (project / "src" / "app.py").write_text(SECRET)
    secrets = aws.client("secretsmanager")
    arn = secrets.create_secret(Name="token", SecretString="x")["ARN"]
    deploy(aws, LOGS)
    assert [(finding["action"], finding["resource"]) for finding in findings()] == [("secretsmanager:GetSecretValue", arn)]
    aws.gate.rules.append(denied("GetResourcePolicy"))
    assert [finding["severity"] for finding in findings()] == ["note"]
    aws.gate.rules.clear()
    grant = allow("secretsmanager:GetSecretValue", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/orders"})
    secrets.put_resource_policy(SecretId="token", ResourcePolicy=json.dumps(document(grant)))
    assert findings() == []
    first = findings("--snapshot", "s.json")
    assert findings("--snapshot", "s.json") == first
    assert "hunter2" not in Path("s.json").read_text()


def test_what_an_unread_event_source_may_need_is_hardly_called_unused(aws: Aws) -> None:
    deploy(aws, *NEEDED, allow(["sqs:ReceiveMessage"], QUEUE), allow(["s3tables:GetTable"]))
    aws.gate.rules.append(denied("event-source-mappings"))
    unused = {finding["action"]: finding["confidence"] for finding in findings("--select", "LIS201")}
    assert unused == {"sqs:ReceiveMessage": "possible", "s3tables:GetTable": "certain"}


def test_a_boundary_blocks(aws: Aws) -> None:
    limit = document(allow(["dynamodb:*", "sns:*", "logs:*"]))
    arn = aws.client("iam").create_policy(PolicyName="limit", PolicyDocument=json.dumps(limit))["Policy"]["Arn"]
    aws.function("orders", aws.role("orders", inline={"p": document(*NEEDED)}, boundary=arn), Environment={"Variables": ENVIRONMENT})
    assert ("LIS105", "sqs:SendMessage") in codes()


def test_drift(aws: Aws) -> None:
    deploy(aws, *NEEDED[:2], LOGS, allow("s3:GetObject", "arn:aws:s3:::x/*"))
    drift = [finding for finding in findings() if finding["code"] == "LIS501"]
    text = " ".join(str(finding) for finding in drift)
    assert "permissions that are not declared" in text
    assert "lacks permissions that are declared" in text
    assert all(finding["path"] == "template.yaml" for finding in drift)


def test_a_container_image_is_compared_with_the_local_code(aws: Aws) -> None:
    image = {"ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/x:1"}
    settings = {"Code": image, "PackageType": "Image", "Environment": {"Variables": ENVIRONMENT}}
    role = aws.role("orders", inline={"p": document(*NEEDED[1:])})
    aws.client("lambda").create_function(FunctionName="orders", Role=role, **settings)
    assert {action for code, action in codes() if code == "LIS101"} == {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"}


def test_without_a_template(aws: Aws, project: Path) -> None:
    (project / "template.yaml").unlink()
    deploy(aws, *NEEDED[1:])
    assert codes() == [("LIS101", "dynamodb:GetItem"), ("LIS101", "dynamodb:PutItem"), ("LIS101", "dynamodb:Scan")]


def test_a_snapshot_gives_the_same_without_an_account(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(aws, *NEEDED[1:])
    first = findings("--snapshot", "orders.snapshot")
    assert "hunter2" not in Path("orders.snapshot").read_text()
    aws.gate.seen.clear()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert findings("--snapshot", "orders.snapshot") == first
    assert aws.gate.seen == []


def test_a_damaged_snapshot_is_one_clear_line(aws: Aws) -> None:
    deploy(aws, *NEEDED)
    findings("--snapshot", "good")
    rows = json.loads(Path("good").read_text())["answers"]
    for at, row in enumerate(rows):
        wrong: object = 7 if at % 2 else [{}]
        others = [*rows[:at], {**row, "answer": dict.fromkeys(row.get("answer", {"x": 1}), wrong)}, *rows[at + 1 :]]
        Path("bad").write_text(json.dumps({"snapshot_version": 1, "answers": others}))
        with suppress(LambdaIamScanError):
            run("--snapshot", "bad", "--exit-zero")


def test_twice_the_same_bytes(aws: Aws) -> None:
    deploy(aws, *NEEDED[1:])
    assert run("--format", "json").stdout == run("--format", "json").stdout


EVERY_READ = {
    "/functions/orders": "lambda:GetFunction",
    "/aliases": "lambda:ListAliases",
    "/versions": "lambda:ListVersionsByFunction",
    "/event-source-mappings": "lambda:ListEventSourceMappings",
    "/url": "lambda:GetFunctionUrlConfig",
    "/policy": "lambda:GetPolicy",
    "/event-invoke-config/list": "lambda:ListFunctionEventInvokeConfigs",
    "/functions": "lambda:ListFunctions",
    "GetRole": "iam:GetRole",
    "ListRolePolicies": "iam:ListRolePolicies",
    "GetRolePolicy": "iam:GetRolePolicy",
    "ListAttachedRolePolicies": "iam:ListAttachedRolePolicies",
    "GetPolicy": "iam:GetPolicy",
    "GetPolicyVersion": "iam:GetPolicyVersion",
    "GetQueueUrl": "sqs:GetQueueUrl",
    "GetQueueAttributes": "sqs:GetQueueAttributes",
    "GetTopicAttributes": "sns:GetTopicAttributes",
    "GenerateServiceLastAccessedDetails": "iam:GenerateServiceLastAccessedDetails",
    "GetServiceLastAccessedDetails": "iam:GetServiceLastAccessedDetails",
}


def exactly(operation: str) -> Rule:
    """Denies just this operation."""
    refuse = denied("")
    return lambda request: (
        refuse(request) if request.operation == operation or (operation[0] == "/" and _ends(request, operation)) else None
    )


def _ends(request: Request, path: str) -> bool:
    return request.service == "lambda" and request.path.rstrip("/").endswith(path)


@pytest.mark.parametrize("operation", EVERY_READ)
def test_each_read_that_is_denied_alone_is_one_gap_that_names_it(aws: Aws, operation: str) -> None:
    aws.client("sqs").create_queue(QueueName="work")
    aws.client("sns").create_topic(Name="news")
    own = aws.client("iam").create_policy(PolicyName="own", PolicyDocument=json.dumps(document(LOGS)))["Policy"]["Arn"]
    role = aws.role("orders", inline={"p": document(*NEEDED[:3])}, attached=[own])
    aws.function("orders", role, Environment={"Variables": ENVIRONMENT})
    aws.gate.rules += [exactly(operation), report_job(iam_report(""))]
    found = [finding for finding in findings("--last-accessed", "--ignore", "LIS5") if "may not be read" in finding["message"]]
    assert [finding["message"].rpartition(" ")[2] for finding in found] == [EVERY_READ[operation]]


def test_a_policy_that_may_not_be_read_is_a_gap_and_nothing_is_missing_for_it(aws: Aws) -> None:
    deploy(aws, *NEEDED)
    aws.gate.rules.append(failing("GetRolePolicy", 403, "AccessDenied"))
    found = findings()
    assert any("needs iam:GetRolePolicy" in finding["message"] for finding in found)
    assert not any(finding["severity"] == "error" for finding in found)


def record(action: str, used: str) -> Rule:
    """IAM's report, ten years on, when the role is old enough: the service was used, and the action as said."""
    service, name = action.split(":")
    tracked = f"<TrackedActionsLastAccessed><member><ActionName>{name}</ActionName>{used}</member></TrackedActionsLastAccessed>"
    names = f"<ServiceName>x</ServiceName><ServiceNamespace>{service}</ServiceNamespace>"
    last = "<LastAuthenticated>2036-11-22T10:00:00Z</LastAuthenticated>"
    services = f"<ServicesLastAccessed><member>{names}{last}{tracked}</member></ServicesLastAccessed>"
    return report_job(iam_report(services, day="2036-11-23"))


@pytest.mark.parametrize(
    ("used", "expected"),
    [("", ("LIS201", "certain")), ("<LastAccessedTime>2036-11-20T10:00:00Z</LastAccessedTime>", ("LIS901", "certain"))],
)
def test_last_accessed(aws: Aws, used: str, expected: tuple[str, str]) -> None:
    deploy(aws, *NEEDED, allow("s3:DeleteBucket", "arn:aws:s3:::x"))
    aws.gate.rules.append(record("s3:DeleteBucket", used))
    found = [finding for finding in findings("--last-accessed") if finding["action"] == "s3:DeleteBucket"]
    assert [(finding["code"], finding["confidence"]) for finding in found] == [expected]


def test_bad_input_is_one_line_and_status_2(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    refused("there is none of this name")
    deploy(aws, *NEEDED, Runtime="nodejs20.x")
    refused("only Python can be analyzed")
    refused("do not go together", "--since", "HEAD")
    refused("nobody", "--profile", "nobody")
    refused("name is empty", "--deployed", "")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    refused("no AWS region")
