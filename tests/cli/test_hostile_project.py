"""A project on disk whose names and strings attack the reader: scanned whole, and inert in every format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lambda_iam_scan.cli.run import format_names
from tests.cli.program import Program

EVIL = "\x1b[2J\x1b]0;owned\x07@octocat\u202e](https:evil)<b>`x`"
MODULE = "ev\x1b[31mil`@x`"
CODE = f"""\
import boto3
s3 = boto3.client("s3")

def handler(event, context):  # lambda-iam-scan: ignored? {EVIL}
    s3.put_object(Bucket={EVIL!r}, Key="\\n::error::x")
    getattr(s3, event[{EVIL!r}])(Bucket="b")

def {"_" * 3}(): ...
"""


def template() -> str:
    evil = json.dumps(EVIL + "\n::error file=x::owned\n")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Handler": f"{MODULE}.handler", "Runtime": "python3.12", "Code": "src", "Role": {"Fn::GetAtt": ["Role", "Arn"]}},
    }
    statement = {"Effect": "Allow", "Action": ["s3:Put\x1b[31mObject*", "sqs:SendMessage"], "Resource": f"arn:aws:s3:::{EVIL}/*"}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Statement": []},
            "Policies": [{"PolicyName": EVIL, "PolicyDocument": {"Statement": [statement]}}],
        },
    }
    return json.dumps({"Description": evil, "Resources": {f"F{EVIL}\n": function, "Role": role}}, indent=1)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / f"{MODULE}.py").write_text(CODE)
    (project / "src" / "bro\nken`.py").write_text("def (")
    (project / "template.json").write_text(template())
    return Program(project, monkeypatch, capsys)


def inert(text: str) -> bool:
    return re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]", text) is None


@pytest.mark.parametrize("name", format_names())
def test_every_format_is_inert(run: Program, name: str) -> None:
    result = run("--format", name)
    assert result.status in (0, 1), result.err
    assert inert(result.out)
    assert inert(result.err)


def test_there_is_something_to_say(run: Program) -> None:
    found = json.loads(run("--format", "json").out)
    assert any("\x1b" in finding["message"] for finding in found["findings"])
    assert any("\x1b" in finding["path"] for finding in found["findings"])
    assert len(run("--format", "concise").out.splitlines()) == len(found["findings"])


@pytest.mark.parametrize(
    "arguments", [["explain", f"F{EVIL}\n", "s3:*"], ["explain", EVIL, "s3:*"], ["explain", EVIL], ["--diff"], ["--template", EVIL]]
)
def test_commands_and_errors_are_inert(run: Program, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.status in (0, 1, 2), result.err
    assert inert(result.out)
    assert inert(result.err)
