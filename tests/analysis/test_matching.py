"""`match`: which cases are possible, and what is left for those after them."""

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
