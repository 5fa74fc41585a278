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


@pytest.mark.parametrize(
    ("made", "looped", "expected"),
    [
        ("d = collections.Counter(event['words'])", "d.most_common()", "once"),
        ("d = collections.Counter(r['t'] for r in event)", "d.most_common(3)", "once"),
        ("d = collections.Counter()\nfor r in event: d[r] += 1", "d.most_common()", "once"),
        ("d = collections.Counter(['a', 'b'])", "d.most_common()", "once"),
        ("d = collections.Counter()", "d.most_common()", ""),
        ("d = collections.defaultdict(list, event)", "d", "once"),
        ("d = collections.defaultdict(list, a=1)", "d.items()", "once"),
        ("d = collections.defaultdict(None, {'a': 1})", "d.values()", "once"),
        ("d = collections.defaultdict(list)", "d", ""),
    ],
)
def test_what_dictionaries_of_packages_go_through(made: str, looped: str, expected: str) -> None:
    body = [made, f"for each in {looped}: s3.put_object(Bucket='once')"]
    assert buckets(HEAD + "def handler(event, context):\n" + indent(body)) == expected


def test_a_dictionary_with_a_default_and_contents() -> None:
    body = ["d = collections.defaultdict(lambda: 'made', {'a': 'given'})", "s3.put_object(Bucket=d['a'])", "s3.put_object(Bucket=d['b'])"]
    assert buckets(HEAD + "def handler(event, context):\n" + indent(body)) == "given made"


@pytest.mark.parametrize(("names", "last", "other"), [("a b c", "c", "a"), ("a b c d e f g h i j k l m n", "*", "a m n")])
def test_of_many_keys_known_in_part_not_all_are_told_apart(names: str, last: str, other: str) -> None:
    body = [
        f"d = {{'z': 'z'}}; n = '{names}'.split()",
        "for c in n: d[f'{event}-{c}'] = c",
        "e = {}; e.update(d)",
    ]
    asked = [f"s3.put_object(Bucket=e[f'{{event}}-{names[-1]}'])"], ["s3.put_object(Bucket=e[f'{event}-a'])"]
    assert [buckets(HEAD + "def handler(event, context):\n" + indent([*body, *one])) for one in asked] == [last, other]
