"""Dictionaries: what is under which key after what was done to them."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets
from tests.analysis.test_robustness import indent

HEAD = "import boto3, collections, copy\ns3 = boto3.client('s3')\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("d = {'a': 'x'}; d[event['k']] = 'y'; b = d['a']", "x y"),
        ("d = {}; d[event['k']] = 'y'; d['a'] = 'x'; b = d['a']", "x"),
        ("d = {**{'a': 'x'}, **event}; b = d['a']", "? x"),
        ("d = {**event, **{'a': 'x'}}; b = d['a']", "x"),
        ("d = {'a': 'x'}; d.update({'a': 'y'} if event else {'a': 'z'}); b = d['a']", "y z"),
        ("d = {'a': 'x'}; d.update({'a': 'y'} if event else {}); b = d['a']", "x y"),
        ("d = {'a': 'x'}\nif event: d |= {'a': 'y'}\nb = d['a']", "x y"),
        ("d = {'a': 'x'}; d |= {'a': 'y'}; b = d['a']", "y"),
        ("d = {'a': 'x'}; del d['a']; b = d.get('a', 'y')", "y"),
        ("d = {'a': 'x'}\nif event: del d['a']\nb = d.get('a', 'y')", "x y"),
        ("d = {'a': 'x'}\nif event: d.pop('a')\nb = d.get('a', 'y')", "x y"),
        ("d = {'a': 'x'}\nif event: d.clear()\nb = d.get('a', 'y')", "x y"),
        ("d = {'a': 'x'}; d.clear(); b = d.get('a', 'y')", "y"),
        ("d = {'a': 'x'}; e = copy.copy(d); e['a'] = 'y'; b = d['a']", "x"),
        ("d = {'a': {'b': 'x'}}; e = copy.deepcopy(d); e['a']['b'] = 'y'; b = d['a']['b']", "x"),
        ("d = {'a': {'b': 'x'}}; e = dict(d); e['a']['b'] = 'y'; b = d['a']['b']", "y"),
        ("d, e = {'a': 'x'}, {}; f = d if event else e; f['a'] = 'y'; b = d['a']", "x y"),
        ("d, e = {'a': 'x'}, {'a': 'y'}; b = dict(d if event else e)['a']", "x y"),
        ("b = dict([('a', 'x'), *[('a', 'y') for n in event]])['a']", "x y"),
        ("b = dict([('a', 'x'), ('a', 'y')])['a']", "y"),
        ("d = {'a': 'x'}; b = 'y' if 'a' in d else 'z'", "y"),
        ("d = {'a': 'x'}\nif event: d.pop('a')\nb = 'y' if 'a' in d else 'z'", "y z"),
    ],
)
def test_what_is_under_a_key(body: str, expected: str) -> None:
    assert buckets(HEAD + "def handler(event, context):\n" + indent([body, "s3.put_object(Bucket=b)"])) == expected
