"""Which entries of a dictionary a key can mean."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets, found, silent

HEAD = """import boto3
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from typing import NamedTuple
s3 = boto3.client('s3')
class Plain(Enum):
    A = 'a'
    B = 'b'
class Text(StrEnum):
    A = 'a'
    B = 'b'
class Mixed(str, Enum):
    A = 'a'
    B = 'b'
class Number(IntEnum):
    A = 1
    B = 2
@dataclass(frozen=True)
class Route:
    name: str
class Pair(NamedTuple):
    name: str
class Own:
    def __init__(self, name): self.name = name
    def __eq__(self, other): return self.name == other.name
    def __hash__(self): return hash(self.name)
class Same: pass
SAME = Same()
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{'a': 'x', 'b': 'y'}[Text.B]", "y"),
        ("{'a': 'x', 'b': 'y'}[Mixed.B]", "y"),
        ("{Text.A: 'x', Text.B: 'y'}['b']", "y"),
        ("{Text.A: 'x', Text.B: 'y'}[Text.B]", "y"),
        ("{Text.A: 'x'}.get('b', 'y')", "y"),
        ("{Plain.A: 'x', Plain.B: 'y'}[Plain('b')]", "y"),
        ("{Plain.A: 'x'}.get('a', 'y')", "y"),
        ("{1: 'x', 2: 'y'}[Number.B]", "y"),
        ("{Route('a'): 'x', Route('b'): 'y'}[Route('b')]", "x y"),
        ("{Pair('a'): 'x', Pair('b'): 'y'}[Pair('b')]", "x y"),
        ("{Own('a'): 'x', Own('b'): 'y'}[Own('b')]", "x y"),
        ("{SAME: 'x', Same(): 'y'}[SAME]", "x"),
        ("{str: 'x', int: 'y'}[type(1)]", "y"),
        ("{('a', 'r'): 'x', ('b', 'r'): 'y'}[event['m'], 'r']", "x y"),
        ("{('a', 'r'): 'x', ('b', 's'): 'y'}.get((event['m'], 's'), 'z')", "y z"),
        ("{('a', 'r'): 'x', ('b', 's'): 'y'}.get((f'a{event}', event), 'z')", "x z"),
        ("{('a', 'r'): 'x', ('a', 'r', 't'): 'y'}.get((event['m'], event['n']), 'z')", "x z"),
        ("{('a', ('r', 1)): 'x', ('a', ('r', 2)): 'y'}.get((event['m'], (event['n'], 2)), 'z')", "y z"),
        ("{('a', 'r'): 'x', ('b', 'r'): 'y'}[('a' if event else 'b', 'r')]", "x y"),
        ("{(event['m'], 'r'): 'x', (event['m'], 's'): 'y'}[event['m'], 's']", "y"),
        ("{(str, 'r'): 'x', (int, 'r'): 'y'}[type(1), 'r']", "y"),
        ("{str: 'x', int: 'y'}[type(event)]", "x y"),
        ("{f'{event}-a': 'x', 'z-b': 'y'}['z-a']", "x"),
        ("{f'{event}-a': 'x', 'z-b': 'y'}['z-b']", "y"),
        ("{f'{event}-a': 'x', 'z-b': 'y'}[f'{event}-a']", "x"),
        ("{}.setdefault('a', 'x')", "x"),
        ("{'a': 'x'}.setdefault('a', 'y')", "x"),
        ("({} if event else {'a': 'x'}).setdefault('a', 'y')", "x y"),
    ],
)
def test_what_is_found(expression: str, expected: str) -> None:
    assert buckets(HEAD + f"def handler(event, context): s3.put_object(Bucket={expression})") == expected


def test_functions_under_the_members_of_an_enumeration() -> None:
    table = HEAD + "T = {Text.A: lambda: s3.list_buckets(), Text.B: lambda: s3.put_object(Bucket='b')}\n"
    found(table + "def handler(event, context): T['b']()", "s3:PutObject Bucket=b")
    found(table + "def handler(event, context): T[event['kind']]()", "s3:PutObject Bucket=b", "s3:ListBuckets")
    silent(table + "def handler(event, context): T['c']()")


def test_keys_that_only_some_paths_set() -> None:
    body = "    d = {}\n    if event: d['a'] = 'x'\n    d.setdefault('a', 'y')\n    s3.put_object(Bucket=d['a'])"
    assert buckets(HEAD + f"def handler(event, context):\n{body}") == "x y"
