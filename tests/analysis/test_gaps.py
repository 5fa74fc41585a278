"""What cannot be resolved is reported with place and reason; what merely looks unresolved is not."""

from __future__ import annotations

import functools
import textwrap

import pytest

from lambda_iam_scan.model.code import GapKind
from tests.analysis.harness import found, gaps, silent, use

HEAD = "import boto3, importlib, json, logging\ns3 = boto3.client('s3')\nlog = logging.getLogger()\n"

GAPS = {
    "boto3.client(event['x'])": GapKind.DYNAMIC_SERVICE,
    "boto3.client(f'{event}-runtime')": GapKind.DYNAMIC_SERVICE,
    "boto3.resource(event['x'])": GapKind.DYNAMIC_SERVICE,
    "boto3.client('s33')": GapKind.DYNAMIC_SERVICE,
    "getattr(s3, event['op'])()": GapKind.DYNAMIC_OPERATION,
    "getattr(s3, f'put_{event}')()": GapKind.DYNAMIC_OPERATION,
    "getattr(boto3.Session(), event['x'])('s3')": GapKind.DYNAMIC_SERVICE,
    "s3.get_paginator(event['x'])": GapKind.DYNAMIC_OPERATION,
    "s3.get_waiter(event['x'])": GapKind.DYNAMIC_OPERATION,
    "s3.generate_presigned_url(event['x'], Params={})": GapKind.DYNAMIC_OPERATION,
    "s3.put_objekt(Bucket='b')": GapKind.UNKNOWN_OPERATION,
    "boto3.resource('s3').Bucket('b').no_such_thing()": GapKind.UNKNOWN_OPERATION,
    "import somewhere; somewhere.go(s3)": GapKind.ESCAPED_CLIENT,
    "import somewhere; somewhere.go(clients=[s3])": GapKind.ESCAPED_CLIENT,
    "import somewhere; somewhere.Helper({'c': s3})": GapKind.ESCAPED_CLIENT,
    "import somewhere; somewhere.go(boto3.Session())": GapKind.ESCAPED_CLIENT,
    "import somewhere; somewhere.go(boto3.resource('s3').Bucket('b'))": GapKind.ESCAPED_CLIENT,
    "event['callback'](s3)": GapKind.ESCAPED_CLIENT,
    "exec(event['code'])": GapKind.DYNAMIC_CODE,
    "eval('1 + 1')": GapKind.DYNAMIC_CODE,
    "importlib.import_module(event['m'])": GapKind.DYNAMIC_CODE,
    "__import__(event['m'])": GapKind.DYNAMIC_CODE,
    "import somewhere; somewhere.go(boto3.client, 's3')": GapKind.ESCAPED_CLIENT,
}

QUIET = [
    "print(s3)",
    "log.info('client %s', s3)",
    "isinstance(s3, object)",
    "str(s3); repr(s3); id(s3); type(s3)",
    "json.dumps({'c': 1})",
    "import somewhere; somewhere.go(s3.meta.region_name)",
    "import somewhere; somewhere.go(boto3)",
    "getattr(event, event['op'])()",
    "getattr(s3, 'meta')",
    "getattr(s3, 'no_such', None)",
    "hasattr(s3, event['op'])",
    "importlib.import_module('json')",
    "event.exec('x')",
    "x = [s3]; y = {'c': s3}; z = (s3,)",
    "s3.exceptions.NoSuchKey",
    "from botocore.exceptions import ClientError",
]


@pytest.mark.parametrize("body", GAPS)
def test_gap(body: str) -> None:
    result = gaps(f"{HEAD}def handler(event, context):\n    {body}\n", GAPS[body])
    assert (result.gaps[0].location.path, result.gaps[0].location.line) == ("app.py", 5)
    assert result.gaps[0].reason


@pytest.mark.parametrize("body", QUIET)
def test_no_gap(body: str) -> None:
    silent(f"{HEAD}def handler(event, context):\n    {body}\n")


def test_a_gap_says_which_service_it_concerns() -> None:
    result = use(HEAD + "import somewhere\ndef handler(e, c):\n    somewhere.go(s3)\n    getattr(s3, e['x'])()\n    boto3.client(e['s'])")
    assert [gap.services for gap in result.gaps] == [("s3",), ("s3",), ()]


def test_runaway_code_is_cut_and_said() -> None:
    source = "\n".join(f"def f{i}(x, y): return f{i + 1}(x + 'a', y), f{i + 1}(y, x + 'b'), f{i + 1}(x, y + 'c')" for i in range(40))
    result = use(HEAD + source + "\ndef f40(x, y): s3.put_object(Bucket=x)\ndef handler(e, c): f0('a', 'b')")
    assert GapKind.BUDGET in {gap.kind for gap in result.gaps}
    assert "PutObject" in {call.operation for call in result.calls}


