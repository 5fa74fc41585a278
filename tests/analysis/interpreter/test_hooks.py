"""What packages call back: methods that derived classes override, callable objects, the end of a `with`."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import GapKind
from tests.analysis.harness import found, gaps, silent, use

HEAD = "import boto3\ns3 = boto3.client('s3')\n"
LIST = "s3.list_buckets()"
HANDLER = "def handler(event, context):"

CALLED = {
    "leaving with an exception": f"class S:\n    def __enter__(self): return self\n    def __exit__(self, et, ev, tb):\n        if et: {LIST}\n"
    f"{HANDLER}\n    with S(): print(event)",
    "a logging handler": f"import logging\nclass H(logging.Handler):\n    def emit(self, record): {LIST}\nlogging.getLogger().addHandler(H())\n{HANDLER} pass",
    "an encoder": f"import json\nclass E(json.JSONEncoder):\n    def default(self, o): {LIST}\n{HANDLER} json.dumps(event, cls=E)",
    "a parser that feeds itself": f"from html.parser import HTMLParser\nclass P(HTMLParser):\n    def handle_data(self, d): {LIST}\n{HANDLER} P().feed('x')",
    "an unseen base": f"from pkg import Base\nclass M(Base):\n    def load(self, e): {LIST}\n{HANDLER} M().execute(event)",
    "a hook of Powertools": "from aws_lambda_powertools.utilities.parameters import BaseProvider\nclass P(BaseProvider):\n"
    f"    def _get(self, name, **o): {LIST}\n{HANDLER} P().get('x')",
    "a callable object": f"import pkg\nclass C:\n    def __call__(self, x): {LIST}\n{HANDLER} pkg.run(C())",
    "a callable object in the standard library": f"import re\nclass C:\n    def __call__(self, m): {LIST}\n{HANDLER} re.sub('a', C(), event)",
    "a sentinel": f"{HANDLER}\n    for x in iter(lambda: {LIST}, None): print(x)",
    "an object hook": f"import json\n{HANDLER} json.loads(event, object_hook=lambda d: {LIST})",
    "a key to group by": f"import itertools\n{HANDLER} list(itertools.groupby(event, key=lambda d: {LIST}))",
    "an initializer": f"from concurrent.futures import ThreadPoolExecutor\ndef go(n): {LIST}\n{HANDLER}\n"
    "    with ThreadPoolExecutor(initializer=go, initargs=(1,)) as pool: pass",
    "a finalizer": f"import weakref\ndef go(n): {LIST}\n{HANDLER} weakref.finalize(event, go, 1)",
}
NOT_CALLED = {
    "leaving, but for exceptions": f"class S:\n    def __enter__(self): return self\n    def __exit__(self, et, ev, tb): pass\n    def other(self): {LIST}\n"
    f"{HANDLER}\n    with S(): print(event)",
    "a base that only marks": f"import abc\nclass A(abc.ABC):\n    def load(self): {LIST}\n{HANDLER} print(A())",
    "a handler that is never made": f"import logging\nclass H(logging.Handler):\n    def emit(self, record): {LIST}\n{HANDLER} pass",
    "a package that is described and calls no hooks": "from pynamodb.models import Model\nclass M(Model):\n    class Meta: table_name = 't'\n"
    f"    def extra(self): {LIST}\n{HANDLER} M.exists",
    "an object without __call__": f"import re\nclass C:\n    def other(self, m): {LIST}\n{HANDLER} re.sub('a', C(), event)",
    "iter without a sentinel": f"{HANDLER}\n    iter([lambda: {LIST}])",
}


@pytest.mark.parametrize("case", CALLED)
def test_called(case: str) -> None:
    found(HEAD + CALLED[case], "s3:ListBuckets")


@pytest.mark.parametrize("case", NOT_CALLED)
def test_not_called(case: str) -> None:
    silent(HEAD + NOT_CALLED[case])


def test_an_object_that_holds_a_client_goes_where_nobody_looks() -> None:
    source = "import boto3, engine\nclass Repo:\n    def __init__(self): self.s3 = boto3.client('s3')\n    def load(self): return self.s3.list_buckets()\n"
    result = gaps(source + f"{HANDLER} return engine.run(repo=Repo())", GapKind.ESCAPED_CLIENT)
    assert "with an object of Repo" in result.gaps[0].reason
    silent(source + f"{HANDLER} return print(Repo())")


def test_what_leaving_without_an_exception_does_is_seen_too() -> None:
    source = "class S:\n    def __enter__(self): return self\n    def __exit__(self, et, ev, tb):\n        if et is None: s3.put_object(Bucket='b')\n"
    found(HEAD + source + f"{HANDLER}\n    with S(): print(event)", "s3:PutObject Bucket=b")


def test_the_name_of_a_posted_file_is_anything() -> None:
    (call,) = use(HEAD + f"{HANDLER} return s3.generate_presigned_post(Bucket='b', Key='in/${{filename}}')").calls
    assert "in/" in str(call.arguments)
    assert "filename" not in str(call.arguments)


def test_none_filters_what_is_false() -> None:
    found(HEAD + f"{HANDLER} s3.put_object(Bucket='-'.join(filter(None, ['a', '', 'b'])))", "s3:PutObject Bucket=a-b")


# ---------------------------------------------------------------- several of the same code


def test_functions_that_one_decorator_makes_are_each_registered() -> None:
    source = """
    import boto3
    from functools import wraps
    from aws_lambda_powertools.event_handler import AppSyncResolver
    s3 = boto3.client("s3")
    app = AppSyncResolver()
    def only(role):
        def decorate(function):
            @wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs) if app.current_event.get("role") == role else None
            return wrapper
        return decorate
    @app.resolver(field_name="a")
    @only("admin")
    def a(): s3.list_buckets()
    @app.resolver(field_name="b")
    @only("admin")
    def b(): s3.put_object(Bucket="b", Key="k")
    @only("admin")
    def c(): s3.delete_object(Bucket="b", Key="k")
    def handler(event, context): return app.resolve(event, context)
    """
    found(source, "s3:ListBuckets", "s3:PutObject")


def test_every_object_that_is_handed_over_may_have_its_methods_called() -> None:
    source = """
    import boto3
    from langchain_core.tools import BaseTool
    from somewhere import Agent
    s3 = boto3.client("s3")
    class Get(BaseTool):
        def __init__(self, bucket): self.bucket = bucket
        def _run(self, key): return s3.get_object(Bucket=self.bucket, Key="k")
    kept = Get("c")
    def handler(event, context): Agent(tools=[Get("a"), Get("b")])
    """
    result = found(source, "s3:GetObject Bucket=a", "s3:GetObject Bucket=b")
    assert len(result.calls) == 2
