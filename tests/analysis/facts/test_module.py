"""Facts: what is kept of a module, its positions, its stored form, and text that is no Python."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import libcst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lambda_iam_scan
from lambda_iam_scan.analysis.facts.literals import number, text_of
from lambda_iam_scan.analysis.facts.lower import expressions, nodes, statements
from lambda_iam_scan.analysis.facts.module import ModuleFacts, decode, extract, find_handlers
from lambda_iam_scan.model.code import Gap, GapKind


def facts(source: str) -> ModuleFacts:
    result = extract(source.encode(), "m.py")
    assert isinstance(result, ModuleFacts), result
    return result


def spans(module: ModuleFacts) -> set[tuple[int, int, int, int]]:
    out = set()
    pending: list[Any] = [module.body]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            if len(node) == 4 and node[0] == "call" and isinstance(node[3], tuple):
                where = module.location(node[3])
                out.add((where.line, where.column, where.end_line, where.end_column))
            pending += node
    return out


SAMPLES = [
    "a.b(c)(d)['e'](f'{g(h)!r:>{i(1)}}' 'x(y)' r'\\\\d' f\"{j('k')}\", *l(), **m())\n",
    "x = (  # f(1)\n  f(1), 'f(2)', f(2),\n  # (\n  g(\n))\n",
    "@d(1)\nclass A(B(2), m=C(3)):\n    @e\n    async def f(self, a: g(4) = h(5), *b, c=i(6), **d) -> j(7):\n        return await k(8)\n",
    "[f(x) for x in g(y) if h(x)]; {a(1): b(2) for c in d(3)}; lambda x=e(4): f(x); not g(1); -h(2) + i(3) * (j(4))\n",
    "with a(1) as b, c(2): d(3)\ntry: e(4)\nexcept f(5) as g: h(6)\nelse: i(7)\nfinally: j(8)\n",
    "if a(1) and b(2) or c(3): pass\nelif d(4) if e(5) else f(6): pass\nwhile g(7) < h(8) <= i(9): break\n",
    "for a in b(1): c(2)\nx[d(3):e(4)] = f(5)\ny: g = h(6)\nz += i(7)\nassert j(8), k(9)\nraise l(1) from m(2)\n",
    "match a(1):\n    case {'x': b} if c(b): d(2)\n    case e.f | 3: g(3)\n",
    "é = ü(ñ, 'ß(1)'); a(\n\tb('''\nc(\n''')\n)\n",
    "f(x for x in y)\nf((x for x in y))\nf((1))\nf(\n1,\n)\n",
]


@pytest.mark.parametrize("source", SAMPLES)
def test_positions_of_calls_are_those_of_python(source: str) -> None:
    lines = source.split("\n")

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode()) + 1

    calls = {
        (node.lineno, column(node.lineno, node.col_offset), node.end_lineno, column(node.end_lineno or 0, node.end_col_offset or 0))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
    }
    missing = {call for call in calls if sys.version_info >= (3, 12) or "{" not in lines[call[0] - 1]} - spans(facts(source))
    assert not missing


def test_stored_form_is_read_back_and_damage_is_noticed() -> None:
    module = facts(Path(lambda_iam_scan.__file__).with_name("disk.py").read_text())
    data = module.to_bytes()
    assert data is not None
    assert ModuleFacts.from_bytes(data, "m.py") == module
    assert ModuleFacts.from_bytes(data, "other.py") != module
    for damaged in (b"", data[:-1], data[:40] + b"\0" + data[41:], b"x" + data, data + b"\0"):
        assert ModuleFacts.from_bytes(damaged, "m.py") is None


@pytest.mark.parametrize("source", ["def f(:\n", "x = = 1", "class", "print 'x'", "\0", "x = 'a\0b'", "if x:\npass\n", "'abc"])
def test_text_that_is_no_python(source: str) -> None:
    gap = extract(source.encode(), "m.py")
    assert isinstance(gap, Gap)
    assert gap.kind is GapKind.UNPARSABLE
    assert gap.location.path == "m.py"


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 5000 + ")" * 5000,
        "x = " + "[" * 150 + "]" * 150 + " " * 1000,
        "x = " + "+".join("1" * 5000),
        "x = " + "-" * 5000 + "1",
        "x = a" + ".b()" * 5000,
        "if a: pass\n" + "elif b: pass\n" * 5000,
        "x = " + "not " * 5000 + "1",
    ],
)
def test_text_that_would_exhaust_the_parser(source: str) -> None:
    assert isinstance(extract(source.encode(), "m.py"), Gap)


def test_what_nests_too_deeply_to_be_stored_is_read_all_the_same() -> None:
    module = facts("f = " + "lambda: " * 590 + "1")
    assert module.body
    assert module.to_bytes() is None


def test_large_flat_data_is_no_problem() -> None:
    facts("x = {\n" + "".join(f"  'k{i}': ['a.b', {i}, {{'c': -{i}}}],\n" for i in range(2000)) + "}\n")
    facts("x = (\n" + "".join(f"  'part {i} + more'\n" for i in range(300)) + ")\n")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"\xef\xbb\xbfx = 1", "x = 1"),
        ("# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'é'"),
        (
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'".encode("cp1252"),
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'",
        ),
        ("x = 'é'".encode(), "x = 'é'"),
    ],
)
def test_encodings(source: bytes, text: str) -> None:
    assert decode(source) == text


@pytest.mark.parametrize("source", [b"x = '\xe9'", b"# coding: nonsense\nx = 1"])
def test_text_that_cannot_be_decoded(source: bytes) -> None:
    assert isinstance(extract(source, "m.py"), Gap)


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_string_literals_have_pythons_values(text: str) -> None:
    assert text_of(repr(text)) == text
    assert text_of(ascii(text)) == text
    assert text_of(repr(text.encode("utf-8", "replace"))) == text.encode("utf-8", "replace")


@given(st.one_of(st.integers(min_value=0, max_value=10**30), st.floats(min_value=0, allow_nan=False, allow_infinity=False)))
@settings(max_examples=100, deadline=None)
def test_number_literals_have_pythons_values(value: float) -> None:
    assert number(repr(value)) == value


def test_numbers_in_other_bases() -> None:
    assert [number(form) for form in ("0xFF", "0b1_0", "0o17", "1_000", "1e3", "2j")] == [255, 2, 15, 1000, 1000.0, None]


@pytest.mark.parametrize(
    "source",
    [
        "def lambda_handler(event, context): ...",
        "def handler(e, c): ...",
        "async def handler(e, c): ...",
        "def lambda_handler(*args): ...",
        "def anything(event, context): ...",
        "def anything(_event, _context): ...",
        "if x:\n    def handler(e, c): ...",
        "try:\n    pass\nexcept X:\n    pass\nelse:\n    def handler(e, c): ...",
        "handler = Mangum(app)",
        "lambda_handler = builder.lambda_handler()",
        "handler = Service().run",
    ],
)
def test_entry_points(source: str) -> None:
    ((name, location),) = find_handlers(facts(source))
    assert name in source
    assert location.line >= 1


@pytest.mark.parametrize(
    "source",
    [
        "def handler(): ...",
        "def other(e, c): ...",
        "def save(event, context, more): ...",
        "class A:\n    def handler(self, event, context): ...",
        "def outer():\n    def handler(event, context): ...",
        "handler = logging.StreamHandler(sys.stdout)",
        "handler = RotatingFileHandler('x')",
        "handler = None",
        "handler = 'app.main'",
        "other = Mangum(app)",
    ],
)
def test_other_functions_are_no_entry_points(source: str) -> None:
    assert find_handlers(facts(source)) == ()


@pytest.mark.parametrize("source", ["x = 1\n", "x = = 1\n"])
def test_libcst_is_itself_again_after_a_module_was_read(source: str) -> None:
    extract(source.encode(), "m.py")
    assert sys.modules["libcst"] is libcst
    assert isinstance(libcst.parse_module("x\n").body[0], libcst.SimpleStatementLine)


def test_our_nodes_are_bare() -> None:
    [line] = nodes.parse("x  # y\n").body
    assert type(line) is nodes.nodes.SimpleStatementLine
    assert not isinstance(line, libcst.CSTNode)


EVERYTHING = """\
import a.b as c, d
from .e import (f, g as h)
type T[U] = list[U]
@dec(1)
class K(Base, metaclass=M):
    x: int = 0
    async def m(self, /, a=1, *b: int, c, **d) -> str:
        async with self.o() as (p, q), r: await p[1:2, ::3].s(*b, k=-1, **d)
        return f"{a!r:>{c}} {b=}" "x" r"y"[0] if not a < b <= c else (yield)
