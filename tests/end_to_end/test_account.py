"""The account command, as a user runs it: real HTTP, real boto3, an account of moto's."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from lambda_iam_scan.cli.main import program
from lambda_iam_scan.errors import LambdaIamScanError, UsageError
from tests.aws_server import REGION, Aws, Reply, Request, allow, document, failing, package

READS = """import os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    return s3.get_object(Bucket=os.environ["BUCKET"], Key="k")
"""
LOGS = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
GRANTS = document(allow("s3:GetObject", "arn:aws:s3:::reports/*"), LOGS)


@pytest.fixture(autouse=True)
def cache(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("lambda_iam_scan.disk.cache_directory", lambda: tmp_path / "cache")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cache"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["account", *arguments], catch_exceptions=False)


def report(*arguments: str) -> Any:
    done = run(*arguments, "--format", "json", "--exit-zero")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def refused(said: str, *arguments: str) -> None:
    with pytest.raises(LambdaIamScanError, match=said) as error:
        run(*arguments)
    assert error.value.exit_status == 2
    assert "\n" not in str(error.value)


def codes(found: Any) -> list[tuple[str, str]]:
    return [(finding["code"], finding["action"]) for finding in found["findings"] if finding["severity"] == "error"]


def two_functions(aws: Aws) -> None:
    aws.client("s3").create_bucket(Bucket="reports")
    environment = {"Variables": {"BUCKET": "reports", "PASSWORD": "hunter2"}}
    aws.function("good", aws.role("good", inline={"p": GRANTS}), READS, Environment=environment)
    aws.function("bad", aws.role("bad", inline={"p": document(LOGS)}), READS, Environment=environment)


def serve_packages(aws: Aws, content: bytes) -> None:
    """Lambda's signed URLs, which moto does not have."""

    def location(request: Request, body: bytes) -> bytes | None:
        if request.method != "GET" or not request.path.rpartition("/")[0].endswith("/functions"):
            return None
        return json.dumps(json.loads(body) | {"Code": {"Location": f"{aws.url}/package"}}).encode()

    aws.gate.edits.append(location)
    aws.gate.rules.append(lambda request: Reply(200, content, "application/zip") if request.path == "/package" else None)


def test_download(aws: Aws) -> None:
    two_functions(aws)
    serve_packages(aws, package({"app.py": READS}))
    found = report("--code", "download", "--jobs", "1")
    assert [function["name"] for function in found["functions"]] == ["bad", "good"]
    assert codes(found) == [("LIS101", "s3:GetObject")]
    assert found["functions"][0]["api_calls"][0]["path"] == "bad/app.py"
    assert aws.gate.count("/package") == 1
    assert report("--code", "download") == found
    assert aws.gate.count("/package") == 1


def test_a_package_that_cannot_be_had_is_a_gap(aws: Aws) -> None:
    two_functions(aws)
    serve_packages(aws, b"no zip")
    found = report("--code", "download")
    assert found["functions"] == []
    assert sum("its code is not at hand" in finding["message"] for finding in found["findings"]) == 2


def test_layers_are_code_too(aws: Aws) -> None:
    layer = package({"python/shared.py": "import boto3\n\ndef read():\n    boto3.client('s3').get_object(Bucket='reports', Key='k')\n"})
    published = aws.client("lambda").publish_layer_version(LayerName="shared", Content={"ZipFile": layer})["LayerVersionArn"]
    app = "from shared import read\n\ndef handler(event, context):\n    read()\n"
    aws.function("layered", aws.role("r", inline={"p": document(LOGS)}), app, Layers=[published])
    serve_packages(aws, package({"app.py": app}))
    answer = {"Content": {"Location": f"{aws.url}/layer", "CodeSha256": b64encode(sha256(layer).digest()).decode()}}
    aws.gate.rules.append(lambda request: Reply(200, json.dumps(answer).encode()) if "find" in request.query else None)
    aws.gate.rules.append(lambda request: Reply(200, layer, "application/zip") if request.path == "/layer" else None)
    found = report("--code", "download")
    assert codes(found) == [("LIS101", "s3:GetObject")]
    assert found["functions"][0]["api_calls"][0]["path"] == "@layers/shared-1/python/shared.py"


def test_a_layer_that_may_not_be_read_is_a_gap(aws: Aws) -> None:
    published = aws.client("lambda").publish_layer_version(LayerName="shared", Content={"ZipFile": package({"a.py": ""})})[
        "LayerVersionArn"
    ]
    aws.function(
        "layered", aws.role("r", inline={"p": GRANTS}), READS, Layers=[published], Environment={"Variables": {"BUCKET": "reports"}}
    )
    serve_packages(aws, package({"app.py": READS}))
    aws.gate.rules.append(lambda request: failing("GET", 403, "AccessDeniedException")(request) if "find" in request.query else None)
    found = report("--code", "download")
    assert codes(found) == []
    assert any("lambda:GetLayerVersion" in finding["message"] for finding in found["findings"])


