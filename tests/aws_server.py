"""An AWS on the loopback: moto's server over real HTTP, with a gate in front that tests use to refuse, slow down or answer.

Fixtures for `conftest.py` of the packages that need them: `aws` is an empty account and the environment that leads to it.
"""

from __future__ import annotations

import io
import json
import os
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl

import pytest

from lambda_iam_scan.readers.deployed import api
from lambda_iam_scan.readers.deployed.api import Live, boto3_clients

REGION = "us-east-1"
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Request:
    """What the gate sees of a request."""

    method: str
    path: str
    service: str
    """From the signature's scope; empty for unsigned requests."""
    operation: str
    """Of query and JSON protocols (`ListRoles`); for REST it is `GET /path`."""
    body: bytes
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """An answer in place of moto's."""

    status: int
    body: bytes
    content_type: str = "application/json"


Rule = Callable[[Request], Reply | None]
Edit = Callable[[Request, bytes], bytes | None]
"""A body of JSON in, the changed one out; None: not my request."""


@dataclass
class Gate:
    """WSGI middleware: the first rule that answers wins, else the request goes on to moto. Counts what passes."""

    inner: Any
    rules: list[Rule] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    """Change moto's own answers."""
    seen: list[Request] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = _request(environ)
        self.seen.append(request)
        reply = next((reply for rule in self.rules if (reply := rule(request)) is not None), None)
        if reply is None:
            reply = self._passed_on(environ, request)
            if reply is None:
                answer: Iterable[bytes] = self.inner(environ, start_response)
                return answer
        start_response(f"{reply.status} X", [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))])
        return [reply.body]

    def _passed_on(self, environ: dict[str, Any], request: Request) -> Reply | None:
        """moto's answer with the edits; None when there is none to make."""
        edits = [edit for edit in self.edits if edit(request, b"{}") is not None]
        if not edits:
            return None
        status: list[str] = []
        body = b"".join(self.inner(environ, lambda line, headers, *more: status.append(line)))
        for edit in edits:
            body = edit(request, body) or body
        return Reply(int(status[0].split()[0]), body)

    def count(self, operation: str) -> int:
        """How often an operation was asked for."""
        return sum(operation in request.operation for request in self.seen)


def _request(environ: dict[str, Any]) -> Request:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    action = body.partition(b"Action=")[2].partition(b"&")[0].decode("latin-1")
    path = environ["PATH_INFO"]
    operation = target or action or f"{environ['REQUEST_METHOD']} {path}"
    return Request(
        environ["REQUEST_METHOD"], path, scope[3] if len(scope) > 3 else "", operation, body, dict(parse_qsl(environ["QUERY_STRING"]))
    )


def denied(operation: str) -> Rule:
    """A rule that answers AccessDenied to operations whose name or path contains `operation`."""
    return lambda request: _error(request, 403, "AccessDeniedException", "AccessDenied") if operation in request.operation else None


def failing(operation: str, status: int, code: str, times: int = 10**9) -> Rule:
    """A rule that answers with an error, for the first so many times."""
    left = [times]

    def rule(request: Request) -> Reply | None:
        if operation not in request.operation or left[0] <= 0:
            return None
        left[0] -= 1
        return _error(request, status, code, code)

    return rule


def _error(request: Request, status: int, json_code: str, xml_code: str) -> Reply:
    if request.service in ("lambda", "sqs", "kms", "secretsmanager", "dynamodb"):
        return Reply(status, json.dumps({"__type": json_code, "message": "no", "Type": "User"}).encode())
    error = f"<Code>{xml_code}</Code><Message>no</Message>"
    xml = f"<Error>{error}</Error>" if request.service == "s3" else f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
    return Reply(status, xml.encode(), "text/xml")


def iam_report(services: str, *, status: str = "COMPLETED", day: str = "2026-11-23") -> bytes:
    """IAM's last-accessed report, made on a day."""
    return (
        "<GetServiceLastAccessedDetailsResponse><GetServiceLastAccessedDetailsResult>"
        f"<JobStatus>{status}</JobStatus><JobCreationDate>{day}T10:00:00Z</JobCreationDate>"
        f"<JobCompletionDate>{day}T10:00:01Z</JobCompletionDate><IsTruncated>false</IsTruncated>{services}"
        "</GetServiceLastAccessedDetailsResult></GetServiceLastAccessedDetailsResponse>"
    ).encode()


