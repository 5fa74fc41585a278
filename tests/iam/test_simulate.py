import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lambda_iam_scan.cli.commands.simulate import COMMAND
from lambda_iam_scan.errors import InputError, LambdaIamScanError, UsageError
from lambda_iam_scan.iam.simulate import read_batch

CASES = gzip.decompress((Path(__file__).parents[1] / "data" / "policy_cases.jsonl.gz").read_bytes()).decode()
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Write", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ],
}


def test_every_case_of_an_independent_simulator_agrees() -> None:
    expected = {case["id"]: case["result"] for case in map(json.loads, CASES.splitlines())}
    actual = {name: case.decide().result.value for name, case in read_batch(CASES, "cases")}
    assert len(actual) == 1000
    assert actual == expected


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(COMMAND, arguments, input=stdin, standalone_mode=False)
    if isinstance(result.exception, LambdaIamScanError):
        raise result.exception
    return result.return_value if isinstance(result.return_value, int) else result.exit_code, result.output


@pytest.fixture
def policy_file(tmp_path: Path) -> str:
    file = tmp_path / "role.json"
    file.write_text(json.dumps(POLICY))
    return str(file)


def test_allowed(policy_file: str) -> None:
    status, output = run("--policy", policy_file, "--action", "s3:PutObject", "--resource", "arn:aws:s3:::b/k")
    assert status == 0
    assert output.startswith("Allowed: s3:PutObject on arn:aws:s3:::b/k")
    assert '"Sid": "Write"' in output


def test_denied_says_why(policy_file: str) -> None:
    asked = ("--policy", policy_file, "--action", "s3:DeleteObject", "--resource", "arn:aws:s3:::b/k")
    status, output = run(*asked, "--context", "aws:SecureTransport=false")
    assert status == 1
    assert output.startswith("ExplicitlyDenied")
    assert run(*asked, "--context", "aws:SecureTransport=true")[0] == 0
    status, output = run("--policy", policy_file, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::c/k")
    assert (status, "not on arn:aws:s3:::c/k" in output) == (1, True)


def test_boundary_and_resource_policy(policy_file: str, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}))
    queue = tmp_path / "queue.json"
    queue.write_text(json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}}))
    asked = ("--action", "s3:PutObject", "--resource", "arn:aws:s3:::b/k")
    assert run("--policy", policy_file, "--boundary", str(other), *asked)[0] == 1
    role = "arn:aws:iam::123456789012:role/r"
    assert run("--resource-policy", str(queue), "--principal", role, "--action", "sqs:SendMessage", "--resource", "arn:aws:sqs:::q")[0] == 0


def test_batch_from_stdin() -> None:
    line = {"id": 7, "identityPolicies": [POLICY], "request": {"action": "s3:PutObject", "resource": "arn:aws:s3:::b/k", "context": {}}}
    status, output = run("--batch", "-", stdin=json.dumps(line) + "\n\n")
    assert (status, json.loads(output)) == (0, {"id": 7, "result": "Allowed"})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "must be an object"),
        ('{"id": 1}', "request must be an object"),
        ('{"request": {"action": 1}}', "request.action must be a string"),
        ('{"identityPolicies": 3, "request": {}}', "must be a list"),
        (
            '{"identityPolicies": [{"Statement": {"Effect": "Maybe"}}], "request": {"action": "a", "resource": "b"}}',
            "identityPolicies[0]: Statement",
        ),
        ('{"request": {"action": "a", "resource": "b", "context": []}}', "request.context must be an object"),
    ],
)
def test_a_bad_line_is_named(line: str, problem: str) -> None:
    with pytest.raises(InputError, match=r"^file:2: ") as caught:
        list(read_batch("\n" + line, "file"))
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--action", "s3:GetObject"),
        ("--batch", "x", "--action", "s3:GetObject"),
        ("--resource-policy", "x", "--action", "s3:GetObject"),
        ("--policy", "x", "--action", "s3:GetObject", "--context", "no-equals"),
    ],
)
def test_bad_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run(*arguments)


def test_a_broken_policy_names_file_and_element(tmp_path: Path) -> None:
    file = tmp_path / "role.json"
    file.write_text('{"Statement": [{"Effect": "Allow", "Action": [3], "Resource": "*"}]}')
    with pytest.raises(InputError, match=r"role\.json: Statement\[0\]\.Action\[0\]: must be a string, not a number"):
        run("--policy", str(file), "--action", "s3:GetObject")
