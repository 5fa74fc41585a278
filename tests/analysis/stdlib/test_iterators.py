"""`map`, `zip`, `itertools` and their kind: what comes out where."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets, found, silent

HEAD = """import boto3, collections, functools, itertools, operator, queue, types
s3 = boto3.client('s3')
def chunks(items, n):
    items = iter(items)
    while chunk := list(itertools.islice(items, n)): yield chunk
"""
CASES = [
    ("list(map(lambda a, b: b, ['x'], ['y']))[0]", "y"),
    ("list(map(lambda a, b: b, ['x'], event))[0]", "?"),
    ("list(filter(lambda n: n != 'x', ['x', 'y']))[0]", "y"),
    ("list(filter(lambda n: n != event, ['x', 'y']))[0]", "x y"),
    ("list(itertools.filterfalse(lambda n: n == 'x', ['x', 'y']))[0]", "y"),
    ("next(filter(None, [None, 'x', 'y']))", "x"),
    ("functools.reduce(lambda a, b: b, ['x', 'y'])", "y"),
    ("functools.reduce(operator.add, ['x', 'y'], 'z')", "zxy"),
    ("functools.reduce(lambda a, b: b, event, 'x')", "? x"),
    ("list(itertools.accumulate(['x', 'y'], lambda a, b: b))[1]", "y"),
    ("list(itertools.chain(['x'], ['y']))[1]", "y"),
    ("list(itertools.chain(['x'], event))[0]", "? x"),
    ("list(itertools.chain.from_iterable([['x'], ['y']]))[1]", "y"),
    ("list(itertools.islice(['x', 'y', 'z'], 1, None))[0]", "y"),
    ("list(itertools.islice(['x', 'y'], event))[0]", "x y"),
    ("list(chunks(['x', 'y', 'z'], 1))[1][0]", "x y z"),
    ("list(itertools.product(['x'], ['y']))[0][1]", "y"),
    ("list(itertools.pairwise(['x', 'y']))[0][1]", "y"),
    ("list(itertools.zip_longest(['x'], ['y', 'z']))[1][1]", "z"),
    ("list(zip(['x'], ['y', 'z']))[0][1]", "y"),
    ("[n for k, group in itertools.groupby(['x', 'y'], key=len) for n in group][0]", "x y"),
    ("[k for k, group in itertools.groupby(['ax', 'ay'], key=lambda n: n[:1])][0]", "a"),
    ("list(itertools.starmap(lambda a, b: b, [('x', 'y')]))[0]", "y"),
    ("next(itertools.repeat('x'))", "x"),
    ("[next(c) for c in [itertools.cycle(['x', 'y'])] for _ in (1, 2, 3)][2]", "x y"),
    ("operator.itemgetter(0, 1)(['x', 'y'])[1]", "y"),
    ("operator.attrgetter('a.b')(types.SimpleNamespace(a=types.SimpleNamespace(b='x')))", "x"),
    ("collections.Counter(['x', 'y']).most_common(1)[0][0]", "x y"),
    ("collections.ChainMap({'a': 'x'}).new_child({'a': 'y'})['a']", "y"),
    ("list(collections.Counter(['x', 'y']))[1]", "y"),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_what_comes_out(expression: str, expected: str) -> None:
    assert buckets(HEAD + f"def handler(event, context): s3.put_object(Bucket={expression})") == expected


def test_a_queue_by_priority_gives_any() -> None:
    body = "    q = queue.{}()\n    q.put('x'); q.put('y')\n    s3.put_object(Bucket=q.get())"
    assert buckets(HEAD + f"def handler(event, context):\n{body.format('PriorityQueue')}") == "x y"
    assert buckets(HEAD + f"def handler(event, context):\n{body.format('LifoQueue')}") == "x y"
    assert buckets(HEAD + f"def handler(event, context):\n{body.format('Queue')}") == "x"


def test_what_is_left_out_is_not_called() -> None:
    source = HEAD + "def handler(event, context):\n    for f in filter(lambda f: f is %s, [s3.list_buckets, None]): f()"
    found(source % "not None", "s3:ListBuckets")
    silent(source % "None")
