"""`explain` for a code, and for a function and an action of a real project."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_iam_scan.scan import all_rules
from tests.cli.program import Program
from tests.test_rule_pages import RULES

FIXTURE = Path(__file__).parents[2] / "fixtures" / "orders-api" / "wrong"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path, monkeypatch, capsys)


def test_a_code(run: Program) -> None:
    result = run("explain", "lis203")
    assert result.status == 0
    assert result.out.startswith("# LIS203: broader-than-needed\n")


def test_the_rules_of_a_scan_are_those_that_have_pages() -> None:
    assert all_rules() == RULES


def test_an_unknown_code(run: Program) -> None:
    result = run("explain", "LIS999")
    assert (result.status, result.out) == (2, "")
    assert "no such finding" in result.err


def test_what_a_function_has_to_do_with_an_action(run: Program) -> None:
    result = run("explain", "OrdersApi", "dynamodb:PutItem", "--path", str(FIXTURE))
    assert result.status == 0
    assert "dynamodb:PutItem is needed by the code" in result.out
    assert "way: put_order (src/orders/api.py:" in result.out
    assert "missing: " in result.out


def test_an_unknown_function(run: Program) -> None:
    result = run("explain", "OrderApi", "s3:GetObject", "--path", str(FIXTURE))
    assert result.status == 2
    assert "did you mean OrdersApi?" in result.err
