"""Containers that are surely empty, or surely not: what a test of them decides, and what nobody can tell."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets

HEAD = "import boto3, unheard_of\ns3 = boto3.client('s3')\ndef put(name): s3.put_object(Bucket=name)\nkept = []\n"


@pytest.mark.parametrize(
    ("before", "test", "outcome"),
    [
        ("x = []", "x", "no"),
        ("x = {}", "x", "no"),
        ("x = set()", "x", "no"),
        ("x = [1]", "x", "yes"),
        ("x = {'a': event}", "x", "yes"),
        ("x = []", "not x", "yes"),
        ("x = []", "len(x) > 0", "no"),
        ("x = ()", "len(x) >= 1", "no"),
        ("x = [1, event]", "len(x) == 2", "yes"),
        ("x = []\n    x.append(1)", "x", "yes"),
        ("x = [1]\n    x.pop()", "x", "no"),
        ("x = [y for y in ('a', 'b') if y == 'c']", "x", "no"),
        ("x = {}\n    x['a'] = 1\n    del x['a']", "x", "no"),
        ("x = []\n    if event: x.append(1)", "x", "no yes"),
        ("x = []\n    for y in event: x.append(y)", "x", "no yes"),
        ("x = [1]\n    for y in event: x.clear()", "x", "no yes"),
        ("x = list(range(12))\n    while event: x.pop()", "x", "no yes"),
        ("x = [1]\n    while x and event: x.pop()", "x", "no yes"),
        ("x = [y for y in event]", "x", "no yes"),
        ("x = {'a'} & {event}", "x", "no yes"),
        ("x = {'a'}.difference({event})", "x", "no yes"),
        ("x = kept", "x", "no yes"),
        ("x = []\n    unheard_of.fill(x)", "x", "no yes"),
        ("x = []\n    unheard_of.each(x.append)", "x", "no yes"),
        ("x = []\n    unheard_of.each(lambda y: x.append(y))", "x", "no yes"),
        ("x = {}\n    if event: x['a'] = 1", "x", "no yes"),
        ("x = event.get('x', [])", "x", "no yes"),
        ("x = []", "len(x) > event", "no yes"),
    ],
)
def test_what_a_container_decides(before: str, test: str, outcome: str) -> None:
    body = f"def handler(event, context):\n    {before}\n    if {test}: put('yes')\n    else: put('no')\n"
    assert buckets(HEAD + body) == outcome


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ("", "unnamed without"),
        ("1", "positional unnamed"),
        ("a=1", "named without"),
        ("*event", "positional unnamed without"),
        ("**event", "named unnamed without"),
    ],
)
def test_further_arguments(given: str, outcome: str) -> None:
    source = "def f(*args, **named):\n    put('positional' if len(args) > 0 else 'without')\n    put('named' if named else 'unnamed')\n"
    assert buckets(HEAD + source + f"def handler(event, context): f({given})") == outcome


def test_a_loop_that_empties_a_list() -> None:
    body = (
        "def handler(event, context):\n    x = ['a']\n    while x:\n        put(x.pop())\n        if event: x.append('b')\n    put('end')\n"
    )
    assert buckets(HEAD + body) == "a b end"
