"""Classes that derive from containers and strings: what their objects keep, and which of their methods a base calls."""

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent

HEAD = """
import boto3, queue
from collections import UserList, UserString, defaultdict, deque
from collections.abc import Generator, Iterator, MutableSet, Set
from typing import List, TypeVar
T = TypeVar("T")
s3 = boto3.client("s3")
def put(): s3.put_object(Bucket="b")
def name(bucket): s3.put_object(Bucket=bucket)
class H:
    def go(self): put()
"""
KEPT = {
    "appended": ("class L(list): pass", "l = L(); l.append(H())\n for x in l: x.go()"),
    "given": ("class L(list): pass", "[x.go() for x in L([H()])]"),
    "given to super().__init__": ("class L(list):\n def __init__(self, x): super().__init__([x])", "[x.go() for x in L(H())]"),
    "by index": ("class L(list): pass", "L([H()])[0].go()"),
    "slice": ("class L(list): pass", "[x.go() for x in L([H()])[:1]]"),
    "extended in place": ("class L(list): pass", "l = L(); l += [H()]\n for x in l: x.go()"),
    "added": ("class L(list): pass", "[x.go() for x in L() + [H()]]"),
    "unpacked": ("class L(list): pass", "a, b = L([1, H()]); b.go()"),
    "arguments": ("class L(list): pass", "(lambda x: x.go())(*L([H()]))"),
    "by a method of one's own": ("class L(list):\n def all(self):\n  for x in self: x.go()", "L([H()]).all()"),
    "by super()": ("class L(list):\n def append(self, x): super().append(x)", "l = L(); l.append(H()); l.pop().go()"),
    "of a generic list": ("class L(List[T]): pass", "l = L(); l.append(H()); l[0].go()"),
    "of a UserList": ("class L(UserList):\n def all(self):\n  for x in self.data: x.go()", "L([H()]).all()"),
    "of a set": ("class S(set): pass", "s = S(); s.add(H())\n for x in s: x.go()"),
    "of a deque": ("class D(deque): pass", "d = D(); d.append(H()); d.popleft().go()"),
    "of a queue": ("class Q(queue.Queue): pass", "q = Q(); q.put(H()); q.get().go()"),
    "of a tuple": ("class P(tuple):\n def __new__(cls, x): return super().__new__(cls, (x, 1))", "P(H())[0].go()"),
    "made by a default": ("class D(defaultdict): pass", "d = D(list); d['a'].append(H()); d['a'][0].go()"),
}


@pytest.mark.parametrize(("source", "body"), KEPT.values(), ids=KEPT.keys())
def test_kept(source: str, body: str) -> None:
    found(f"{HEAD}{source}\ndef handler(e, c):\n {body}", "s3:PutObject")


TEXTS = {
    "string": ("class S(str): pass", "S('x')"),
    "string in an f-string": ("class S(str): pass", "f'{S(\"x\")}'"),
    "method of a string": ("class S(str):\n def low(self): return self.lower()", "S('X').low()"),
    "string made by __new__": ("class S(str):\n def __new__(cls, v): return super().__new__(cls, v[:1])", "S('xy')"),
    "UserString": ("class S(UserString): pass", "str(S('x'))"),
    "method by class": ("", "str.lower('X')"),
    "methods by class": ("", "list(map(str.lower, ['X']))[0]"),
}


@pytest.mark.parametrize(("source", "value"), TEXTS.values(), ids=TEXTS.keys())
def test_texts(source: str, value: str) -> None:
    assert len(found(f"{HEAD}{source}\ndef handler(e, c): name({value})", "s3:PutObject Bucket=x").calls) == 1


def test_a_request_made_of_a_dictionary_of_ones_own() -> None:
    found(f"{HEAD}class D(dict): pass\ndef handler(e, c): s3.put_object(**D(Bucket='x'))", "s3:PutObject Bucket=x")


ABSTRACT = """
class S(MutableSet):
    def __init__(self): self.items = []
    def __contains__(self, x): CONTAINS; return False
    def __iter__(self): return iter(self.items)
    def __len__(self): return 0
    def add(self, x): ADD; self.items.append(x)
    def discard(self, x): DISCARD
"""
BY_SET = {
    "CONTAINS": ["1 in S()", "S().remove(1)", "S() & {1}", "S().isdisjoint({1})"],
    "ADD": ["S().__ior__({1})"],
    "DISCARD": ["S().remove(1)", "S().pop()", "S().clear()", "S().__isub__({1})"],
}


@pytest.mark.parametrize(("method", "use"), [(method, use) for method, uses in BY_SET.items() for use in uses])
def test_methods_by_way_of_a_sets_own(method: str, use: str) -> None:
    source = ABSTRACT.replace(method, "put()")
    for other in BY_SET:
        source = source.replace(other, "pass")
    found(f"{HEAD}{source}def handler(e, c): return {use}", "s3:PutObject")


ITERATED = {
    "iterator": "class I(Iterator):\n def __next__(self): return H()",
    "generator": "class I(Generator):\n def send(self, v): return H()\n def throw(self, *a): pass",
}


@pytest.mark.parametrize("source", ITERATED.values(), ids=ITERATED.keys())
def test_iterated(source: str) -> None:
    found(f"{HEAD}{source}\ndef handler(e, c):\n for x in I(): x.go()", "s3:PutObject")


NOT_CALLED = {
    "extending does not append": ("class L(list):\n def append(self, x): put()", "L().extend([1])"),
    "making does not append": ("class L(list):\n def append(self, x): put()", "L([1])"),
    "nothing kept": ("class L(list): pass", "[x.go() for x in L()]"),
    "other object": ("class L(list): pass", "a = L([H()]); b = L([1])\n for x in b: x"),
    "adding does not discard": (ABSTRACT.replace("DISCARD", "put()").replace("ADD", "pass").replace("CONTAINS", "pass"), "S().add(1)"),
}


@pytest.mark.parametrize(("source", "body"), NOT_CALLED.values(), ids=NOT_CALLED.keys())
def test_not_called(source: str, body: str) -> None:
    silent(f"{HEAD}{source}\ndef handler(e, c):\n {body}")
