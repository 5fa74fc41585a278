"""Registries and route decorators: functions that a framework calls."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent

PUT = "s3:PutObject Bucket=b"
HEAD = "import boto3\ns3 = boto3.client('s3')\ndef save(): s3.put_object(Bucket='b')\n"

POSITIVE = {
    "powertools resolver": "from aws_lambda_powertools.event_handler import APIGatewayRestResolver\napp = APIGatewayRestResolver()\n"
    "@app.get('/x')\ndef x(): save()\ndef handler(e, c): return app.resolve(e, c)",
    "powertools router": "from aws_lambda_powertools.event_handler.api_gateway import Router, APIGatewayHttpResolver\nrouter = Router()\n"
    "@router.post('/x')\ndef x(): save()\napp = APIGatewayHttpResolver()\napp.include_router(router)\ndef handler(e, c): return app.resolve(e, c)",
    "powertools tracer and logger": "from aws_lambda_powertools import Logger, Tracer, Metrics\nlogger, tracer, metrics = Logger(), Tracer(), Metrics()\n"
    "@tracer.capture_method\ndef go(): save()\n@logger.inject_lambda_context(log_event=True)\n@tracer.capture_lambda_handler\n@metrics.log_metrics\n"
    "def handler(e, c): go()",
    "powertools batch": "from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response\n"
    "processor = BatchProcessor(event_type=EventType.SQS)\ndef record_handler(record): save()\n"
    "def handler(e, c): return process_partial_response(event=e, record_handler=record_handler, processor=processor, context=c)",
    "powertools middleware": "from aws_lambda_powertools.middleware_factory import lambda_handler_decorator\n@lambda_handler_decorator\n"
    "def around(handler, event, context):\n    save()\n    return handler(event, context)\n@around\ndef handler(e, c): pass",
    "chalice": "from chalice import Chalice\napp = Chalice(app_name='x')\n@app.route('/x', methods=['GET'])\ndef index(): save()\nhandler = app",
    "chalice schedule": "from chalice import Chalice, Rate\napp = Chalice(app_name='x')\n@app.schedule(Rate(1, unit=Rate.HOURS))\n"
    "def every(event): save()\nhandler = app",
    "fastapi and mangum": "from fastapi import FastAPI\nfrom mangum import Mangum\napp = FastAPI()\n@app.get('/x')\nasync def x(): save()\n"
    "handler = Mangum(app)",
    "fastapi router": "from fastapi import FastAPI, APIRouter\nfrom mangum import Mangum\nrouter = APIRouter()\n@router.get('/x')\nasync def x(): save()\n"
    "app = FastAPI()\napp.include_router(router)\nhandler = Mangum(app)",
    "fastapi depends": "from fastapi import FastAPI, Depends\nfrom mangum import Mangum\napp = FastAPI()\ndef get_client(): return s3\n"
    "@app.get('/x')\ndef x(id: str, c=Depends(get_client)): c.put_object(Bucket='b')\nhandler = Mangum(app)",
    "fastapi annotated depends": "from typing import Annotated\nfrom fastapi import FastAPI, Depends\napp = FastAPI()\n"
    "def get_client():\n    yield s3\n@app.get('/x')\ndef x(c: Annotated[object, Depends(get_client)]): c.put_object(Bucket='b')\ndef handler(e, c): pass",
    "flask": "from flask import Flask\nimport awsgi\napp = Flask(__name__)\n@app.route('/x')\ndef x(): save()\ndef handler(e, c): return awsgi.response(app, e, c)",
    "crhelper": "from crhelper import CfnResource\nhelper = CfnResource()\n@helper.create\n@helper.update\ndef create(event, _): save()\n"
    "def handler(e, c): helper(e, c)",
    "ask sdk": "from ask_sdk_core.skill_builder import SkillBuilder\nfrom ask_sdk_core.dispatch_components import AbstractRequestHandler\n"
    "class Launch(AbstractRequestHandler):\n    def can_handle(self, i): return True\n    def handle(self, i): save()\n"
    "sb = SkillBuilder()\nsb.add_request_handler(Launch())\nhandler = sb.lambda_handler()",
    "own router": "class Router:\n    def __init__(self): self.routes = {}\n    def route(self, path):\n        def deco(f):\n            self.routes[path] = f\n"
    "            return f\n        return deco\n    def __call__(self, e, c): return self.routes[e['path']](e)\napp = Router()\n"
    "@app.route('/x')\ndef x(e): save()\ndef handler(e, c): return app(e, c)",
    "event emitter": "from pyee import EventEmitter\nee = EventEmitter()\n@ee.on('x')\ndef x(): save()\ndef handler(e, c): ee.emit('x')",
    "added by call": "from somewhere import app\ndef x(): save()\napp.add_route('/x', x)\ndef handler(e, c): app(e, c)",
    "lambda context's own ARN": "def handler(e, c):\n    if c.invoked_function_arn.split(':')[2] == 'lambda': save()",
    "fastapi lifespan": "from contextlib import asynccontextmanager\nfrom fastapi import FastAPI\nfrom mangum import Mangum\n@asynccontextmanager\n"
    "async def lifespan(app):\n    yield\n    save()\nhandler = Mangum(FastAPI(lifespan=lifespan))",
    "fastapi annotation kept in a name": "from typing import Annotated\nfrom fastapi import FastAPI, Depends\napp = FastAPI()\ndef get_client(): return s3\n"
    "Dep = Annotated[object, Depends(get_client)]\n@app.get('/x')\ndef x(c: Dep): c.put_object(Bucket='b')\ndef handler(e, c): pass",
    "flask class view": "from flask import Flask\nfrom flask.views import MethodView\nclass View(MethodView):\n    def post(self): save()\n"
    "app = Flask(__name__)\napp.add_url_rule('/x', view_func=View.as_view('x'))\ndef handler(e, c): return app(e, c)",
    "callback of a process pool": "from multiprocessing import Pool\ndef done(r): save()\ndef handler(e, c): Pool(2).apply_async(print, ('x',), callback=done)",
}

NEGATIVE = {
    "tracer on what nothing calls": "from aws_lambda_powertools import Tracer\ntracer = Tracer()\n@tracer.capture_method\ndef go(): save()\ndef handler(e, c): pass",
    "own router, other path": "R = {}\ndef route(p):\n    def deco(f):\n        R[p] = f\n        return f\n    return deco\n@route('/x')\ndef x(): save()\n"
    "def handler(e, c): R['/y']()",
    "click command": "import click\n@click.command()\ndef main(): save()\ndef handler(e, c): pass",
    "plain class given to a package": "import json\nclass A:\n    def go(self): save()\ndef handler(e, c): json.dumps(A())",
    "decorated but replaced": "def drop(f): return None\n@drop\ndef x(): save()\ndef handler(e, c): pass",
    "context manager that nobody enters": "from contextlib import contextmanager\n@contextmanager\ndef lifespan():\n    yield\n    save()\ndef handler(e, c): pass",
    "class view that nobody adds": "from flask.views import MethodView\nclass View(MethodView):\n    def post(self): save()\ndef handler(e, c): pass",
}


@pytest.mark.parametrize("name", POSITIVE)
def test_followed(name: str) -> None:
    found(HEAD + POSITIVE[name], PUT)


@pytest.mark.parametrize("name", NEGATIVE)
def test_not_counted(name: str) -> None:
    silent(HEAD + NEGATIVE[name])


def test_context_that_powertools_routes_share() -> None:
    source = """
        import boto3
        from aws_lambda_powertools.event_handler import APIGatewayRestResolver
        from aws_lambda_powertools.event_handler.api_gateway import Router
        app, router = APIGatewayRestResolver(), Router()
        @router.get("/a")
        def a(): return READ.get_item(Key={})
        app.include_router(router)
        app.append_context(table=boto3.resource("dynamodb").Table("ctx"), other=1)
        def handler(event, context): return app.resolve(event, context)
    """
    found(source.replace("READ", 'router.context["table"]'), "dynamodb:GetItem TableName=ctx")
    found(source.replace("READ", 'app.context.get("table")'), "dynamodb:GetItem TableName=ctx")
    silent(source.replace("READ", 'router.context["other"]'))
