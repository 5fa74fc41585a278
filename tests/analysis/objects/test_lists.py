"""Lists: what is where after what was done to them."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets, found, silent
from tests.analysis.test_robustness import indent

HEAD = """import boto3, bisect, collections, copy, heapq, operator, queue, random
s3 = boto3.client('s3')
def grow(many=[]):
    many.append('x')
    return many
"""


def names(body: str) -> str:
    return buckets(HEAD + "def handler(event, context):\n" + indent([body, "s3.put_object(Bucket=b)"]))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("l = ['x']; l.insert(0, 'y'); b = l[0]", "y"),
        ("l = ['x']; l.insert(event, 'y'); b = l[0]", "x y"),
        ("l = ['x', 'y']; l[-1] = 'z'; b = l[1]", "z"),
        ("l = ['x', 'y']; l[event] = 'z'; b = l[0]", "x z"),
        ("l = ['x', 'y']; l[0] = 'z'; b = l[1]", "y"),
        ("l = ['x', 'y']; l.reverse(); b = l[0]", "y"),
        ("l = ['x', 'y']\nif event: l.reverse()\nb = l[0]", "x y"),
        ("l = ['y', 'x']; l.sort(); b = l[0]", "x"),
        ("l = ['y', 'x', event['b']]; l.sort(); b = l[0]", "? x y"),
        ("l = [(1, 'y'), (2, 'x')]; l.sort(key=operator.itemgetter(0), reverse=True); b = l[0][1]", "x"),
        ("b = sorted(['y', 'x'])[0]", "x"),
        ("b = sorted(['y', 'x'], reverse=event)[0]", "x y"),
        ("b = sorted(['y', 'x'], key=lambda n: {'y': 1, 'x': 2}[n])[0]", "y"),
        ("b = max(['y', 'x'])", "y"),
        ("b = min(['y', 'x'], key=lambda n: event[n])", "x y"),
        ("b = heapq.nlargest(1, ['y', 'x'])[0]", "y"),
        ("l = ['x', 'y']; l.pop(0); b = l[0]", "y"),
        ("l = ['x', 'y']; b = l.pop()", "y"),
        ("l = ['x', 'y']; b = l.pop(event)", "x y"),
        ("l = ['x', 'y']\nif event: l.pop(0)\nb = l[0]", "x y"),
        ("l = ['x', 'y']; del l[0]; b = l[0]", "y"),
        ("l = ['x', 'y']; l.remove('x'); b = l[0]", "y"),
        ("l = ['x', 'y']; l.remove(event['b']); b = l[0]", "x y"),
        ("l = ['x']; l.clear(); l.append('y'); b = l[0]", "y"),
        ("l = ['x', 'y']; random.shuffle(l); b = l[0]", "x y"),
        ("l = collections.deque(['x']); l.appendleft('y'); b = l[0]", "y"),
        ("l = collections.deque(['x']); l.extendleft(['y', 'z']); b = l[0]", "z"),
        ("l = collections.deque(['x', 'y']); l.rotate(1); b = l[0]", "x y"),
        ("l = []; heapq.heappush(l, (2, 'x')); heapq.heappush(l, (1, 'y')); b = heapq.heappop(l)[1]", "x y"),
        ("l = ['x']; m = copy.copy(l); m[0] = 'y'; b = l[0]", "x"),
        ("l = ['x']; m = l; m[0] = 'y'; b = l[0]", "y"),
        ("l = [['x']]; m = copy.copy(l); m[0][0] = 'y'; b = l[0][0]", "y"),
        ("l = [['x']]; m = copy.deepcopy(l); m[0][0] = 'y'; b = l[0][0]", "x"),
        ("i = iter(['x', 'y']); next(i); b = next(i)", "y"),
        ("b = next((n for n in ['x', 'y'] if n == event), 'z')", "x y z"),
        ("b = next(iter([]), 'z')", "z"),
        ("l = ['x', 'y']\nif event: l.append('x')\nb = l[-1]", "x y"),
        ("l = ['x']; l += [n for n in ('y',) if event]; b = l[-1]", "x y"),
        ("l, m = ['x'], ['y']; n = l if event else m; n[0] = 'z'; b = l[0]", "x z"),
        ("l, m = ['x'], ['y']; n = l if event else m; n += ['z']; b = l[-1]", "x z"),
        ("l, m = ['x'], ['y']; n = l if event else m; del n[0]; n.append('z'); b = l[0]", "x z"),
        ("l = ['x']; m = l; m += ['y']; b = l[-1]", "y"),
        ("b = '.'.join(['x', *[n for n in ('y',) if event]])", "x*"),
        ("b = '.'.join(['x', 'y'])", "x.y"),
        ("b = ({'x'} | {'y'}).pop()", "x y"),
        ("b = ({'x'} & {'y'}).pop()", "x"),
        ("l = {'x'}; l |= {'y'}; b = l.pop()", "x y"),
        ("l = grow(); l.append('y'); b = grow()[1]", "x y"),
    ],
)
def test_what_is_at_a_place(body: str, expected: str) -> None:
    assert names(body) == expected


def test_a_client_that_is_taken_out() -> None:
    take = "def handler(event, context):\n    l = [s3, None]; l.pop(%s).put_object(Bucket='b')"
    found(HEAD + take % "0", "s3:PutObject Bucket=b")
    silent(HEAD + take % "1")


def test_of_many_items_none_is_lost() -> None:
    jobs = ", ".join(f"(boto3.client('s3'), 'b{i}')" for i in range(15))
    source = HEAD + f"def handler(event, context):\n    l = [{jobs}]; random.shuffle(l)\n    for c, b in l: c.put_object(Bucket=b)"
    assert buckets(source) == " ".join(sorted(f"b{i}" for i in range(15)))
