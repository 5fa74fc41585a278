"""What is asked about functions calls none of them, and is answered where it is known."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets, found, silent

HEAD = """
import asyncio, functools, inspect, logging, typing, boto3
s3 = boto3.client("s3")
class Store:
    def put(self): pass
    def __call__(self): s3.put_object(Bucket="called")
def plain(k): s3.get_object(Bucket="plain")
async def waiting(k): s3.get_object(Bucket="waiting")
def giving(k): yield s3.get_object(Bucket="giving")
async def streaming(k): yield s3.get_object(Bucket="streaming")
"""


@pytest.mark.parametrize(
    "question",
    [
        "inspect.iscoroutinefunction(plain)",
        "asyncio.iscoroutinefunction(Store())",
        "asyncio.iscoroutine(plain)",
        "inspect.isfunction(plain)",
        "inspect.getdoc(plain)",
        "inspect.getsource(plain)",
        "inspect.getmodule(Store())",
        "inspect.getfullargspec(plain).args",
        "inspect.signature(plain)",
        "inspect.getmro(Store)",
        "inspect.unwrap(plain)",
        "functools.update_wrapper(plain, waiting)",
        "typing.cast(object, plain)",
        "typing.get_type_hints(plain)",
        "typing.get_origin(plain)",
        "logging.getLogger().info('%s', plain)",
        "logging.warning('%s', Store())",
        "callable(plain)",
    ],
)
def test_what_only_looks_at_a_function(question: str) -> None:
    silent(HEAD + f"def handler(event, context): {question}")


def test_what_may_call_a_function() -> None:
    found(HEAD + "def handler(event, context): inspect.unwrap(plain)(1)", "s3:GetObject Bucket=plain")
    found(HEAD + "def handler(event, context): functools.update_wrapper(Store(), plain)()", "s3:PutObject Bucket=called")
    found(HEAD + "def handler(event, context): logging.setLogRecordFactory(plain)", "s3:GetObject Bucket=plain")
    found(HEAD + "import unheard_of\ndef handler(event, context): unheard_of.info(plain)", "s3:GetObject Bucket=plain")


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ("inspect.iscoroutinefunction(waiting)", "yes"),
        ("inspect.iscoroutinefunction(plain)", "no"),
        ("inspect.iscoroutinefunction(streaming)", "no"),
        ("asyncio.iscoroutinefunction(functools.partial(waiting, 1))", "yes"),
        ("asyncio.iscoroutinefunction(event)", "no yes"),
        ("inspect.isgeneratorfunction(giving)", "yes"),
        ("inspect.isgeneratorfunction(streaming)", "no"),
        ("inspect.isasyncgenfunction(streaming)", "yes"),
        ("inspect.isfunction(plain)", "yes"),
        ("inspect.isfunction(functools.partial(plain, 1))", "no"),
        ("inspect.isfunction(functools.lru_cache(plain))", "no yes"),
        ("inspect.ismethod(Store().put)", "yes"),
        ("inspect.ismethod(plain)", "no"),
        ("inspect.isclass(Store)", "yes"),
        ("inspect.isclass(Store())", "no"),
        ("inspect.isclass(plain if event else Store)", "no yes"),
        ("callable(plain)", "yes"),
        ("callable('plain')", "no"),
        ("callable(Store())", "yes"),
        ("callable(event)", "no yes"),
    ],
)
def test_what_is_known_of_a_function(test: str, outcome: str) -> None:
    body = f"    if {test}: s3.put_object(Bucket='yes')\n    else: s3.put_object(Bucket='no')\n"
    assert buckets(HEAD + "def handler(event, context):\n" + body) == outcome


def test_a_decorator_for_functions_of_both_kinds() -> None:
    source = """
def audited(function):
    if inspect.iscoroutinefunction(function):
        @functools.wraps(function)
        async def wrapper(*args): s3.put_object(Bucket="async"); return await function(*args)
    else:
        @functools.wraps(function)
        def wrapper(*args): s3.put_object(Bucket="sync"); return function(*args)
    return wrapper
@audited
def get(k): s3.get_object(Bucket=k)
def handler(event, context): get("name")
"""
    assert buckets(HEAD + source) == "name sync"
    assert buckets(HEAD + source.replace("def get", "async def get")) == "async name"
