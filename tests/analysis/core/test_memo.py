"""Results of calls are kept only while they hold: with and without, the same calls are found."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from lambda_iam_scan.analysis.core.memo import NEVER, Changes, Known, Results
from lambda_iam_scan.analysis.facts.module import ModuleFacts, extract
from lambda_iam_scan.analysis.values.kinds import FunctionObject, ListObject, ModuleObject, Path, Scope, TupleValue, Value
from lambda_iam_scan.model.code import SdkCall
from tests.analysis.harness import found, use
from tests.analysis.test_robustness import PROGRAMS, indent

HEAD = "import boto3\ns3 = boto3.client('s3')\n"
CASES = {
    "two results of one maker are two objects": (
        """def mk(): return {}
def handler(event, context):
    d1 = mk(); d2 = mk()
    d1["Bucket"] = "a"; d2["Bucket"] = "b"
    s3.get_object(Key="k", **d1)
    s3.put_object(Key="k", **d2)
""",
        ["s3:GetObject Bucket=a Key=k", "s3:PutObject Bucket=b Key=k"],
    ),
    "closure sees later value": (
        """def handler(event, context):
    b = "one"
    def put(): s3.put_object(Bucket=b, Key="k")
    put()
    b = "two"
    put()
""",
        ["s3:PutObject Bucket=one Key=k", "s3:PutObject Bucket=two Key=k"],
    ),
    "global rebound between calls": (
        """B = "one"
def put(): s3.put_object(Bucket=B, Key="k")
put()
if len(B) > 1:
    B = "two"
    put()
def handler(event, context): pass
""",
        ["s3:PutObject Bucket=one Key=k", "s3:PutObject Bucket=two Key=k"],
    ),
    "environment set between calls": (
        """import os
def put(): s3.put_object(Bucket=os.environ["B"], Key="k")
def handler(event, context):
    os.environ["B"] = "one"
    put()
    os.environ["B"] = "two"
    put()
""",
        ["s3:PutObject Bucket=two Key=k"],
    ),
    "list argument changes between calls": (
        """def put(bs):
    for b in bs: s3.put_object(Bucket=b, Key="k")
def handler(event, context):
    bs = ["one"]
    put(bs)
    bs.append("two")
    put(bs)
""",
        ["s3:PutObject Bucket=one Key=k", "s3:PutObject Bucket=two Key=k"],
    ),
    "nested list changes between calls": (
        """class C: pass
def put(o):
    for b in o.d["x"]: s3.put_object(Bucket=b, Key="k")
def handler(event, context):
    inner = []
    o = C(); o.d = {"x": inner}
    put(o)
    inner.append("two")
    put(o)
""",
        ["s3:PutObject Bucket=two Key=k"],
    ),
    "inner held late": (
        """def put(d):
    for b in d.get("x", []): s3.put_object(Bucket=b, Key="k")
def handler(event, context):
    d = {}
    put(d)
    inner = []
    d["x"] = inner
    put(d)
    inner.append("two")
    put(d)
""",
        ["s3:PutObject Bucket=two Key=k"],
    ),
    "closure over container": (
        """def handler(event, context):
    d = {}
    def put(): s3.put_object(**d)
    d["Key"] = "k"
    d["Bucket"] = "one"
    put()
    d["Bucket"] = "two"
    put()
""",
        ["s3:PutObject Bucket=one Key=k", "s3:PutObject Bucket=two Key=k"],
    ),
    "two objects of a factory": (
        """class Req:
    def __init__(self): self.kw = {}
    def set(self, k, v): self.kw[k] = v; return self
def new(): return Req()
def handler(event, context):
    a = new().set("Bucket", "a").set("Key", "k")
    b = new().set("Bucket", "b").set("Key", "k")
    s3.get_object(**a.kw)
    s3.put_object(**b.kw)
""",
        ["s3:GetObject Bucket=a Key=k", "s3:PutObject Bucket=b Key=k"],
    ),
    "module list grows by callee": (
        """NAMES = []
def add(n): NAMES.append(n)
def flush():
    for n in NAMES: s3.put_object(Bucket=n, Key="k")
def handler(event, context):
    flush()
    add("one")
    flush()
""",
        ["s3:PutObject Bucket=one Key=k"],
    ),
    "generator of dicts mutated by caller": (
        """def rows():
    for b in ("a", "b"):
        yield {"Bucket": b}
def handler(event, context):
    for r in rows():
        r["Key"] = "one"
        s3.put_object(**r)
    for r in rows():
        r["Key"] = "two"
        s3.get_object(**r)
""",
        [f"s3:{operation} Bucket={b} Key={key}" for operation, key in (("PutObject", "one"), ("GetObject", "two")) for b in "ab"],
    ),
    "default mutable argument": (
        """def add(n, seen=[]):
    seen.append(n)
    return seen
def handler(event, context):
    add("a")
    for b in add("b"): s3.put_object(Bucket=b, Key="k")
""",
        ["s3:PutObject Bucket=? Key=k"],
    ),
    "counters by nonlocal": (
        """def maker():
    state = "one"
    def put():
        nonlocal state
        s3.put_object(Bucket=state, Key="k")
        state = "two"
    return put
def handler(event, context):
    p = maker()
    p(); p()
""",
        ["s3:PutObject Bucket=one Key=k", "s3:PutObject Bucket=? Key=k"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_call_again_is_not_the_same_when_what_it_reads_has_changed(case: str) -> None:
    source, expected = CASES[case]
    result = found(HEAD + source, *expected)
    assert len(result.calls) >= len(expected)


def calls_without(source: str, monkeypatch: pytest.MonkeyPatch) -> set[tuple[object, ...]]:
    with monkeypatch.context() as patch:
        patch.setattr(Results, "again", lambda self, key, path, line, site: None)
        return set(map(identity, use(source).calls))


def identity(call: SdkCall) -> tuple[object, ...]:
    return call.location, call.service, call.operation, call.arguments, call.principal


@pytest.mark.parametrize("case", CASES)
def test_the_cases_without_memory(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = HEAD + CASES[case][0]
    assert calls_without(source, monkeypatch) == set(map(identity, use(source).calls))


@given(program=PROGRAMS)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_program_calls_the_same_without_memory(program: str) -> None:
    source = f"import boto3\n{program}\ndef handler(event, context):\n{indent([program])}\n    f(a)\n    f(a)\n    g(b)\n    g(b)\n"
    with pytest.MonkeyPatch.context() as patch:
        assert calls_without(source, patch) == set(map(identity, use(source).calls))


def test_changes_tell_the_oldest_object_that_changed_since() -> None:
    changes = Changes()
    for serial in (5, 9, 3, 7):
        changes.add(serial)
    assert [changes.oldest_since(count) for count in range(5)] == [3, 3, 3, 7, NEVER]


def test_what_is_within_a_result_in_very_many_ways_is_renewed_once() -> None:
    facts, line = extract(b"", "app.py"), object()
    assert isinstance(facts, ModuleFacts)
    function = FunctionObject("make", (), Scope({}, None, ModuleObject("app", "app.py", "", facts)), {})
    result: Value = ListObject([], None, Path(5, line))
    for _ in range(60):
        result = TupleValue((result, result))
    results = Results(Changes())
    results.keep(("make",), Known(function, result, began=4, ended=6, changes=0, line=line, site=None))
    again = results.again(("make",), lambda: Path(9, line), line, None)
    assert isinstance(again, TupleValue)
    assert again is not result
    assert again.items[0] is again.items[1]
