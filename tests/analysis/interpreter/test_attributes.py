"""`getattr` with a default, and `hasattr`: whether an attribute is surely there, surely not, or perhaps."""

from __future__ import annotations

import pytest

from tests.analysis.harness import buckets

FILES = {
    "settings.py": "import os\nBUCKET = 'set'\nif os.environ.get('DEBUG'): LEVEL = 'debug'\n"
    "try: from unheard_of import NAME\nexcept ImportError: pass\n",
    "app.py": """
import boto3, settings
s3 = boto3.client("s3")
class Base:
    shared = "class"
    def __init__(self, event):
        self.sure = "sure"
        if event: self.perhaps = "perhaps"
    def method(self): return "method"
    @property
    def read(self): return "read"
class Plain:
    def __init__(self): self.a = "a"
class Derived(Base): pass
class Proxy:
    def __getattr__(self, name): return "proxied"
kept = Plain()
later = Plain()
def put(name): s3.put_object(Bucket=name)
def handler(event, context):
""",
}


def names(body: str) -> str:
    return buckets({**FILES, "app.py": FILES["app.py"] + "    " + body})


@pytest.mark.parametrize(
    ("read", "found"),
    [
        ("getattr(Base(event), 'sure', 'default')", "sure"),
        ("getattr(Base(event), 'shared', 'default')", "class"),
        ("getattr(Base(event), 'method', event)()", "method"),
        ("getattr(Derived(event), 'sure', 'default')", "sure"),
        ("getattr(Base, 'shared', 'default')", "class"),
        ("getattr(settings, 'BUCKET', 'default')", "set"),
        ("getattr(Base(event), 'read', 'default')", "default read"),
        ("getattr(Base(event), 'perhaps', 'default')", "default perhaps"),
        ("getattr(Base(event), 'other', 'default')", "default"),
        ("getattr(settings, 'LEVEL', 'default')", "debug default"),
        ("getattr(settings, 'OTHER', 'default')", "default"),
        ("getattr(Base(event) if event else None, 'sure', 'default')", "default sure"),
        ("getattr(Proxy(), 'any', 'default')", "default proxied"),
    ],
)
def test_the_default_of_an_attribute_that_is_there(read: str, found: str) -> None:
    assert names(f"put({read})") == found


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ("hasattr(Base(event), 'sure')", "yes"),
        ("hasattr(Base(event), 'method')", "yes"),
        ("hasattr(s3, 'put_object')", "yes"),
        ("hasattr(Plain(), 'b')", "no"),
        ("hasattr(Base(event), 'perhaps')", "no yes"),
        ("hasattr(Base(event), 'other')", "no yes"),
        ("hasattr(Proxy(), 'any')", "no yes"),
        ("hasattr(event, 'other')", "no yes"),
        ("hasattr(kept, 'b')", "no yes"),
        ("hasattr(Plain(), event)", "no yes"),
    ],
)
def test_whether_there_is_an_attribute(test: str, outcome: str) -> None:
    assert names(f"put('yes' if {test} else 'no')") == outcome


def test_an_attribute_that_is_set_later_or_deleted() -> None:
    assert names("put('yes' if hasattr(later, 'b') else 'no')\n    later.b = 1") == "no yes"
    assert names("one = Plain()\n    del one.a\n    put(getattr(one, 'a', 'default'))") == "a default"
    assert names("one = Plain()\n    one.b = 'b'\n    put(getattr(one, 'b', 'default'))") == "b"
