"""What is put into things that are not analyzed is found where it is read again, and is a gap where it never is."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import GapKind
from tests.analysis.harness import found, gaps, silent, use

HEAD = """
import boto3, mystery, threading
class Repo:
    def __init__(self, client): self.client = client
    def put(self): self.client.put_object(Bucket='b')
def make(): return boto3.client('s3')
local = threading.local()
"""

READ = {
    "an entry of the event": ("event['s3'] = make()", "event['s3']"),
    "an entry further in": ("event['a']['s3'] = make()", "event['a']['s3']"),
    "an entry that may be missing": ("event['s3'] = make()", "event.get('s3')"),
    "an entry taken out": ("event['s3'] = make()", "event.pop('s3', None)"),
    "an entry of a record": ("for r in event['Records']: r['s3'] = make()", "event['Records'][0]['s3']"),
    "an entry in a dictionary": ("event['clients'] = {'s3': make()}", "event['clients']['s3']"),
    "an attribute of the context": ("context.s3 = make()", "context.s3"),
    "an attribute by name": ("setattr(context, 's3', make())", "getattr(context, 's3', None)"),
    "an object with a client": ("context.repo = Repo(make())", "context.repo.client"),
    "a function": ("event['make'] = lambda: make()", "event['make']()"),
    "an attribute of a package's object": ("mystery.holder.s3 = make()", "mystery.holder.s3"),
    "an entry of a package's object": ("mystery.app()['s3'] = make()", "mystery.app()['s3']"),
    "an entry of it that may be missing": ("mystery.app().config['s3'] = make()", "mystery.app().config.get('s3')"),
    "a thread's own": ("local.s3 = make()", "local.s3"),
}


@pytest.mark.parametrize("case", READ)
def test_what_is_read_again(case: str) -> None:
    put, read = READ[case]
    source = f"{HEAD}def handler(event, context):\n    {put}\n    work(event, context)\ndef work(event, context): {read}"
    found(f"{source}.put_object(Bucket='b')", "s3:PutObject Bucket=b")
    silent(source)


@pytest.mark.parametrize(
    "put",
    [
        "event['s3'] = make()",
        "event[event['name']] = make()",
        "event['clients'] = [make()]",
        "event['make'] = lambda: make()",
        "context.s3 = make()",
        "context.repo = Repo(make())",
        "context.put = make().put_object",
        "mystery.holder.s3 = make()",
        "mystery.app()['s3'] = make()",
        "mystery.app().session = boto3.Session()",
    ],
)
def test_what_is_never_read_again_is_a_gap(put: str) -> None:
    result = gaps(f"{HEAD}def handler(event, context):\n    print(event)\n    {put}", GapKind.ESCAPED_CLIENT)
    assert result.gaps[0].location.line == 10
    gaps(f"{HEAD}def handler(event, context):\n    {put}\n    event['other'].s4.put_object(Bucket='b')", GapKind.ESCAPED_CLIENT)


@pytest.mark.parametrize(
    "put",
    ["event['s3'] = 's3'", "context.s3 = None", "mystery.holder.repo = Repo(None)", "local.s3 = make()", "event['f'] = lambda: None"],
)
def test_what_nobody_can_use_for_a_request_is_no_gap(put: str) -> None:
    silent(f"{HEAD}def handler(event, context): {put}")


def test_a_function_left_in_something_unknown_may_be_called_there() -> None:
    source = HEAD + "def put(x): make().put_object(Bucket='b')\ndef handler(event, context):\n    mystery.hooks.{}"
    found(source.format("done = put"), "s3:PutObject Bucket=b")
    found(source.format("done = lambda x: put(x)"), "s3:PutObject Bucket=b")
    silent(source.format("done = None"))


def test_what_is_known_to_be_elsewhere_is_another_object() -> None:
    silent(f"{HEAD}def handler(event, context):\n    local.s3 = make()\n    mystery.local.s3.put_object(Bucket='b')")


SERVER = "from mangum import Mangum\nhandler = Mangum(app)\n"
FASTAPI = (
    "import boto3\nfrom fastapi import FastAPI, Request\n{made}\n@app.get('/')\ndef route(request: Request): {read}.list_buckets()\n"
    + SERVER
)
FLASK = """
import boto3
from flask import Flask, current_app, g
app = Flask(__name__)
{put}
@app.route('/')
def route(): {read}.list_buckets()
import serverless_wsgi
def handler(event, context): return serverless_wsgi.handle_request(app, event, context)
"""
LIFESPAN = """
from contextlib import asynccontextmanager
@asynccontextmanager
async def lifespan(app):
    app.state.s3 = boto3.client('s3')
    yield
app = FastAPI(lifespan=lifespan)
"""
LIFESPAN_STATE = """
from contextlib import asynccontextmanager
@asynccontextmanager
async def lifespan(app):
    yield {'s3': boto3.client('s3')}
app = FastAPI(lifespan=lifespan)
"""
MIDDLEWARE = """
app = FastAPI()
@app.middleware('http')
async def client(request, call_next):
    request.state.s3 = boto3.client('s3')
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("source", "other"),
    [
        (FASTAPI.format(made="app = FastAPI()\napp.state.s3 = boto3.client('s3')", read="request.app.state.s3"), "state.s4"),
        (FASTAPI.format(made=LIFESPAN, read="request.app.state.s3"), "state.s4"),
        (FASTAPI.format(made=LIFESPAN, read="app.state.s3"), "state.s4"),
        (FASTAPI.format(made=LIFESPAN_STATE, read="request.state.s3"), "state.s4"),
        (FASTAPI.format(made=MIDDLEWARE, read="request.state.s3"), "state.s4"),
        (FLASK.format(put="app.config['S3'] = boto3.client('s3')", read="current_app.config['S3']"), "config['S4']"),
        (FLASK.format(put="app.config['S3'] = boto3.client('s3')", read="current_app.config.get('S3')"), "config.get('S4')"),
        (FLASK.format(put="app.s3 = boto3.client('s3')", read="current_app.s3"), "current_app.s4"),
        (FLASK.format(put="@app.before_request\ndef before(): g.s3 = boto3.client('s3')", read="g.s3"), "g.s4"),
    ],
)
def test_an_application_by_another_name(source: str, other: str) -> None:
    found(source, "s3:ListBuckets")
    head, _, tail = source.rpartition(other.replace("4", "3"))
    assert not use(f"{head}{other}{tail}").calls


def test_what_containers_hold_in_very_many_ways_is_looked_at_once() -> None:
    levels = "\n".join(f"    d{i + 1} = {{{', '.join(f'{key!r}: d{i}' for key in range(400))}}}" for i in range(4))
    for innermost, outermost, called in (("{}", "d3", []), ("{'s3': boto3.client('s3')}", "d2", ["GetObject"])):
        put = f"    d0 = {innermost}\n{levels}\n    event['x'] = {outermost}"
        source = f"import boto3\ndef handler(event, context):\n{put}\n    event['x'][1][2]['s3'].get_object(Bucket='b', Key='k')"
        assert [call.operation for call in use(source).calls] == called
