"""What a call that only raises says of the code after it, and what a test says of attributes."""

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent, use

HEAD = """
import asyncio, boto3, contextlib, sys
from concurrent.futures import ThreadPoolExecutor
def name(bucket): boto3.client("s3").put_object(Bucket=bucket)
def put(): name("x")
def fail(*a): raise ValueError("always")
"""

NOT_REACHED = {
    "statement": "def handler(e, c):\n fail()\n put()",
    "value": "def handler(e, c):\n x = fail()\n put()",
    "argument": "def handler(e, c):\n print(fail())\n put()",
    "argument of the call itself": "def handler(e, c): name(fail())",
    "returned": "def f(): return fail()\ndef handler(e, c):\n f()\n put()",
    "test": "def handler(e, c):\n if fail(): pass\n put()",
    "end of the program": "def stop(): sys.exit(1)\ndef handler(e, c):\n stop()\n put()",
    "rest of a try": "def handler(e, c):\n try:\n  fail()\n  put()\n except ValueError: pass",
    "after a finally": "def handler(e, c):\n try: fail()\n finally: pass\n put()",
    "no way around": "def f(x):\n if x: raise KeyError\n raise ValueError\ndef handler(e, c):\n f(e)\n put()",
    "object that cannot be made": "class C:\n def __init__(self): raise ValueError\ndef handler(e, c):\n C()\n put()",
    "property": "class C:\n @property\n def p(self): raise ValueError\ndef handler(e, c):\n C().p\n put()",
    "one of two that fail": "def g(): raise KeyError\ndef handler(e, c):\n (fail if e else g)()\n put()",
}


@pytest.mark.parametrize("source", NOT_REACHED.values(), ids=NOT_REACHED.keys())
def test_not_reached(source: str) -> None:
    silent(HEAD + source)


REACHED = {
    "fails sometimes": "def f(x):\n if x: fail()\ndef handler(e, c):\n f(e)\n put()",
    "fails on one side": "def handler(e, c):\n if e: fail()\n put()",
    "one of two": "def handler(e, c):\n (fail if e else print)()\n put()",
    "one of two that give something unknown": "def handler(e, c):\n x = fail() if e['a'] else e['b']\n put()",
    "the other side of an or": "def handler(e, c):\n x = e['a'] or fail()\n put()",
    "for each of no items": "def handler(e, c):\n for x in e: fail()\n put()",
    "within a comprehension": "def handler(e, c):\n [fail() for x in e]\n put()",
    "caught": "def handler(e, c):\n try: fail()\n except ValueError: pass\n put()",
    "caught by a decorator": (
        "def safe(f):\n def inner(*a):\n  try: return f(*a)\n  except Exception: return None\n return inner\n"
        "@safe\ndef f(): raise ValueError\ndef handler(e, c):\n f()\n put()"
    ),
    "suppressed": "def handler(e, c):\n with contextlib.suppress(ValueError): fail()\n put()",
    "finally": "def handler(e, c):\n try: fail()\n finally: put()",
    "in another thread": "def handler(e, c):\n ThreadPoolExecutor().submit(fail)\n put()",
    "never awaited": (
        "async def f(): raise ValueError\nasync def g():\n asyncio.create_task(f())\n put()\ndef handler(e, c): asyncio.run(g())"
    ),
    "generator that is not run": "def f():\n raise ValueError\n yield\ndef handler(e, c):\n f()\n put()",
    "not called": "def handler(e, c):\n f = fail\n put()",
    "calls itself": "def f(n):\n if n: return f(n)\n raise ValueError\ndef handler(e, c):\n f(e)\n put()",
    "to be defined by others": "class C:\n def go(self): raise NotImplementedError()\ndef handler(e, c):\n C().go()\n put()",
    "defined by others": (
        "class C:\n def go(self): raise ValueError\n def all(self): self.go(); put()\n"
        "class D(C):\n def go(self): pass\ndef handler(e, c): D().all()"
    ),
    "defined by others, called by unseen code": (
        "class C:\n def go(self): raise ValueError\nclass D(C):\n def go(self): pass\n"
        "def f(c: C):\n c.go()\n put()\ndef handler(e, c): f(e['c'])"
    ),
    "attribute with a default": (
        "class C:\n @property\n def p(self): raise AttributeError\ndef handler(e, c):\n getattr(C(), 'p', None)\n put()"
    ),
    "check at import": "import os\ndef check():\n if not os.environ.get('X'): raise ValueError\ncheck()\ndef handler(e, c): put()",
}


@pytest.mark.parametrize("source", REACHED.values(), ids=REACHED.keys())
def test_reached(source: str) -> None:
    found(HEAD + source, "s3:PutObject Bucket=x", environment={})


CLASSES = """
class X:
    def go(self): name("x")
class Y:
    def go(self): name("y")
class A:
    def __init__(self, e): self.o = X() if e else Y(); self.s = "x" if e else "y"; self.n = X() if e else None
    def again(self): self.s = "y"
    def run(self, e):
"""
NARROWED = {
    "class": "if isinstance(self.o, X): self.o.go()",
    "other class": "if not isinstance(self.o, Y): self.o.go()",
    "left early": "if isinstance(self.o, Y): return\n        self.o.go()",
    "raised early": "if isinstance(self.o, Y): raise ValueError\n        self.o.go()",
    "failed early": "if isinstance(self.o, Y): fail()\n        self.o.go()",
    "string": "if self.s == 'x': name(self.s)",
    "one of strings": "if self.s in ('x',): name(self.s)",
    "conditional expression": "name(self.s) if self.s == 'x' else None",
    "in a comprehension": "[name(self.s) for i in (1,) if self.s == 'x']",
    "asserted": "assert isinstance(self.o, X)\n        self.o.go()",
    "part of the event": "if e['kind'] == 'x': name(e['kind'])",
    "part of a part of the event": "if e['a']['kind'] == 'x': name(e['a']['kind'])",
    "of another object": "a = A(e)\n        if a.s == 'x': name(a.s)",
}


@pytest.mark.parametrize("body", NARROWED.values(), ids=NARROWED.keys())
def test_what_a_test_says_of_an_attribute(body: str) -> None:
    source = f"{HEAD}{CLASSES}        {body}\ndef handler(e, c): A(e).run(e)"
    assert len(found(source, "s3:PutObject Bucket=x").calls) == 1


NOT_NARROWED = {
    "after the branch": "if self.s == 'x': pass\n        name(self.s)",
    "after a call that sets it": "if self.s == 'x':\n            self.again()\n            name(self.s)",
    "after setting it": "if self.s == 'x':\n            self.s = 'y'\n            name(self.s)",
    "after setting the object": "a = self\n        if a.s == 'x':\n            a = A(1 - len(e))\n            name(a.s)",
    "after setting the item": "if e['kind'] == 'x':\n            e['kind'] = 'y'\n            name(e['kind'])",
    "in the next pass": "for i in e:\n            name(self.s)\n            if self.s == 'x': pass",
    "after the loop": "while self.s == 'x': break\n        name(self.s)",
    "after a try": "try:\n            if self.s != 'x': fail()\n        except ValueError: pass\n        name(self.s)",
    "another attribute": "if self.n is None: name(self.s)",
}


@pytest.mark.parametrize("body", NOT_NARROWED.values(), ids=NOT_NARROWED.keys())
def test_what_a_test_no_longer_says(body: str) -> None:
    (call,) = use(f"{HEAD}{CLASSES}        {body}\ndef handler(e, c): A(e).run(e)").calls
    assert "y" in str(call.arguments) or "event" in str(call.arguments)
