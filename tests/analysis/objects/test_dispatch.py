"""`functools.singledispatch`: only what is registered for the kind of an argument runs, where that is known."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets

HEAD = """
import boto3
from functools import singledispatch, singledispatchmethod
s3 = boto3.client("s3")
def put(name): s3.put_object(Bucket=name)
class Event: pass
class Created(Event): pass
class Removed(Event): pass
class Later(Created): pass
class Other: pass
"""
FUNCTIONS = """
@singledispatch
def go(x): put("other")
@go.register
def _(x: "str"): put("text")
@go.register(list)
def _(x): put("list")
@go.register
def _(x: int | float): put("number")
def mapping(x): put("dict")
go.register(dict, mapping)
@go.register
def _(x: Event): put("event")
@go.register(Created)
def _(x): put("created")
def handler(event, context): go({})
"""
METHODS = """
class Handler:
    @singledispatchmethod
    def go(self, x): put("other")
    @go.register
    def _(self, x: str): put("text")
    @go.register(list)
    def _(self, x): put("list")
    @go.register
    def _(self, x: int | float): put("number")
    @go.register
    def _(self, x: dict): put("dict")
    @go.register
    def _(self, x: Event): put("event")
    @go.register
    def _(self, x: Created): put("created")
def handler(event, context): Handler().go({})
"""
EVERYTHING = "created dict event list number other text"


@pytest.mark.parametrize("source", [FUNCTIONS, METHODS], ids=["functions", "methods"])
@pytest.mark.parametrize(
    ("given", "reached"),
    [
        ("'a'", "text"),
        ("f'{event}'", "text"),
        ("['a']", "list"),
        ("1", "number"),
        ("1.5", "number"),
        ("True", "number"),
        ("{'a': 1}", "dict"),
        ("Created()", "created"),
        ("Later()", "created"),
        ("Removed()", "event"),
        ("Other()", "other"),
        ("None", "other"),
        ("b'a'", "other"),
        ("Created() if event else 'a'", "created text"),
        ("event", EVERYTHING),
    ],
)
def test_what_a_call_reaches(source: str, given: str, reached: str) -> None:
    assert buckets(HEAD + source.replace("{}", given)) == reached


def test_a_kind_that_is_not_known() -> None:
    source = "@singledispatch\ndef go(x): put('other')\n@go.register\ndef _(x: unheard_of.Thing): put('thing')\n"
    assert buckets(HEAD + source.replace("unheard_of.Thing", "'str | int'") + "def handler(event, context): go(1)") == "other thing"
    assert buckets("import unheard_of\n" + HEAD + source + "def handler(event, context): go('a')") == "other thing"


def test_what_is_a_builtin_kind() -> None:
    for test, outcome in {
        "isinstance('a', (list, tuple))": "no",
        "isinstance(True, int)": "yes",
        "isinstance(1, bool)": "no",
        "isinstance({}, list)": "no",
        "isinstance(['a'], dict)": "no",
        "isinstance(['a'], list)": "no yes",
        "isinstance(event, str)": "no yes",
    }.items():
        assert buckets(HEAD + f"def handler(event, context): put('yes' if {test} else 'no')") == outcome
