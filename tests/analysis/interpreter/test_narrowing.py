"""What a test says of the variables in it: the values for which it cannot come out so are left out."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets

HEAD = "import boto3\ns3 = boto3.client('s3')\nclass Store:\n    def __init__(self, name): self.name = name\n"
BODY = "def handler(event, context):\n    n = 'real' if event.get('x') else 'None'\n    "


def use_of(name: str) -> str:
    return f"s3.put_object(Bucket={name}, Key='k')"


@pytest.mark.parametrize(
    ("test", "kept", "others"),
    [
        ("n != 'None'", "real", "None"),
        ("n not in ('None', '')", "real", "None"),
        ("'None' not in n", "real", "None"),
        ("n.startswith('re')", "real", "None"),
        ("n.startswith(('re', 'x'))", "real", "None"),
        ("not n.startswith('No')", "real", "None"),
        ("n.lower() != 'none'", "real", "None"),
        ("n and n != 'None'", "real", "None"),
        ("not (not n or n == 'None')", "real", "None"),
        ("len(n) > 0 and 'e' in n", "None real", "None real"),
        ("n != 'other'", "None real", "None real"),
        ("n != event", "None real", "None real"),
        ("event.get(n) != 'None'", "None real", "None real"),
    ],
)
def test_values_for_which_a_test_cannot_come_out_so(test: str, kept: str, others: str) -> None:
    assert buckets(HEAD + BODY + f"if {test}: {use_of('n')}") == kept
    assert buckets(HEAD + BODY + f"if not ({test}): return\n    {use_of('n')}") == kept
    if kept != others:
        assert buckets(HEAD + BODY + f"if not ({test}): {use_of('n')}") == others
        assert buckets(HEAD + BODY + f"if {test}: return\n    {use_of('n')}") == others


@pytest.mark.parametrize(
    ("test", "kept"),
    [
        ("m == 'a' or m == 'b'", "a b"),
        ("m == 'a' or m in ('b', 'c')", "a b c"),
        ("m == 'a' or n", "?"),
        ("not (m != 'a' and m != 'b')", "a b"),
        ("m == 'a' and n or m == 'b'", "a b"),
    ],
)
@pytest.mark.parametrize("name", ["m", "event['m']"])
def test_one_of_several_tests_came_out_so(test: str, kept: str, name: str) -> None:
    source = HEAD + BODY + "m = event.get('m')\n    " + f"if {test.replace('m ', name + ' ')}: {use_of(name)}"
    assert buckets(source) == kept


def test_what_is_assigned_within_a_test_is_not_evaluated_again() -> None:
    assert buckets(HEAD + BODY + f"if (m := n) != 'None': {use_of('m')}") == "real"
    source = HEAD + "made = []\ndef make():\n    made.append('m')\n    return made[-1]\n" + BODY
    assert buckets(source + f"if (m := make()) != n: {use_of('len(made) == 2 and n or m')}") == "None m real"


def test_attributes_and_items_of_which_a_test_speaks() -> None:
    made = "s = Store(n)\n    "
    assert buckets(HEAD + BODY + made + f"if s.name != 'None': {use_of('s.name')}") == "real"
    assert buckets(HEAD + BODY + made + f"if s.name != 'None':\n        s.name = n\n        {use_of('s.name')}") == "None real"
    chosen = "s = Store('real') if event else Store('None')\n    "
    assert buckets(HEAD + BODY + chosen + f"if s.name != 'None': {use_of('s.name')}") == "real"
    assert buckets(HEAD + BODY + chosen + f"if s is not None: {use_of('s.name')}") == "None real"


def test_tests_within_expressions() -> None:
    assert buckets(HEAD + BODY + use_of("n if n != 'None' else 'default'")) == "default real"
    assert buckets(HEAD + BODY + f"[{use_of('x')} for x in [n] if x != 'None']") == "real"
    assert buckets(HEAD + BODY + f"assert n != 'None'\n    {use_of('n')}") == "real"
    assert buckets(HEAD + BODY + f"{use_of('n')} if event else n != 'None'") == "None real"


@pytest.mark.parametrize("before", ["n = event['n']\n    if n", "if event['n']", "if (n := event['n'])"])
def test_the_beginning_of_a_string_of_which_nothing_else_is_known(before: str) -> None:
    name = "n" if "n =" in before or ":=" in before else "event['n']"
    assert buckets(HEAD + f"def handler(event, context):\n    {before}.startswith('sdlf-'): {use_of(name)}") == "sdlf-*"
    assert buckets(HEAD + f"def handler(event, context):\n    {before}.startswith(event['p']): {use_of(name)}") in ("?", "*")
    negated = before.replace("if ", "if not ")
    assert buckets(HEAD + f"def handler(event, context):\n    {negated}.startswith('sdlf-'): {use_of(name)}") in ("?", "*")


OBJECTS = """
import typing
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
class Bucket:
    def put(self, name): s3.put_object(Bucket=name)
class Data: pass
def handler(event, context):
    thing = event["thing"]
"""


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ("if isinstance(thing, Bucket): thing.put('b')", "b"),
        ("if isinstance(event['thing'], Bucket): event['thing'].put('b')", "b"),
        ("match thing:\n        case Bucket(): thing.put('b')", "b"),
        ("match event['thing']:\n        case Bucket() as one: one.put('b')", "b"),
        ("typing.cast(Bucket, thing).put('b')", "b"),
        ("typing.cast('Bucket', thing).put('b')", "b"),
        ("typing.cast('S3Client', thing).put_object(Bucket='b')", "b"),
        ("typing.cast(Data, s3).put_object(Bucket='b')", "b"),
        ("if isinstance(thing, Bucket): pass\n    else: thing.put('b')", ""),
        ("if isinstance(thing, str): thing.put('b')", ""),
        ("if isinstance(thing, (Bucket, Data)): thing.put('b')", ""),
        ("match thing:\n        case Data(): thing.put('b')", ""),
        ("typing.cast(Data, thing).put('b')", ""),
    ],
)
def test_what_a_value_is_said_to_be(use: str, found: str) -> None:
    assert buckets(HEAD + OBJECTS + f"    {use}") == found


def test_an_object_that_is_known_stays_what_it_is() -> None:
    source = "    one = Store('known') if event else thing\n    if isinstance(one, Store): s3.put_object(Bucket=one.name)"
    assert buckets(HEAD + OBJECTS + source) == "? known"
    source = "    one = Store('known')\n    if isinstance(one, Store): s3.put_object(Bucket=one.name)"
    assert buckets(HEAD + OBJECTS + source) == "known"
