"""Dataclasses, attrs and named tuples: what their fields get, and which functions of the user's run."""

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent, use

HEAD = """
import attr, attrs, boto3, copy
from attrs import define, field as afield
from collections import namedtuple
from dataclasses import InitVar, KW_ONLY, asdict, astuple, dataclass, field, make_dataclass, replace
from typing import NamedTuple
def put(): boto3.client("s3").put_object(Bucket="b")
def name(bucket): boto3.client("s3").put_object(Bucket=bucket)
"""

FIELDS = {
    "factory": ("@dataclass\nclass D:\n b: str = field(default_factory=lambda: 'x')", "D().b"),
    "only for __init__": (
        "@dataclass\nclass D:\n b: InitVar[str]\n n: str = field(init=False)\n def __post_init__(self, b): self.n = b",
        "D('x').n",
    ),
    "only for __init__, by default": (
        "@dataclass\nclass D:\n n: str\n b: InitVar[str] = 'x'\n def __post_init__(self, b): self.n = b",
        "D('n').n",
    ),
    "not in __init__": ("@dataclass\nclass D:\n a: str = field(init=False, default='a')\n b: str = 'b'", "D('x').b"),
    "by keyword only": ("@dataclass\nclass D:\n a: str = field(kw_only=True)\n b: str = 'b'", "D('x', a='a').b"),
    "by keyword only from here": ("@dataclass\nclass D:\n b: str\n _: KW_ONLY\n a: str = 'a'", "D('x').b"),
    "base by keyword only": ("@dataclass(kw_only=True, slots=True)\nclass A:\n a: str = 'a'\n@dataclass\nclass D(A):\n b: str", "D('x').b"),
    "of the base first": ("@dataclass\nclass A:\n a: str\n@dataclass\nclass D(A):\n b: str", "D('a', 'x').b"),
    "overridden in place": ("@dataclass\nclass A:\n a: str\n b: str\n@dataclass\nclass D(A):\n a: str", "D('x', 'b').a"),
    "base that is no dataclass": ("class A:\n a: str\n@dataclass\nclass D(A):\n b: str", "D('x').b"),
    "__init__ of the base is not it": ("class A:\n def __init__(self, b): self.b = 'a'\n@dataclass\nclass D(A):\n b: str", "D('x').b"),
    "__init__ of one's own": ("@dataclass\nclass D:\n b: str\n def __init__(self): self.b = 'x'", "D().b"),
    "super().__init__": ("@dataclass\nclass A:\n b: str\nclass D(A):\n def __init__(self, q): super().__init__(b=q)", "D('x').b"),
    "A.__init__": ("@dataclass\nclass A:\n b: str\nclass D(A):\n def __init__(self, q): A.__init__(self, q)", "D('x').b"),
    "frozen": ("@dataclass(frozen=True)\nclass D:\n b: str\n def __post_init__(self): object.__setattr__(self, 'b', 'x')", "D('b').b"),
    "replaced": ("@dataclass\nclass D:\n a: str\n b: str", "replace(D('a', 'x'), a='c').b"),
    "replaced by copy": ("@dataclass\nclass D:\n b: str", "copy.replace(D('a'), b='x').b"),
    "as dictionary": ("@dataclass\nclass I:\n b: str\n@dataclass\nclass D:\n i: list", "asdict(D([I('x')]))['i'][0]['b']"),
    "as tuple": ("@dataclass\nclass D:\n a: str\n b: str", "astuple(D('a', 'x'))[1]"),
    "made by a call": ("D = make_dataclass('D', ['a', ('b', str, 'x')])", "D('a').b"),
    "attrs default": ("@define\nclass D:\n a: str\n b: str = afield()\n @b.default\n def _b(self): return self.a", "D('x').b"),
    "attrs default given": ("@define\nclass D:\n a: str\n b: str = afield()\n @b.default\n def _b(self): return self.a", "D('a', 'x').b"),
    "attrs default of this field": (
        "@define\nclass D:\n a: str = afield()\n b: str = afield()\n @b.default\n def _b(self): return 'b'",
        "D('x').a",
    ),
    "attrs converter": ("@define\nclass D:\n b: str = afield(converter=lambda s: s[:1])", "D('xy').b"),
    "attrs converter of the default": ("@attr.s\nclass D:\n b = attr.ib(default='xy', converter=lambda s: s[:1])", "D().b"),
    "attrs converters": ("@define\nclass D:\n b: str = afield(converter=[str.lower, lambda s: s[:1]])", "D('xy').b"),
    "attrs factory": ("@define\nclass D:\n b: str = afield(factory=lambda: 'x')", "D().b"),
    "attrs factory that takes the object": (
        "@attr.s\nclass D:\n a = attr.ib()\n b = attr.ib(default=attr.Factory(lambda self: self.a, takes_self=True))",
        "D('x').b",
    ),
    "attrs private": ("@define\nclass D:\n _b: str\n def get(self): return self._b", "D(b='x').get()"),
    "attrs private, described": ("@attr.s\nclass D:\n _b = attr.ib()\n def get(self): return self._b", "D('x').get()"),
    "attrs alias": ("@define\nclass D:\n b: str = afield(alias='q')", "D(q='x').b"),
    "attrs annotated": ("@attr.s(auto_attribs=True)\nclass D:\n a: str\n b: str = 'x'", "D('a').b"),
    "attrs described only": ("@attr.s\nclass D:\n a: str = 'a'\n b = attr.ib()", "D('x').b"),
    "attrs not in __init__": ("@define\nclass D:\n a: str = afield(init=False, default='a')\n b: str", "D('x').b"),
    "attrs own __init__": ("@define(init=False)\nclass D:\n b: str\n def __init__(self, q): self.__attrs_init__(q)", "D('x').b"),
    "attrs evolved": ("@define\nclass D:\n a: str\n b: str", "attrs.evolve(D('a', 'b'), b='x').b"),
    "attrs as dictionary": ("@define\nclass D:\n b: str", "attrs.asdict(D('x'))['b']"),
    "named tuple with defaults": ("D = namedtuple('D', 'a b', defaults=['x'])", "D('a').b"),
    "named tuple of items": ("class D(NamedTuple):\n a: str\n b: str", "D._make(['a', 'x']).b"),
    "named tuple by position": ("class D(NamedTuple):\n a: str\n b: str", "D('a', 'x')[1]"),
}


