"""Whole accounts: paging, several at a time, interrupted and resumed; evidence of use; policies of resources."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lambda_iam_scan.errors import InputError, RemoteError
from lambda_iam_scan.model.text import Hole, Part, Text
from lambda_iam_scan.readers.deployed.account import Journal, list_functions, read_functions
from lambda_iam_scan.readers.deployed.api import Recorder, replay
from lambda_iam_scan.readers.deployed.evidence import read_last_accessed
from lambda_iam_scan.readers.deployed.function import is_python, read_function
from lambda_iam_scan.readers.deployed.resources import policy_owner, read_resource_policies, secret_name
from lambda_iam_scan.snapshot import Telling, dumps, loads
from tests.aws_server import ACCOUNT, REGION, Aws, Reply, Request, Rule, allow, denied, document, failing, iam_report, live, report_job


def filled(aws: Aws, count: int, **settings: Any) -> None:
    role = aws.role("shared")
    for number in range(count):
        aws.function(f"f{number:03}", role, **settings)


def pages_of(names: list[str], size: int) -> Rule:
    """moto gives all functions at once; Lambda gives pages of 50."""

    def rule(request: Request) -> Reply | None:
        if request.method != "GET" or not request.path.endswith("/functions"):
            return None
        start = int(request.query.get("Marker", "0"))
        rows = [
            {"FunctionName": n, "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{n}", "Runtime": "python3.12"} for n in names
        ]
        more = {"NextMarker": str(start + size)} if start + size < len(names) else {}
        return Reply(200, json.dumps({"Functions": rows[start : start + size], **more}).encode())

    return rule


def test_250_functions_come_in_pages(aws: Aws) -> None:
    names = [f"f{number:03}" for number in range(250)]
    aws.gate.rules.append(pages_of(names, 50))
    assert [row["FunctionName"] for row in list_functions(live(), REGION)] == names
    assert aws.gate.count("/functions") == 5


def test_250_real_functions(aws: Aws) -> None:
    filled(aws, 250)
    assert len(list_functions(live(), REGION)) == 250


def test_only_python(aws: Aws) -> None:
    filled(aws, 1)
    aws.function("node", f"arn:aws:iam::{ACCOUNT}:role/shared", Runtime="nodejs20.x")
    assert [row["FunctionName"] for row in list_functions(live(), REGION) if is_python(row)] == ["f000"]


def test_listing_refused(aws: Aws) -> None:
    aws.gate.rules.append(denied("/functions"))
    with pytest.raises(InputError, match="lambda:ListFunctions"):
        list_functions(live(), REGION)


def test_read_together_the_role_once_progress_told(aws: Aws) -> None:
    filled(aws, 6, Environment={"Variables": {"A": "b"}})
    told: list[tuple[str, int, int]] = []
    ask = Recorder(live())
    functions = read_functions(ask, REGION, list_functions(ask, REGION), jobs=1, progress=lambda *step: told.append(step))
    assert [str(function.name) for function in functions] == [f"f{number:03}" for number in range(6)]
    assert sum(request.operation == "GetRole" for request in aws.gate.seen) == 1
    assert told[-1] == (f"reading {REGION}", 6, 6)
    assert all(dict(function.environment or ())["A"].literal == "b" for function in functions)


def test_more_jobs_give_the_same(aws: Aws) -> None:
    filled(aws, 6)
    listed = list_functions(live(), REGION)
    assert read_functions(Recorder(live()), REGION, listed, jobs=1) == read_functions(Recorder(live()), REGION, listed, jobs=4)


def test_an_error_that_ends_the_run_ends_it(aws: Aws) -> None:
    filled(aws, 6)
    listed = list_functions(live(), REGION)
    aws.gate.rules.append(failing("/functions/f003/aliases", 403, "ExpiredTokenException"))
    with pytest.raises(RemoteError, match="expired"):
        read_functions(live(), REGION, listed, jobs=2)


def test_an_interrupted_run_goes_on(aws: Aws, tmp_path: Path) -> None:
    filled(aws, 4, Environment={"Variables": {"PASSWORD": "hunter2"}})
    aws.gate.rules.append(failing("/functions/f003/aliases", 403, "ExpiredTokenException", times=1))
    path = tmp_path / "accounts" / "journal.jsonl"
    first = Journal(live(), path)
    with pytest.raises(RemoteError):
        read_functions(first, REGION, list_functions(first, REGION), jobs=1)
    assert "hunter2" not in path.read_text()
    aws.gate.seen.clear()
    second = Journal(live(), path)
    functions = read_functions(second, REGION, list_functions(second, REGION), jobs=1)
    assert second.resumed > 10
    assert aws.gate.count("/f000") == 0
    assert aws.gate.count("/f003/aliases") == 1
    assert dict(functions[0].environment or ())["PASSWORD"].literal == "hunter2"
    second.finished()
    assert not path.exists()


def test_a_journal_cut_short_is_used_as_far_as_it_goes(aws: Aws, tmp_path: Path) -> None:
    filled(aws, 1)
    path = tmp_path / "journal.jsonl"
    journal = Journal(live(), path)
    read_functions(journal, REGION, list_functions(journal, REGION))
    path.write_text(path.read_text()[:-10])
    assert 0 < Journal(live(), path).resumed < len(journal.answers)


def test_a_snapshot_replays_the_same_functions_offline(aws: Aws) -> None:
    aws.function(
        "orders", aws.role("r", inline={"p": document(allow("s3:GetObject"))}), Environment={"Variables": {"T": "table", "P": "hunter2"}}
    )
    recorder = Recorder(live())
    seen = read_function(recorder, "orders", REGION)
    text = dumps(recorder.answers, Telling((f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/table",)))
    assert "hunter2" not in text
    aws.gate.seen.clear()
    again = read_function(replay(loads(text)), "orders", REGION)
    assert aws.gate.seen == []
    assert again.role == seen.role
    assert dict(again.environment or ())["T"].literal == "table"
    assert dict(again.environment or ())["P"].unknown


def test_what_a_snapshot_does_not_hold_is_said(aws: Aws) -> None:
    with pytest.raises(InputError, match="not in the snapshot"):
        read_function(replay({}), "orders", REGION)


_SERVICES = """<ServicesLastAccessed>
<member><ServiceName>SQS</ServiceName><ServiceNamespace>sqs</ServiceNamespace></member>
<member><ServiceName>S3</ServiceName><ServiceNamespace>s3</ServiceNamespace><LastAuthenticated>2026-11-20T10:00:00Z</LastAuthenticated>
<TrackedActionsLastAccessed>
<member><ActionName>CreateBucket</ActionName><LastAccessedTime>2026-11-01T10:00:00Z</LastAccessedTime></member>
<member><ActionName>DeleteBucket</ActionName></member></TrackedActionsLastAccessed></member></ServicesLastAccessed>"""


def test_last_accessed_after_waiting(aws: Aws) -> None:
    aws.gate.rules.append(report_job(iam_report("", status="IN_PROGRESS"), iam_report(_SERVICES)))
    record, gaps = read_last_accessed(live(), aws.role("r"))
    assert record
    assert record.as_of == date(2026, 11, 23)
    assert record.since
    assert record.services == {"sqs": None, "s3": date(2026, 11, 20)}
    assert record.actions == {"s3:createbucket": date(2026, 11, 1), "s3:deletebucket": None}
    assert gaps == ()


def test_last_accessed_refused(aws: Aws) -> None:
    aws.gate.rules.append(denied("LastAccessed"))
    record, gaps = read_last_accessed(live(), aws.role("r"))
    assert record is None
    assert "needs iam:GenerateServiceLastAccessedDetails" in gaps[0].reason


def test_the_reports_own_permission_is_named(aws: Aws) -> None:
    aws.gate.rules += [failing("GetServiceLastAccessedDetails", 403, "AccessDenied"), report_job(iam_report(""))]
    record, gaps = read_last_accessed(live(), aws.role("r"))
    assert record is None
    assert "needs iam:GetServiceLastAccessedDetails" in gaps[0].reason


def test_last_accessed_throttled(aws: Aws) -> None:
    role = aws.role("r")
    aws.gate.rules += [failing("GenerateServiceLastAccessedDetails", 400, "Throttling", times=2), report_job(iam_report(_SERVICES))]
    record, gaps = read_last_accessed(live(), role)
    assert record
    assert gaps == ()


def test_a_job_that_does_not_end_is_not_remembered(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambda_iam_scan.readers.deployed.calls.POLL_SECONDS", (0,))
    aws.gate.rules.append(report_job(iam_report("", status="IN_PROGRESS")))
    role = aws.role("r")
    record, gaps = read_last_accessed(Journal(live(), tmp_path / "j"), role)
    assert record is None
    assert "has not finished" in gaps[0].reason
    aws.gate.rules[:] = [report_job(iam_report(_SERVICES))]
    assert read_last_accessed(Journal(live(), tmp_path / "j"), role)[0]


def test_last_accessed_failed(aws: Aws) -> None:
    aws.gate.rules.append(report_job(iam_report("", status="FAILED")))
    record, gaps = read_last_accessed(live(), aws.role("r"))
    assert record is None
    assert "IAM made no report" in gaps[0].reason


def test_resource_policies(aws: Aws) -> None:
    aws.client("s3").create_bucket(Bucket="reports")
    grant = document(allow("s3:GetObject", "arn:aws:s3:::reports/*", Principal="*"))
    aws.client("s3").put_bucket_policy(Bucket="reports", Policy=json.dumps(grant))
    queue = document(allow("sqs:SendMessage", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"}))
    aws.client("sqs").create_queue(QueueName="jobs", Attributes={"Policy": json.dumps(queue)})
    topic = aws.client("sns").create_topic(Name="news")["TopicArn"]
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    secret = aws.client("secretsmanager").create_secret(Name="token", SecretString="x")["ARN"]
    aws.client("secretsmanager").put_resource_policy(
        SecretId=secret, ResourcePolicy=json.dumps(document(allow("secretsmanager:*", Principal="*")))
    )
    jobs = f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs"
    found, gaps = read_resource_policies(live(), ["arn:aws:s3:::reports/a/*", "arn:aws:s3:::reports", jobs, topic, key, secret])
    assert [str(policy.resource) for policy in found] == sorted(["arn:aws:s3:::reports", jobs, topic, key, secret])
    assert gaps == ()


def test_resources_without_a_policy_or_gone(aws: Aws) -> None:
    aws.client("s3").create_bucket(Bucket="plain")
    assert read_resource_policies(live(), ["arn:aws:s3:::plain", f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone"]) == ((), ())


def test_a_resource_policy_that_may_not_be_read(aws: Aws) -> None:
    aws.client("s3").create_bucket(Bucket="reports")
    aws.gate.rules.append(denied("GET /reports"))
    found, gaps = read_resource_policies(live(), ["arn:aws:s3:::reports"])
    assert found == ()
    assert "needs s3:GetBucketPolicy" in gaps[0].reason
    assert gaps[0].location.path == "arn:aws:s3:::reports"


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("arn:aws:secretsmanager:r:1:secret:token-", Hole("", 6)), "token"),
        (("arn:aws:secretsmanager:r:1:secret:token-", Hole("")), None),
        (("arn:aws:secretsmanager:r:1:secret:", Hole("")), None),
        (("arn:aws:secretsmanager:r:1:secret:token-abcdef",), None),
        (("arn:aws:s3:::token-", Hole("", 6)), None),
    ],
)
def test_secret_name(parts: tuple[Part, ...], name: str | None) -> None:
    assert secret_name(Text.of(*parts)) == name


@pytest.mark.parametrize(
    ("arn", "owner"),
    [
        ("arn:aws:s3:::b/k*", "arn:aws:s3:::b"),
        ("arn:aws:s3:::*", None),
        ("arn:aws:s3:::b*/k", None),
        ("arn:aws:dynamodb:eu-west-1:1:table/t", None),
        ("arn:aws:sqs:${AWS::Region}:1:q", None),
        ("arn:aws:kms:eu-west-1:1:alias/a", None),
        ("*", None),
    ],
)
def test_policy_owner(arn: str, owner: str | None) -> None:
    assert policy_owner(arn) == owner
