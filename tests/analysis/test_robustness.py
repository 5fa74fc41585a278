"""Any program at all ends: no crash, no hang, the same result every time; and what is added elsewhere changes nothing."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lambda_iam_scan
from lambda_iam_scan.analysis.interpret import Interpreter
from lambda_iam_scan.analysis.values.kinds import Client, ListObject
from lambda_iam_scan.garbage import uncollected
from lambda_iam_scan.model.code import GapKind
from tests.analysis.harness import use

NAMES = st.sampled_from(["a", "b", "c", "f", "g", "A", "self", "boto3", "event"])
ATOMS = st.one_of(
    NAMES,
    st.sampled_from(["1", "'s3'", "None", "[]", "{}", "()", "f'{a}-{b}'", "boto3.client('s3')", "lambda x: x", "super()", "...", "b'x'"]),
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("{}.{}".format, inner, st.sampled_from(["x", "put_object", "append", "get", "items", "format", "client", "__init__"])),
        st.builds("{}({}, k={})".format, inner, inner, inner),
        st.builds("{}(*{}, **{})".format, inner, inner, inner),
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{} for a in {} if {}]".format, inner, inner, inner),
        st.builds("{{'k': {}, **{}}}".format, inner, inner),
        st.builds("({}, *{})".format, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("(a := {})".format, inner),
        st.builds("({} or {} and not {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)


def indent(block: list[str]) -> str:
    return "\n".join("    " + line for statement in block or ["pass"] for line in statement.split("\n"))


STATEMENTS = st.recursive(
    st.one_of(
        EXPRESSIONS,
        st.builds("{} = {}".format, NAMES, EXPRESSIONS),
        st.builds("{}, *{} = {}".format, NAMES, NAMES, EXPRESSIONS),
        st.builds("{}.x = {}".format, NAMES, EXPRESSIONS),
        st.builds("{}[{}] = {}".format, NAMES, EXPRESSIONS, EXPRESSIONS),
        st.builds("{} += {}".format, NAMES, EXPRESSIONS),
        st.builds("return {}".format, EXPRESSIONS),
        st.sampled_from(["break", "continue", "raise", "import a", "from b import *", "global a", "yield 1", "del a"]),
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda e, x, y: f"if {e}:\n{indent(x)}\nelse:\n{indent(y)}",
            EXPRESSIONS,
            st.lists(inner, max_size=2),
            st.lists(inner, max_size=2),
        ),
        st.builds(lambda e, x: f"for {'b'} in {e}:\n{indent(x)}", EXPRESSIONS, st.lists(inner, max_size=2)),
        st.builds(lambda e, x: f"while {e}:\n{indent(x)}", EXPRESSIONS, st.lists(inner, max_size=2)),
        st.builds(lambda n, x: f"def {n}(self, a=1, *b, **c):\n{indent(x)}", NAMES, st.lists(inner, max_size=3)),
        st.builds(lambda n, b, x: f"class {n}({b}):\n{indent(x)}", NAMES, NAMES, st.lists(inner, max_size=3)),
        st.builds(
            lambda x, y: f"try:\n{indent(x)}\nexcept Exception as a:\n{indent(y)}", st.lists(inner, max_size=2), st.lists(inner, max_size=2)
        ),
        st.builds(lambda e, x: f"with {e} as a:\n{indent(x)}", EXPRESSIONS, st.lists(inner, max_size=2)),
        st.builds(lambda e, n, x: f"@{e}\ndef {n}(*a):\n{indent(x)}", EXPRESSIONS, NAMES, st.lists(inner, max_size=2)),
        st.builds(lambda e, x: f"match {e}:\n    case [a, *b]:\n{indent([indent(x)])}", EXPRESSIONS, st.lists(inner, max_size=2)),
    ),
    max_leaves=8,
)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=6).map("\n".join)


@given(PROGRAMS)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_program_ends_and_gives_the_same_result_twice(program: str) -> None:
    source = f"import boto3\n{program}\ndef handler(event, context):\n{indent([program])}\n"
    assert use(source) == use(source)


@given(PROGRAMS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_function_that_nothing_calls_changes_nothing(program: str) -> None:
    head = "import boto3\ndef handler(event, context):\n    boto3.client('s3').put_object(Bucket='b')\n"
    result = use(head + f"def unused_by_all():\n{indent([program])}\n")
    if not any(gap.kind is GapKind.UNPARSABLE for gap in result.gaps):
        assert result.calls == use(head).calls
        assert not result.gaps


@pytest.mark.parametrize("end", ["", "    f(x for x in event)\n    raise KeyError\n", "    while True: handler(event, [context])\n"])
def test_what_was_analyzed_does_not_wait_for_the_garbage_collector(end: str) -> None:
    head = "import boto3\nclass C:\n    def m(self): return boto3.client('s3')\ndef f(*a): return [C().m()]\n"
    gc.collect()
    with uncollected():
        use(head + "def handler(event, context):\n    f()\n" + end)
        assert not [left for left in gc.get_objects() if isinstance(left, (Interpreter, Client, ListObject))]


@pytest.mark.parametrize("name", ["disk", "analysis/expressions", "analysis/statements", "iam/patterns", "cli/run"])
def test_real_modules_pass_through_whole(name: str) -> None:
    path = Path(lambda_iam_scan.__file__).parent / f"{name}.py"
    if path.is_file():
        assert use(path.read_text(), handler=None).modules == ("app.py",)