def test_deep_recursion_ends() -> None:
    deep = "x = " + "-" * 50 + "1\n" + "def f(n): return [f(n), f([n]), f((n, n))]\n"
    result = use(HEAD + deep + "def handler(e, c):\n    f(1)\n    s3.put_object(Bucket='b')")
    assert [call.operation for call in result.calls] == ["PutObject"]


COSTLY = "\n".join(f"def f{i}(x, y): return f{i + 1}(x + 'a', y), f{i + 1}(y, x + 'b'), f{i + 1}(x, y + 'c')" for i in range(12))
COSTLY = f"{COSTLY}\ndef f12(x, y): return x\n"
"""Costs more than the first part of the budget."""


def test_what_costs_nothing_is_told_apart_to_the_end() -> None:
    source = """
        def client(name): return boto3.client(name)
        def handler(event, context):
            for name in ('ec2', 'ecs', 'eks'):
                client(name)
            f0('a', 'b')
            client('sqs').send_message(QueueUrl='https://sqs.eu-west-1.amazonaws.com/1/q')
            client('lambda').invoke(FunctionName='f')
    """
    for configure in ("", "str(1); " * 60):  # the second is not for nothing, but makes clients
        result = use(HEAD + COSTLY + textwrap.dedent(source).replace("return", configure + "return"))
        assert {(call.service, call.operation) for call in result.calls} == {("sqs", "SendMessage"), ("lambda", "Invoke")}
        assert {gap.kind for gap in result.gaps} == {GapKind.BUDGET}


def test_what_another_invocation_leads_to_counts_only_where_it_is_new() -> None:
    costly = COSTLY.partition("def f9")[0] + "def f9(x, y): return x if kept else y\nkept, held = [], []\n"
    before = "for one in held: one.get_object(Bucket='a', Key='k')\n    kept.append({{}})"
    invoked = "def handler(event, context):\n    " + before + "\n    {more}f0('a', 'b')"
    assert not use(HEAD + costly + invoked.format(more="")).gaps
    result = use(HEAD + costly + invoked.format(more="held.append(s3)\n    "))
    assert [call.operation for call in result.calls] == ["GetObject"]
    assert {gap.kind for gap in result.gaps} == {GapKind.BUDGET}


def test_what_is_handed_over_is_called_however_much_was_spent() -> None:
    retry = "def retry(items, action):\n    f0(items, 'x')\n    return action(items)\n"
    source = """
        def start(items): return s3.put_object(Bucket='a')
        def handler(event, context):
            for n in range(4):
                retry(event['a'], len)
                retry(event['b'], print)
                retry(event['c'], str)
            retry(event['ids'], lambda ids: start(ids))
            retry(event['ids'], s3.get_bucket_acl)
    """
    result = use(HEAD + COSTLY + retry + textwrap.dedent(source))
    assert {call.operation for call in result.calls} == {"PutObject", "GetBucketAcl"}


TREE = """
import boto3
class Node:
    def __init__(self, name, below=()):
        self.name, self.below = name, below
def walk(node):
    {work}
    for inner in node.below: walk(inner)
def handler(event, context): walk({tree})
"""
DEEP = "Node('1', [Node('2', [Node('3', [Node('4', [Node('5', [Node('6', [Node('7')])])])])])])"


def reasons(source: str) -> list[str]:
    return [gap.reason for gap in use(source).gaps]


def test_what_calls_itself_too_often_with_something_else_each_time_is_a_gap() -> None:
    work = "boto3.client('s3').put_object(Bucket=node.name)"
    assert reasons(TREE.format(work=work, tree=DEEP)) == ["walk calls itself more than 6 times, each time with something else"]
    assert reasons(TREE.format(work=work, tree="Node('1', [Node('2')])")) == []
    assert reasons(TREE.format(work="print(node.name)", tree=DEEP)) == []


CHAIN = """
import boto3
s3 = boto3.client('s3')
class Link:
    def __init__(self, run, after=None): self.run, self.after = run, after
def show(): print(1)
def put(): s3.put_object(Bucket='b')
def follow(link):
    if link.after is None: return link.run()
    return follow(link.after)
def handler(event, context): follow({chain})
"""


def chain(*names: str) -> str:
    return CHAIN.format(chain=functools.reduce(lambda after, name: f"Link({name}, {after})", names))


