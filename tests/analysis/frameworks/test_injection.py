"""What `dependency_injector` puts in the place of parameters, and what its containers give."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.text import Text
from tests.analysis.harness import found, silent

HEAD = """
import boto3
from typing import Annotated
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide, Provider, inject
class Service:
    def __init__(self, client, bucket="x"): self.client, self.bucket = client, bucket
    def go(self): self.client.put_object(Bucket=self.bucket)
def resource():
    yield boto3.client("s3")
class Other(containers.DeclarativeContainer):
    s3 = providers.Singleton(boto3.client, "s3")
class Box(containers.DeclarativeContainer):
    config = providers.Configuration()
    session = providers.Singleton(boto3.Session)
    s3 = providers.Singleton(boto3.client, "s3")
    of_session = providers.Resource(session.provided.client.call("s3"))
    yielded = providers.Resource(resource)
    other = providers.Container(Other)
    service = providers.Factory(Service, client=s3)
    named = providers.Factory(Service, client=s3, bucket=config.aws.bucket)
    below = providers.Factory(Service, other.s3)
    part = providers.Factory(Service, client=s3, bucket=service.provided.bucket)
    one_of = providers.Selector(config.kind, a=service, b=named)
    every = providers.List(service)
    by_name = providers.Dict(service=service)
    called = providers.Callable(lambda service: service.go(), service=service)
    unused = providers.Singleton(lambda: boto3.client("sqs").list_queues())
"""
GIVEN = {
    "asked for": "def handler(e, c): Box().service().go()",
    "injected": "@inject\ndef handler(e, c, s: Service = Provide[Box.service]): s.go()",
    "injected below": "@inject\ndef f(s=Provide[Box.service]): s.go()\ndef handler(e, c): f()",
    "injected by annotation": "@inject\ndef f(s: Annotated[Service, Provide[Box.service]]): s.go()\ndef handler(e, c): f()",
    "injected by name": "@inject\ndef handler(e, c, s=Provide['service']): s.go()",
    "injected provider": "@inject\ndef handler(e, c, s=Provider[Box.service]): s().go()",
    "client of a session": "def handler(e, c): Service(Box().of_session()).go()",
    "resource": "def handler(e, c): Service(Box().yielded()).go()",
    "container within": "def handler(e, c): Box().below().go()",
    "attribute of what is provided": "def handler(e, c): Box().part().go()",
    "list": "def handler(e, c): Box().every()[0].go()",
    "dictionary": "def handler(e, c): Box().by_name()['service'].go()",
    "function": "def handler(e, c): Box().called()",
    "argument of one's own": "def handler(e, c): Box().named(bucket='x').go()",
    "environment": "def handler(e, c):\n b = Box()\n b.config.aws.bucket.from_env('BUCKET')\n b.named().go()",
    "value": "def handler(e, c):\n b = Box()\n b.config.aws.bucket.from_value('x')\n b.named().go()",
    "configuration": "def handler(e, c):\n b = Box()\n b.config.from_dict({'aws': {'bucket': 'x'}})\n b.named().go()",
    "one of them": "def handler(e, c):\n b = Box()\n b.config.aws.bucket.from_value('x')\n b.one_of().go()",
}


@pytest.mark.parametrize("source", GIVEN.values(), ids=GIVEN.keys())
def test_given(source: str) -> None:
    result = found(HEAD + source, "s3:PutObject Bucket=x", environment={"BUCKET": Text.of("x")})
    assert len(result.calls) == 1


def test_an_argument_that_is_given_comes_first() -> None:
    source = "@inject\ndef f(s=Provide[Box.service]): s.go()\ndef handler(e, c): f(Service(boto3.client('s3'), 'y'))"
    found(HEAD + source, "s3:PutObject Bucket=y")


@pytest.mark.parametrize("source", ["def handler(e, c): Box()", "def handler(e, c): Box.service", "def handler(e, c): Box().service()"])
def test_what_nobody_asks_for(source: str) -> None:
    silent(HEAD + source)