def test_code_map(aws: Aws, tmp_path: Path) -> None:
    two_functions(aws)
    (tmp_path / "services" / "reader").mkdir(parents=True)
    (tmp_path / "services" / "reader" / "app.py").write_text(READS)
    (tmp_path / "map.toml").write_text('"b*" = "services/reader"\n')
    found = report("--code-map", "map.toml")
    assert [function["name"] for function in found["functions"]] == ["bad"]
    assert found["functions"][0]["api_calls"][0]["path"] == "services/reader/app.py"
    assert any("function good was not scanned" in finding["message"] for finding in found["findings"])


def test_code_tag_and_a_choice_of_functions(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "app.py").write_text(READS)
    aws.function("tagged", aws.role("r", inline={"p": GRANTS}), Tags={"source": "reader"}, Environment={"Variables": {"BUCKET": "reports"}})
    aws.function("other", aws.role("o"))
    found = report("--code-tag", "source", "--function", "tag*")
    assert [function["name"] for function in found["functions"]] == ["tagged"]
    assert codes(found) == []
    assert not any("other" in finding["message"] for finding in found["findings"])


@pytest.mark.parametrize("directory", ["..", "/", "../outside", "absent", "file.py"])
def test_a_tag_cannot_lead_elsewhere(aws: Aws, tmp_path: Path, directory: str) -> None:
    (tmp_path.parent / "outside").mkdir(exist_ok=True)
    (tmp_path / "file.py").write_text("")
    aws.function("tagged", aws.role("r"), Tags={"source": directory})
    found = report("--code-tag", "source")
    assert found["functions"] == []
    assert any("function tagged was not scanned" in finding["message"] for finding in found["findings"])


