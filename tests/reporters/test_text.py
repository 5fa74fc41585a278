"""The text report: widths, colour, excerpts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lambda_iam_scan.model.finding import ChangeKind, PermissionChange, Report
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.reporters._excerpts import columns
from lambda_iam_scan.reporters.text import REPORTER
from tests.reporters.sample import FINDINGS, REPORT, TREE, MemoryTree, Style


def render(report: Report = REPORT, tree: MemoryTree = TREE, width: int = 80, colour: bool = False) -> str:
    return REPORTER.render(report, tree, Style(width=width, colour=colour))


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """But for fragments to copy, which are not broken."""
    prose = replace(REPORT, findings=tuple(replace(finding, suggestion="words " * 40) for finding in FINDINGS))
    assert max(columns(line) for line in render(prose, width=width).splitlines()) <= width


def test_colour_changes_nothing_but_colour() -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", render(colour=True)) == render()
    assert "\x1b" not in render()


def one(path: str, line: str, column: int, end: int, width: int = 80) -> list[str]:
    finding = replace(FINDINGS[4], location=Location(path, 1, column, 1, end))
    out = render(replace(REPORT, functions=(), findings=(finding,)), MemoryTree({path: line}), width)
    return [part for part in out.splitlines() if "|" in part]


def test_the_caret_stands_under_the_span() -> None:
    assert one("a.py", "x = client.get()", 5, 17) == ["  |", "1 | x = client.get()", "  |     ^^^^^^^^^^^^"]


def test_the_caret_allows_for_tabs_and_wide_characters() -> None:
    assert one("a.py", "\tx = 1", 2, 3)[1:] == ["1 |     x = 1", "  |     ^"]
    assert one("a.py", "'日本' + x", 8, 9)[1:] == ["1 | '日本' + x", "  |          ^"]


def test_a_long_line_is_cut_around_the_span() -> None:
    _, source, carets = one("a.py", "a" * 300 + " = call() " + "b" * 300, 304, 310)
    start = carets.index("^")
    assert source[start : start + 6] == "call()"
    assert len(source) <= 80
    assert "..." in source


def test_a_span_of_several_lines_is_shown_without_its_indentation() -> None:
    tree = MemoryTree({"t.yaml": "a:\n    - b: 1\n\n      c: 2\n    - d: 3\n"})
    finding = replace(FINDINGS[4], location=Location("t.yaml", 2, 5, 4, 11))
    out = render(replace(REPORT, functions=(), findings=(finding,)), tree).splitlines()
    assert [line for line in out if "|" in line] == ["  |", "2 | / - b: 1", "3 | |", "4 | \\   c: 2"]


def test_a_long_span_is_shown_in_part() -> None:
    tree = MemoryTree({"t.yaml": "x\n" * 50})
    finding = replace(FINDINGS[4], location=Location("t.yaml", 2, 1, 40, 2))
    out = render(replace(REPORT, functions=(), findings=(finding,)), tree).splitlines()
    assert [line for line in out if "|" in line][-2:] == ["4 | | x", "  | ..."]


def test_a_place_without_a_source_line_shows_only_where_it_is() -> None:
    assert one("a.py", "", 1, 1) == []
    assert " --> gone.py:7:1" in render(replace(REPORT, findings=(replace(FINDINGS[4], location=Location("gone.py", 7)),)))


def test_the_summary_line_ends_the_report() -> None:
    assert render().splitlines()[-1] == "1 error, 2 warnings, 2 notes in 2 functions (3 Python files), 1 suppressed"
    assert render(replace(REPORT, findings=(), suppressed=0)).splitlines()[-1] == "No problem found in 2 functions (3 Python files)"


def test_a_word_that_no_line_holds_is_broken_at_a_colon_or_slash() -> None:
    arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${OrdersTable}/index/by-customer"
    out = render(replace(REPORT, findings=(replace(FINDINGS[4], message=f"needs {arn} to work"),)), width=60).splitlines()
    start = next(number for number, line in enumerate(out) if line.startswith("note[LIS902]"))
    lines = [line.strip() for line in out[start : start + 3]]
    assert "".join(lines).startswith(f"note[LIS902]: needs{arn}") or "".join(lines).startswith(f"note[LIS902]: needs {arn}")
    assert all(line[-1] in ":/" or line.endswith(("needs", "work")) for line in lines)


def test_permissions_that_a_change_needs_are_listed() -> None:
    change = PermissionChange(function="t#F", action="s3:PutObject", resource="arn:aws:s3:::b/*", kind=ChangeKind.ADDED)
    assert "Permissions newly needed\n  s3:PutObject on arn:aws:s3:::b/* (t#F)\n" in render(replace(REPORT, changes=(change,)))
    assert "newly needed" not in render()
