"""LIS403 against the whole program: what a rule says of an action's resource outweighs the catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lambda_iam_scan import disk
from lambda_iam_scan.config import Settings
from lambda_iam_scan.directory import Directory
from lambda_iam_scan.scan import scan
from lambda_iam_scan.tables import Tables


@pytest.mark.parametrize(
    ("resource", "codes"),
    [("arn:aws:logs:us-east-1:111122223333:log-group:*", []), ("arn:aws:s3:::reports/*", ["LIS102", "LIS403"])],
)
def test_log_groups_are_described_on_log_groups(tmp_path: Path, resource: str, codes: list[str]) -> None:
    statements = [
        {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": resource},
        {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    ]
    (tmp_path / "role.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    (tmp_path / "app.py").write_text('import boto3\ndef handler(event, context):\n    boto3.client("logs").describe_log_groups()\n')
    report = scan(Directory(tmp_path), Tables(disk.load_table), Settings(policies=("role.json",)))
    assert sorted(finding.code for finding in report.findings if not finding.code.startswith("LIS2")) == codes


@pytest.mark.parametrize(
    ("resource", "codes"),
    [
        ("arn:aws:states:us-east-1:111122223333:stateMachine:orders", []),
        ("arn:aws:states:us-east-1:111122223333:activity:pick", []),
        ("arn:aws:s3:::reports/*", ["LIS102", "LIS403"]),
    ],
)
def test_a_task_is_answered_for_its_state_machine_or_activity(tmp_path: Path, resource: str, codes: list[str]) -> None:
    statements = [
        {"Effect": "Allow", "Action": "states:SendTaskSuccess", "Resource": resource},
        {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    ]
    (tmp_path / "role.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    call = "boto3.client('stepfunctions').send_task_success(taskToken=event['token'], output='{}')"
    (tmp_path / "app.py").write_text(f"import boto3\ndef handler(event, context):\n    {call}\n")
    report = scan(Directory(tmp_path), Tables(disk.load_table), Settings(policies=("role.json",)))
    assert sorted(finding.code for finding in report.findings if not finding.code.startswith("LIS2")) == codes


@pytest.mark.parametrize(
    ("call", "action", "resource", "codes"),
    [
        ("get_object(Bucket='b', Key='k')", "s3:GetObject", "arn:aws:s3:::b", ["LIS102", "LIS403"]),
        ("get_object(Bucket='b', Key='k')", "s3:GetObject", "arn:aws:s3:::b/*", []),
        ("list_objects_v2(Bucket='b')", "s3:ListBucket", "arn:aws:s3:::b/*", ["LIS102", "LIS403"]),
        ("list_objects_v2(Bucket='b')", "s3:ListBucket", "arn:aws:s3:::b", []),
    ],
)
def test_buckets_are_not_their_objects(tmp_path: Path, call: str, action: str, resource: str, codes: list[str]) -> None:
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource},
        {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    ]
    (tmp_path / "role.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    (tmp_path / "app.py").write_text(f'import boto3\ndef handler(event, context):\n    boto3.client("s3").{call}\n')
    report = scan(Directory(tmp_path), Tables(disk.load_table), Settings(policies=("role.json",)))
    assert sorted(finding.code for finding in report.findings if not finding.code.startswith("LIS2")) == codes