def test_a_snapshot_replays_without_an_account(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    two_functions(aws)
    serve_packages(aws, package({"app.py": READS}))
    first = report("--code", "download", "--snapshot", "account.json")
    assert "hunter2" not in Path("account.json").read_text()
    assert '"reports"' in Path("account.json").read_text()
    aws.gate.seen.clear()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    assert report("--code", "download", "--snapshot", "account.json") == first
    assert aws.gate.seen == []


PIECES = """import os, boto3
tables = boto3.resource("dynamodb")
def handler(event, context):
    tables.Table(os.environ["PREFIX"] + "ers").scan()
    getattr(boto3.client("sqs"), os.environ["OPERATION"])(QueueUrl=os.environ["QUEUE"], MessageBody=os.environ["PASSWORD"])
"""


def test_a_snapshot_tells_what_names_are_made_of_and_what_layers_hold(aws: Aws) -> None:
    layer = package({"python/shared.py": "import boto3\n\ndef read():\n    boto3.client('s3').get_object(Bucket='reports', Key='k')\n"})
    published = aws.client("lambda").publish_layer_version(LayerName="shared", Content={"ZipFile": layer})["LayerVersionArn"]
    variables = {"PREFIX": "ord", "OPERATION": "send_message", "QUEUE": "https://q", "PASSWORD": "hunter2", "EMPTY": "", "OTHER": "x"}
    app = f"from shared import read\n{PIECES}    read()\n"
    aws.function("made", aws.role("r", inline={"p": document(LOGS)}), app, Layers=[published], Environment={"Variables": variables})
    serve_packages(aws, package({"app.py": app}))
    answer = {"Content": {"Location": f"{aws.url}/layer", "CodeSha256": b64encode(sha256(layer).digest()).decode()}}
    aws.gate.rules.append(lambda request: Reply(200, json.dumps(answer).encode()) if "find" in request.query else None)
    aws.gate.rules.append(lambda request: Reply(200, layer, "application/zip") if request.path == "/layer" else None)
    first = run("--code", "download", "--snapshot", "s.json").stdout
    assert all(told in first for told in ("table/orders", "sqs:SendMessage", "s3:GetObject"))
    held = json.loads(Path("s.json").read_text())["answers"]
    listed = next(row for row in held if row["operation"] == "ListFunctions")["answer"]["Functions"][0]["Environment"]["Variables"]
    assert {name for name, value in listed.items() if value is None} == {"PASSWORD", "OTHER"}
    assert "Location" not in Path("s.json").read_text()
    aws.gate.seen.clear()
    assert run("--code", "download", "--snapshot", "s.json").stdout == first
    assert aws.gate.seen == []


def test_a_snapshot_without_its_packages_says_so(aws: Aws, cache: Path) -> None:
    two_functions(aws)
    serve_packages(aws, package({"app.py": READS}))
    report("--code", "download", "--snapshot", "s.json")
    shutil.rmtree(cache / "packages")
    found = report("--code", "download", "--snapshot", "s.json")
    assert sum("a snapshot holds none" in finding["message"] for finding in found["findings"]) == 2


def test_a_region_given_twice_and_more_regions_than_a_file_name_holds(aws: Aws) -> None:
    two_functions(aws)
    serve_packages(aws, package({"app.py": READS}))
    many = [argument for region in boto3.Session().get_available_regions("lambda") for argument in ("--region", region)]
    found = report("--code", "download", "--region", REGION, "--region", REGION, *many)
    assert [function["name"] for function in found["functions"]] == ["bad", "good"]


def test_two_regions(aws: Aws) -> None:
    two_functions(aws)
    role = aws.role("west", inline={"p": GRANTS})
    settings = {"Runtime": "python3.12", "Handler": "app.handler", "Code": {"ZipFile": package({"app.py": READS})}}
    aws.client("lambda", "eu-west-1").create_function(FunctionName="good", Role=role, **settings)
    serve_packages(aws, package({"app.py": READS}))
    found = report("--code", "download", "--region", REGION, "--region", "eu-west-1")
    paths = {call["path"] for function in found["functions"] for call in function["api_calls"]}
    assert paths == {f"{REGION}/good/app.py", f"{REGION}/bad/app.py", "eu-west-1/good/app.py"}


def test_an_interrupted_run_is_gone_on_with(aws: Aws, cache: Path) -> None:
    two_functions(aws)
    serve_packages(aws, package({"app.py": READS}))
    aws.gate.rules.append(failing("/functions/good/aliases", 403, "ExpiredTokenException", times=1))
    refused("have expired", "--code", "download", "--jobs", "1")
    journal = next((cache / "accounts").iterdir())
    assert "hunter2" not in journal.read_text()
    done = run("--code", "download", "--format", "json", "--exit-zero")
    assert "going on from an interrupted run" in done.stderr
    assert codes(json.loads(done.stdout)) == [("LIS101", "s3:GetObject")]
    assert not journal.exists()


def test_a_role_that_an_unscanned_function_shares(aws: Aws, tmp_path: Path) -> None:
    role = aws.role("shared", inline={"p": document(allow(["s3:GetObject", "sqs:SendMessage"]), LOGS)})
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "app.py").write_text(READS)
    aws.function("mine", role, Tags={"source": "reader"}, Environment={"Variables": {"BUCKET": "reports"}})
    aws.function("node", role, Runtime="nodejs20.x")
    found = report("--code-tag", "source")
    assert any("also serves function node" in finding["message"] for finding in found["findings"])
    assert not any(finding["confidence"] == "certain" for finding in found["findings"] if finding["code"] == "LIS201")


def test_the_summary_tells_what_was_left_out(aws: Aws) -> None:
    two_functions(aws)
    aws.function("node", aws.role("n"), Runtime="nodejs20.x")
    image = {"ImageUri": f"123456789012.dkr.ecr.{REGION}.amazonaws.com/x:1"}
    aws.client("lambda").create_function(FunctionName="image", Role=aws.role("i"), Code=image, PackageType="Image")
    serve_packages(aws, package({"app.py": READS}))
    done = run("--code", "download", "--format", "table", "--exit-zero").stdout.splitlines()
    assert [line.split()[0] for line in done[:3]] == ["function", "bad", "good"]
    assert done[-1] == "2 functions, not Python 1, code not at hand 1"
    assert report("--code", "download")["summary"]["not Python"] == "1"


def test_nothing_there_is_no_good_news(aws: Aws) -> None:
    refused("no Lambda function in region eu-west-2; is the region right", "--code", "download", "--region", "eu-west-2")
    two_functions(aws)
    refused("no Lambda function in region us-east-1 is called zzz", "--code", "download", "--function", "zzz")


def test_where_the_code_is_must_be_said(aws: Aws) -> None:
    refused("--code download")


@pytest.mark.parametrize("text", ["not toml", '"x" = 1', '"x" = "absent"'])
def test_a_map_that_is_none(aws: Aws, tmp_path: Path, text: str) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(UsageError, match=r"map\.toml"):
        run("--code-map", "map.toml")


def test_a_snapshot_that_is_none(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{}")
    refused(r"s\.json: not a snapshot", "--code", "download", "--snapshot", "s.json")


def test_no_credentials(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    refused("no AWS credentials", "--code", "download")


def test_no_region(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    refused("no AWS region", "--code", "download")
