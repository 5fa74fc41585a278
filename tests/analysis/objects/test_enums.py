"""Enumerations: which member is meant, and what finding it runs."""

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent

HEAD = """
import boto3
from enum import Enum, IntEnum, StrEnum, auto, member, nonmember
def name(bucket): boto3.client("s3").put_object(Bucket=bucket)
"""
PLAIN = "class E(Enum):\n A = 'x'\n B = 'b'\n"
MISSING = PLAIN + " @classmethod\n def _missing_(cls, v): name('m'); return cls.A\n"

VALUES = {
    "by value": (PLAIN, "E('x').value"),
    "by member": (PLAIN, "E(E.A).value"),
    "by name": (PLAIN, "E['A'].value"),
    "by table of names": (PLAIN, "E.__members__['A'].value"),
    "by table of values": (PLAIN, "E._value2member_map_['x'].value"),
    "another name": ("class E(Enum):\n x = 1\n y = 1", "E.y.name"),
    "own __new__": (
        "class E(Enum):\n def __new__(cls, v, q):\n  o = object.__new__(cls)\n  o._value_, o.q = v, q\n  return o\n A = 'a', 'x'",
        "E('a').q",
    ),
    "own __init__": ("class E(Enum):\n def __init__(self, v, q): self.q = q\n A = 'a', 'x'", "E.A.q"),
    "auto of strings": ("class E(StrEnum):\n X = auto()", "E.X"),
    "auto of one's own": ("class E(Enum):\n def _generate_next_value_(name, *a): return name[:1]\n xy = auto()", "E.xy.value"),
    "made by a call": ("E = Enum('E', {'A': 'x'})", "E.A.value"),
    "made by a call, of names": ("E = Enum('E', 'x y')", "E.x.name"),
    "function as member": ("class E(Enum):\n A = member(lambda: 'x')", "E.A.value()"),
    "no member": ("class E(Enum):\n A = 'a'\n b = nonmember('x')", "E.b"),
    "no member is iterated": ("class E(Enum):\n A = 'x'\n b = nonmember('b')", "list(E)[0].value"),
    "same member": (PLAIN, "'x' if E('x') is E.A else 'b'"),
    "another member": (PLAIN, "'b' if E('x') == E.B else 'x'"),
    "one of other members": (PLAIN, "'b' if E.A in (E.B,) else 'x'"),
    "a plain member is no string": (PLAIN, "'b' if E.A == 'x' else 'x'"),
    **{
        f"a string member is one: {use}": (f"class E({bases}):\n A = 'x'\n B = 'yx'\nclass N:\n x = 'x'\n y = 'b'", use)
        for bases in ("StrEnum", "str, Enum")
        for use in ("E.B[1:]", "E.B[1]", "'' + E.A", "E.A + ''", "''.join([E.A])", "E.B.replace('y', '')", "getattr(N, E.A)")
    },
    "a string member is one": ("class E(str, Enum):\n A = 'x'", "'x' if E.A == 'x' else 'b'"),
    "members of two enumerations": (PLAIN + "class F(Enum):\n A = 'x'", "'b' if E.A == F.A else 'x'"),
}


@pytest.mark.parametrize(("source", "value"), VALUES.values(), ids=VALUES.keys())
def test_members(source: str, value: str) -> None:
    assert len(found(f"{HEAD}{source}\ndef handler(e, c): name({value})", "s3:PutObject Bucket=x").calls) == 1


def test_a_match_statement() -> None:
    cases = "def f(m):\n match m:\n  case E.A: name('x')\n  case E.B: name('b')\n"
    assert len(found(f"{HEAD}{PLAIN}{cases}def handler(e, c): f(E('x'))", "s3:PutObject Bucket=x").calls) == 1
    assert len(found(f"{HEAD}{PLAIN}{cases}def handler(e, c): f(E(e['x']))", "s3:PutObject Bucket=x", "s3:PutObject Bucket=b").calls) == 2


@pytest.mark.parametrize("value", ['e["x"]', '"other"', '"x" if e["y"] else "other"'])
def test_missing_is_asked(value: str) -> None:
    found(f"{HEAD}{MISSING}def handler(e, c): return E({value})", "s3:PutObject Bucket=m")


def test_what_missing_gives() -> None:
    found(f"{HEAD}{MISSING}def handler(e, c): name(E('other').value)", "s3:PutObject Bucket=m", "s3:PutObject Bucket=x")


@pytest.mark.parametrize("use", ['E("x")', "E(E.A)", "E.A", 'E["A"]'])
def test_missing_is_not_asked(use: str) -> None:
    silent(f"{HEAD}{MISSING}def handler(e, c): return {use}")


def test_a_class_that_unseen_code_makes_an_object_of() -> None:
    """Of an enumeration that is one of its members."""
    silent(f"{HEAD}{PLAIN} def f(self): return self.value\ndef g(m: E): return m.f()\ndef handler(e, c): g(e['m'])")
    silent(
        "from enum import Enum\nfrom typing import Tuple\nclass E(Enum):\n def f(self, x: Tuple[()]): pass\nNothing = Tuple[()]",
        handler=None,
    )