try: x, *y = {1, 2}, [i for i in z if i], {k: v for k, v in w.items()}, {**u}, (j for j in ())
except (A, B) as e: raise C from e
else: x += y @ z ** 2 // ~1; del x; global_ = lambda *, a: ...
finally: assert (n := 1), "m"
match a:
    case {"k": [1, *_, None] | Point(x=0) as p, **rest} if p: pass
    case _: print(a); print(b)
while True:
    if a and b or c: break
    elif d: continue
    else: nonlocal_ = a.b.c
"""


_TABLES = (
    (expressions, expressions.Expressions, expressions._EXPRESSIONS),
    (statements, statements.Statements, statements._STATEMENTS),
)


def test_nodes_of_libcst_itself_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = facts(EVERYTHING).body
    monkeypatch.setattr(nodes, "_BARE", libcst)
    for module, lowering, methods in _TABLES:
        monkeypatch.setattr(module, "cst", libcst)
        monkeypatch.setattr(module, "_LOWERED_BY", expressions.kinds(lowering, methods))
    assert facts(EVERYTHING).body == ours
    assert isinstance(nodes.parse("x").body[0], libcst.SimpleStatementLine)


def test_syntax_that_only_a_newer_libcst_knows_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(expressions._LOWERED_BY, nodes.nodes.NamedExpr)
    result = extract(b"x = (y := 1)\n", "m.py")
    assert isinstance(result, Gap)
    assert (result.kind, result.reason) == (GapKind.UNPARSABLE, "it has a NamedExpr, which is not known here")
    assert isinstance(extract(b"x = 1\n", "m.py"), ModuleFacts)
