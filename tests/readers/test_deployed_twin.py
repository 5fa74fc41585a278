"""Which declared function a deployed one is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lambda_iam_scan.directory import Directory
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text, Token, TokenKind
from lambda_iam_scan.readers.deployed.twin import LOGICAL_ID, code_roots, combine, twin


def declared(logical_id: str, name: str | None = None, handler: str | None = "app.handler") -> Function:
    text = Text.of(name) if name else Text.of(Token(logical_id, TokenKind.RESOURCE))
    return Function(
        id=f"t.yaml#{logical_id}",
        name=text,
        arn=text,
        handler=handler,
        runtime="python3.12",
        code_roots=("src",),
        location=Location("t.yaml", 3),
        logical_id=logical_id,
    )


def deployed(name: str, handler: str | None = "app.handler") -> Function:
    arn = Text.of(f"arn:aws:lambda:eu-west-1:123456789012:function:{name}")
    return Function(
        id=str(arn), name=Text.of(name), arn=arn, handler=handler, runtime="python3.12", code_roots=(), location=Location(str(arn))
    )


def finds(one: Function, expected: Function | None, *candidates: Function) -> None:
    assert twin(one, candidates) is expected


def test_by_name() -> None:
    one, other = declared("A", "orders"), declared("B", "mail")
    finds(deployed("orders"), one, one, other)


def test_by_cloudformations_tag() -> None:
    one, other = declared("A"), declared("B")
    finds(replace(deployed("x"), tags=((LOGICAL_ID, "B"),)), other, one, other)


def test_by_the_generated_name() -> None:
    one, other = declared("Orders", handler="a.h"), declared("OrdersMail", handler="b.h")
    finds(deployed("stack-Orders-1ABCDEF", handler="c.h"), one, one, other)


def test_by_the_only_handler_alike() -> None:
    one, other = declared("A", handler="a.h"), declared("B", handler="b.h")
    finds(deployed("x", handler="b.h"), other, one, other)


def test_never_a_guess() -> None:
    finds(deployed("x"), None, declared("A"), declared("B"))
    finds(deployed("x"), None, declared("A", "other-name"))
    finds(deployed("x"), None)


def test_combined_it_stands_where_it_is_declared() -> None:
    one = declared("A", "orders", handler="build.handler")
    both = combine(deployed("orders"), one)
    assert (both.id, both.location, both.code_roots) == (one.id, one.location, ("src",))
    assert (both.handler, both.arn.literal, both.declared) == ("app.handler", "arn:aws:lambda:eu-west-1:123456789012:function:orders", one)


def test_an_image_takes_the_declared_handler() -> None:
    assert combine(deployed("orders", handler=None), declared("A")).handler == "app.handler"


@pytest.mark.parametrize(
    ("files", "handler", "expected"),
    [
        (["src/app.py"], "app.handler", ("src",)),
        (["src/pkg/app.py"], "pkg/app.handler", ("src",)),
        (["src/orders/app.py"], "app.handler", ("src/orders", "src")),
        (["src/orders/app.py", "src/mail/app.py"], "app.handler", ("src",)),
        (["src/myapp.py"], "app.handler", ("src",)),
        (["src/app.py"], None, ("src",)),
    ],
)
def test_code_roots(tmp_path: Path, files: list[str], handler: str | None, expected: tuple[str, ...]) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert code_roots(handler, Directory(tmp_path), ("src",)) == expected
