"""A loop's body is executed again only where a further pass can see something new: executed again always, the same calls are found."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_iam_scan.analysis.interpreter.carried import Carried
from tests.analysis.core.test_memo import identity
from tests.analysis.harness import found, use
from tests.analysis.test_robustness import EXPRESSIONS, STATEMENTS, indent

HEAD = "import boto3\ns3 = boto3.client('s3')\n"
CASES = {
    "a name of the pass before": ("b = 'one'\nfor x in event:\n    s3.put_object(Bucket=b)\n    b = 'two'", "one two"),
    "a name that is set first": ("for x in event:\n    b = 'one'\n    s3.put_object(Bucket=b)", "one"),
    "a sum that decides": ("n = 0\nfor x in event:\n    if n: s3.put_object(Bucket='one')\n    n += len(x)", "one"),
    "a sum of texts": ("b = 'a'\nfor x in event:\n    s3.put_object(Bucket=b)\n    b += 'b'", "a ab*"),
    "a list that grows": ("seen = []\nfor x in event:\n    for b in seen: s3.put_object(Bucket=b)\n    seen.append('one')", "one"),
    "a closure of the pass before": ("f = None\nfor x in event:\n    if f: f()\n    f = lambda: s3.put_object(Bucket='one')", "one"),
    "a while that counts": ("n = 0\nwhile n < event:\n    if n == 1: s3.put_object(Bucket='one')\n    n += 1", "one"),
    "a test that changes": ("go = True\nwhile go:\n    s3.put_object(Bucket='one')\n    go = event", "one"),
    "a keyword argument called str": (
        "b = 'one'\ndef put(str): s3.put_object(Bucket=str)\nfor x in event:\n    put(str=b)\n    b = 'two'",
        "one two",
    ),
    "set in one branch only": ("for x in event:\n    if x: b = 'one'\n    else: s3.put_object(Bucket=b)", "one"),
    "a client of the pass before": ("c = None\nfor x in event:\n    if c: c.put_object(Bucket='one')\n    c = c or s3", "one"),
}


def calls(source: str) -> set[tuple[object, ...]]:
    return set(map(identity, use(source).calls))


def calls_with_every_pass(source: str) -> set[tuple[object, ...]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Carried, "matters", lambda self, name, value: True)
        return calls(source)


@pytest.mark.parametrize("case", CASES)
def test_what_a_pass_leaves_to_the_next(case: str) -> None:
    body, _ = CASES[case]
    source = HEAD + "def handler(event, context):\n" + indent([body])
    found(source, "s3:PutObject")
    assert calls(source) == calls_with_every_pass(source)


@pytest.mark.parametrize(("case", "buckets"), [(case, buckets) for case, (_, buckets) in CASES.items() if "*" not in buckets])
def test_buckets(case: str, buckets: str) -> None:
    result = use(HEAD + "def handler(event, context):\n" + indent([CASES[case][0]]))
    shown = " ".join(str(call.arguments) for call in result.calls)
    assert all(f"'{bucket}'" in shown for bucket in buckets.split())


@given(head=EXPRESSIONS, body=st.lists(STATEMENTS, min_size=1, max_size=4))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_loop(head: str, body: list[str]) -> None:
    source = (
        f"import boto3\na = 0\ndef handler(event, context):\n    a = b = c = 1\n    for a in event or {head}:\n{indent([indent(body)])}\n"
    )
    assert calls(source) == calls_with_every_pass(source)