def test_what_calls_itself_too_often_to_reach_what_it_was_given_is_a_gap() -> None:
    reason = "follow calls itself more than 6 times, each time with something else"
    assert reasons(chain("Link(put)", *["show"] * 8)) == [reason]
    assert reasons(chain("Link(show)", *["show"] * 8).replace("def handler(event, context):", "def handler(event, context): show();")) == []


def test_what_is_told_apart_less_each_time_comes_to_an_end() -> None:
    peeled = """
        def peel(items, done):
            if len(items) == 1: return items[0](done)
            return peel(items[1:], done + [items[0]])
        def show(done): print(done)
        def put(done): s3.put_object(Bucket='b')
        def handler(event, context): peel([show, show, show, show, show, show, show, show, put], [])
    """
    assert found(HEAD + textwrap.dedent(peeled), "s3:PutObject Bucket=b")
    put_again = """
        def put(records, made, most):
            answer = boto3.client('firehose').put_record_batch(DeliveryStreamName='s', Records=records)
            failed = [records[i] for i, record in enumerate(answer['RequestResponses']) if 'ErrorCode' in record]
            if made + 1 < most: put(failed, made + 1, most)
        def handler(event, context): put([{'Data': text} for text in event['texts']], 0, 20)
    """
    assert found(HEAD + textwrap.dedent(put_again), "firehose:PutRecordBatch DeliveryStreamName=s")
    ask_again = """
        def ask(names, tried=0):
            while tried < 20:
                if s3.get_object(Bucket='b', Key='k')['ContentLength']: return True
                tried += 1
                if ask(names, tried): return True
        def handler(event, context): ask(event['names'])
    """
    assert found(HEAD + textwrap.dedent(ask_again), "s3:GetObject Bucket=b")
    save_again = """
        def save(request, n=0):
            s3.put_object(**request)
            if n < 9: save({**request, 'Key': f'{request["Key"]}/{n}', 'Metadata': {'n': str(n)}}, n + 1)
        def handler(event, context): save({'Bucket': 'b', 'Key': 'k'})
    """
    result = found(HEAD + textwrap.dedent(save_again), "s3:PutObject Bucket=b Key=k/0/1/2*")
    assert len(result.calls) == 5


def test_requests_made_after_a_call_of_itself_count_as_well() -> None:
    walk = TREE.replace("    {work}\n", "").replace("walk(inner)", "walk(inner)\n    {work}")
    work = "boto3.client('s3').put_object(Bucket=node.name)"
    assert reasons(walk.format(work=work, tree=DEEP)) == ["walk calls itself more than 6 times, each time with something else"]
    assert reasons(walk.format(work="print(node.name)", tree=DEEP)) == []


ANSWERS = """
import boto3, functools, somewhere
from fastapi import Depends
class Store:
    def __init__(self, client=None): self.client = client or boto3.client('s3')
    def save(self): pass
class Plain:
    def __init__(self): self.client = None
def make(): return boto3.client('s3')
def number(): return 1
def each():
    yield {'client': make()}
"""


@pytest.mark.parametrize(
    "body",
    [
        "somewhere.run(lambda: make())",
        "somewhere.run(make)",
        "somewhere.run(functools.partial(make))",
        "somewhere.run(each)",
        "somewhere.run(lambda: [make()])",
        "somewhere.run(lambda: Store(make()))",
        "somewhere.build(Store)",
        "somewhere.build({'store': Store})",
        "make(); event['callback'](make)",
        "event['callback']({'clients': [make()]})",
        "event['callback'](Store(make()))",
        "context.thing.use(Store(make()))",
        "@somewhere.provider\n    def client(): return make()",
    ],
)
def test_what_functions_and_classes_give_to_unseen_code_has_escaped(body: str) -> None:
    source = f"{ANSWERS}def handler(event, context):\n    {body}"
    result = gaps(source, GapKind.ESCAPED_CLIENT)
    assert result.gaps[0].location.line >= 14


@pytest.mark.parametrize(
    "body",
    [
        "somewhere.run(lambda: number())",
        "somewhere.run(lambda: Plain())",
        "somewhere.build(Plain, ValueError)",
        "list(map(lambda name: make() and None, ['s3']))",
        "functools.lru_cache(make)",
        "x = {'make': make, 'store': Store}",
        "print(Store, make)",
        "Depends(make)",
        "Depends(Store)",
        "event['callback']({'clients': [None]})",
        "context.thing.use(Store, Plain())",
        "@somewhere.cached\n    def client(): return make()\n    client()",
        "@functools.cache\n    def client(): return make()",
    ],
)
def test_what_stays_with_the_code_has_not_escaped(body: str) -> None:
    silent(f"{ANSWERS}def handler(event, context):\n    {body}")