@pytest.mark.parametrize(("source", "value"), FIELDS.values(), ids=FIELDS.keys())
def test_fields(source: str, value: str) -> None:
    assert len(found(f"{HEAD}{source}\ndef handler(e, c): name({value})", "s3:PutObject Bucket=x").calls) == 1


RUN = {
    "post init": "@dataclass\nclass D:\n def __post_init__(self): put()",
    "attrs post init": "@define\nclass D:\n def __attrs_post_init__(self): put()",
    "attrs pre init": "@define\nclass D:\n def __attrs_pre_init__(self): put()",
    "factory": "@dataclass\nclass D:\n b: str = field(default_factory=put)",
    "attrs validator": "@define\nclass D:\n b: str = afield(default='')\n @b.validator\n def check(self, attribute, value): put()",
    "attrs validator given": "@define\nclass D:\n b: str = afield(default='', validator=lambda *a: put())",
    "attrs validators given": "@define\nclass D:\n b = afield(default='', validator=[attrs.validators.min_len(1), lambda *a: put()])",
    "attrs default": "@define\nclass D:\n b: str = afield()\n @b.default\n def made(self): put()",
}


@pytest.mark.parametrize("source", RUN.values(), ids=RUN.keys())
def test_run(source: str) -> None:
    found(f"{HEAD}{source}\ndef handler(e, c): D()", "s3:PutObject Bucket=b")
    silent(f"{HEAD}{source}\ndef handler(e, c): return D")


NOT_RUN = {
    "__post_init__ of attrs": "@define\nclass D:\n def __post_init__(self): put()",
    "__post_init__ of a plain class": "class D:\n def __post_init__(self): put()",
    "no __init__ to call it": "@dataclass(init=False)\nclass D:\n b: str = ''\n def __post_init__(self): put()",
    "given": "@dataclass\nclass C:\n b: str = field(default_factory=put)\ndef D(): return C('x')",
}


@pytest.mark.parametrize("source", NOT_RUN.values(), ids=NOT_RUN.keys())
def test_not_run(source: str) -> None:
    silent(f"{HEAD}{source}\ndef handler(e, c): D()")


def test_unseen_arguments_may_set_what_has_a_default() -> None:
    (call,) = use(f"{HEAD}@dataclass\nclass D:\n b: str = 'local'\ndef handler(e, c): name(D(**e).b)").calls
    assert "local" in str(call.arguments)
    assert "the event" in str(call.arguments)
