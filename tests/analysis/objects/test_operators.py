"""Operators of the user's classes, with texts and paths on the other side."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets

HEAD = """
import boto3
from pathlib import Path
s3 = boto3.client("s3")
class Key:
    def __init__(self, name): self.name = name
    def put(self): s3.put_object(Bucket=self.name)
class Bucket:
    def __truediv__(self, key): return Key("left-" + key)
    def __add__(self, key): return Key("left-" + key)
class Reflected:
    def __rtruediv__(self, key): return Key(f"right-{key}")
    def __radd__(self, key): return Key(f"right-{key}")
    def __rmod__(self, key): return Key("never")
    def __ror__(self, key): return Key("right-or")
class Plain:
    def __str__(self): return "plain"
def handler(event, context):
"""


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("Bucket() / 'a'", "left-a"),
        ("Bucket() + 'a'", "left-a"),
        ("'a' / Reflected()", "right-a"),
        ("'a' + Reflected()", "right-a"),
        ("Path('a') / Reflected()", "right-a"),
        ("{} | Reflected()", "right-or"),
        ("(Bucket() if event else Plain()) / 'a'", "left-a"),
    ],
)
def test_what_the_class_says(expression: str, name: str) -> None:
    assert buckets(HEAD + f"    ({expression}).put()") == name


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("'%s' % Plain()", "plain"),
        ("'a-%s' % Reflected()", "a-*"),
        ("str(Path('a') / 'b')", "a/b"),
        ("'a' + Plain()", "a*"),
        ("Plain() / 'b'", "*/b"),
    ],
)
def test_what_texts_say_where_the_class_says_nothing(expression: str, name: str) -> None:
    assert buckets(HEAD + f"    s3.put_object(Bucket={expression})") == name