def report_job(*reports: bytes) -> Rule:
    """IAM's report job, which moto does not have: each look at it gives the next of `reports`."""
    left = list(reports)

    def rule(request: Request) -> Reply | None:
        if request.operation == "GenerateServiceLastAccessedDetails":
            start = "GenerateServiceLastAccessedDetails"
            return Reply(
                200, f"<{start}Response><{start}Result><JobId>{'j' * 36}</JobId></{start}Result></{start}Response>".encode(), "text/xml"
            )
        if request.operation == "GetServiceLastAccessedDetails":
            return Reply(200, left.pop(0) if len(left) > 1 else left[0], "text/xml")
        return None

    return rule


@dataclass
class Aws:
    """An account that tests fill through real boto3."""

    url: str
    gate: Gate

    def client(self, service: str, region: str = REGION) -> Any:
        """A client with the administrator's rights."""
        return _clients(self.url)(service, region)

    def role(self, name: str, *, inline: Mapping[str, Any] | None = None, attached: Iterable[str] = (), boundary: str | None = None) -> str:
        """Create a role that Lambda may assume; gives its ARN."""
        iam = self.client("iam")
        trust = {"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole", None, Principal={"Service": "lambda.amazonaws.com"})]}
        extra = {"PermissionsBoundary": boundary} if boundary else {}
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), **extra)["Role"]["Arn"]
        for policy, document in (inline or {}).items():
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        for policy_arn in attached:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy_arn)
        return arn

    def function(self, name: str, role: str, source: str = "def handler(event, context): pass\n", **settings: Any) -> str:
        """Create a Python function with one module `app`; gives its ARN."""
        settings = {"Runtime": "python3.12", "Handler": "app.handler", "Code": {"ZipFile": package({"app.py": source})}} | settings
        arn: str = self.client("lambda").create_function(FunctionName=name, Role=role, **settings)["FunctionArn"]
        return arn


@lru_cache(maxsize=1)
def _clients(url: str) -> Callable[[str, str], Any]:
    """Clients are dear to make and the server stays the same."""
    import boto3

    session: Any = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")
    return lru_cache(maxsize=None)(lambda service, region: session.client(service, region_name=region, endpoint_url=url))


@cache
def live(region: str | None = REGION) -> Live:
    """The tool's own way to ask, made once for all tests that do not change the environment."""
    return Live(boto3_clients(region=region))


def package(files: Mapping[str, str]) -> bytes:
    """A zip archive with the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], resource: str | list[str] | None = "*", **more: Any) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": action} | ({"Resource": resource} if resource else {}) | more


@pytest.fixture(scope="session")
def aws_server() -> Iterator[Aws]:
    """moto on a free port, for the whole session."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    gate = Gate(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, gate, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Aws(f"http://127.0.0.1:{server.server_port}", gate)
    server.shutdown()
    thread.join()


@pytest.fixture
def aws(aws_server: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An empty account, and an environment in which boto3 finds it and nothing else."""
    from moto.moto_api._internal.models import moto_api_backend

    lead_to(aws_server, monkeypatch)
    yield aws_server
    aws_server.gate.rules.clear()
    aws_server.gate.edits.clear()
    aws_server.gate.seen.clear()
    moto_api_backend.reset()


def lead_to(server: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point boto3 at the server, away from any real configuration of this machine."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    settings = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_CONFIG_FILE": "absent",
        "AWS_SHARED_CREDENTIALS_FILE": "absent",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(api, "boto3_clients", _shared)


def _shared(profile: str | None = None, region: str | None = None, connections: int = 10) -> api.ClientFactory:
    """The tool's own clients, made once for each environment: making them takes longer than most tests."""
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION")
    return _made(profile, region, tuple(os.environ.get(name) for name in names))


@cache
def _made(profile: str | None, region: str | None, environment: tuple[str | None, ...]) -> api.ClientFactory:
    return lru_cache(maxsize=None)(boto3_clients(profile, region))
