"""`match`: which cases are possible, and what is left for those after them."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets

HEAD = "import boto3\ns3 = boto3.client('s3')\ndef put(name): s3.put_object(Bucket=name, Key='k')\n"
EITHER = HEAD + "def handler(event, context):\n    n = 'real' if event.get('x') else 'None'\n    match n:\n        "


@pytest.mark.parametrize(
    ("cases", "kept"),
    [
        ("case 'None': return\n        case _: put(n)", "real"),
        ("case 'None': return\n    put(n)", "real"),
        ("case 'None' | '': return\n        case other: put(other)", "real"),
        ("case 'None' if event: return\n        case _: put(n)", "None real"),
        ("case 'other': return\n        case _: put(n)", "None real"),
        ("case str() if event: return\n    put(n)", "None real"),
    ],
)
def test_what_a_case_has_taken_is_not_left_for_the_next(cases: str, kept: str) -> None:
    assert buckets(EITHER + cases) == kept


DESTINATIONS = """
from collections import namedtuple
from dataclasses import dataclass
from typing import NamedTuple
@dataclass
class Dest:
    kind: str
    to: str
class Pair(NamedTuple):
    kind: str
    to: str
Made = namedtuple("Made", "kind to")
class Written:
    __match_args__ = ("kind", "to")
    def __init__(self, kind, to): self.kind, self.to = kind, to
class Queue(Dest): pass
"""


@pytest.mark.parametrize("kind", ["Dest", "Pair", "Made", "Written", "Queue"])
@pytest.mark.parametrize(
    ("cases", "kept"),
    [
        ("case {}('sqs', t): put('sqs')\n        case {}('s3', t): put(t)\n        case _: put('default')", "name"),
        ("case {}(kind='sqs'): put('sqs')\n        case {}(kind='s3', to=t): put(t)\n        case _: put('default')", "name"),
        ("case {}('sqs' | 's3', t): put(t)\n        case _: put('default')", "name"),
        ("case {}(kind, 'other'): put(kind)\n        case _: put('default')", "default"),
        ("case {}(to=t) if event: put(t)\n        case _: put('default')", "default name"),
    ],
)
def test_class_patterns(kind: str, cases: str, kept: str) -> None:
    source = HEAD + DESTINATIONS + f"def handler(event, context):\n    match {kind}('s3', 'name'):\n        "
    assert buckets(source + cases.replace("{}", kind)) == kept


@pytest.mark.parametrize(
    ("subject", "cases", "kept"),
    [
        ("Dest('a', 'b')", "case str(): put('text')\n        case Dest(): put('dest')\n        case _: put('d')", "dest"),
        ("'text'", "case str(t): put(t)\n        case _: put('d')", "text"),
        ("{'kind': 's3', 'to': 'name'}", "case {'kind': 'sqs'}: put('sqs')\n        case {'kind': 's3', 'to': t}: put(t)\n        case _: put('d')", "name"),
        ("{'kind': 's3'}", "case {'kind': 's3', 'to': t}: put(t)\n        case {}: put('any')", "any"),
        ("{'kind': event['k']}", "case {'kind': 's3'}: put('s3')\n        case _: put('d')", "d s3"),
        ("{**event, 'kind': 's3'}", "case {'kind': 's3', 'to': 'x'}: put('x')\n        case {'kind': 'sqs'}: put('sqs')\n        case _: put('d')", "d x"),
        ("('s3', 'name')", "case ('sqs', t): put('sqs')\n        case ('s3', t): put(t)\n        case _: put('d')", "name"),
        ("['s3', 'name']", "case ['sqs', *_]: put('sqs')\n        case [*_, 'name']: put('last')\n        case _: put('d')", "last"),
        ("['s3']", "case [a, *rest] if rest: put('several')\n        case [a]: put(a)", "s3"),
        ("['s3', 'x']", "case [a, *rest] if rest: put('several')\n        case [a]: put(a)", "several"),
        ("[*event, 's3']", "case [a, *rest] if rest: put('several')\n        case [a]: put('one')", "one several"),
        ("{'a', 'b'}", "case [a, b]: put('list')\n        case _: put('d')", "d"),
        ("event", "case {'kind': 's3'}: put('s3')\n        case [a]: put('list')\n        case _: put('d')", "d list s3"),
    ],
)  # fmt: skip
def test_patterns_of_containers(subject: str, cases: str, kept: str) -> None:
    assert buckets(HEAD + DESTINATIONS + f"def handler(event, context):\n    match {subject}:\n        {cases}") == kept


def test_an_object_that_decides_what_it_equals() -> None:
    source = HEAD + "class Any:\n    def __eq__(self, other): return True\ndef handler(event, context):\n    "
    assert buckets(source + "match Any():\n        case 's3': put('s3')\n        case _: put('d')") == "d s3"


def test_a_list_that_others_have_changed() -> None:
    matched = "match items:\n        case ['a']: put('one')\n        case _: put('more')"
    assert buckets(HEAD + f"items = ['a']\ndef handler(event, context):\n    {matched}\n    items.append('b')") == "more one"
