"""The policy in docs/deployed.md is what the tool needs: it scans its own source, and runs with just these rights."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lambda_iam_scan.analysis.modules.store import module_facts
from lambda_iam_scan.cli.main import program
from lambda_iam_scan.config import Settings
from lambda_iam_scan.directory import Directory
from lambda_iam_scan.disk import load_table
from lambda_iam_scan.function_scan import Scanner
from lambda_iam_scan.model.iam import Source
from lambda_iam_scan.readers.bare import read_bare
from lambda_iam_scan.scan import report_on
from lambda_iam_scan.tables import Tables
from tests.aws_server import REGION, Aws, allow, document
from tests.end_to_end.stage import enforced

ROOT = Path(__file__).parents[2]
CALLS = "src/lambda_iam_scan/readers/deployed/calls.py"


def documented() -> dict[str, Any]:
    text = (ROOT / "docs" / "deployed.md").read_text()
    found = re.search(r"<!-- policy -->\n```json\n(.*?)\n```", text, re.DOTALL)
    assert found
    policy: dict[str, Any] = json.loads(found[1])
    return policy


def actions(policy: dict[str, Any]) -> set[str]:
    given = [statement["Action"] for statement in policy["Statement"]]
    return {action for one in given for action in ([one] if isinstance(one, str) else one)}


def test_the_tool_reads_its_own_needs_off_its_source() -> None:
    tree = Directory(ROOT)
    report = report_on((read_bare(tree, (CALLS,), {}),), Scanner(tree, Tables(load_table), module_facts(tree)), Settings(paths=(CALLS,)))
    needed = {
        need.action for scan in report.functions for need in scan.requirements if need.source is Source.CODE and need.need == "always"
    }
    assert needed == actions(documented())


def test_with_these_rights_nothing_stays_unread(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.client("s3").create_bucket(Bucket="reports")
    aws.function("orders", aws.role("r", inline={"p": document(allow("s3:GetObject"))}), Environment={"Variables": {"BUCKET": "reports"}})
    reader = aws.role("reader", inline={"p": documented()})
    keys = aws.client("sts").assume_role(RoleArn=reader, RoleSessionName="tool")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])
    project = ROOT / "fixtures" / "end-to-end" / "reports" / "src"
    with enforced():
        arguments = [str(project), "--deployed", "orders", "--region", REGION, "--format", "json", "--exit-zero"]
        done = CliRunner().invoke(program, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert [finding["message"] for finding in json.loads(done.stdout)["findings"] if "whoever runs the scan" in finding["message"]] == []
