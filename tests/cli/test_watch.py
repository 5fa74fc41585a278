"""A change is seen, and only a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_iam_scan.cli.watch import stamps, watch
from lambda_iam_scan.directory import Directory


class Stop(Exception):
    """Ends the endless loop."""


def runs(root: Path, *changes: tuple[str, str] | None) -> int:
    """How often a scan runs while files change (or not) at each look."""
    count, todo = 0, list(changes)

    def run() -> None:
        nonlocal count
        count += 1

    def sleep(_: float) -> None:
        if not todo:
            raise Stop
        if change := todo.pop(0):
            (root / change[0]).write_text(change[1])

    with pytest.raises(Stop):
        watch(lambda: stamps(root, Directory(root)), run, sleep)
    return count


def test_once_when_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    assert runs(tmp_path, None, None) == 1


def test_again_when_code_or_template_changes(tmp_path: Path) -> None:
    assert runs(tmp_path, ("a.py", "x = 1"), None, ("template.yaml", "a: b"), ("a.py", "x = 10")) == 4


def test_not_when_something_else_does(tmp_path: Path) -> None:
    assert runs(tmp_path, ("notes.txt", "hello")) == 1
