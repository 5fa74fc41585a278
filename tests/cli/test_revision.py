"""An earlier state of the project comes from git, and the work tree stays as it is."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lambda_iam_scan.cli.revision import checked_out
from lambda_iam_scan.errors import UsageError

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "t@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    def run(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    run("init", "-q", "-b", "main")
    commit(run, tmp_path, {"app/a.py": "one", "other/b.py": "b"})
    return run


def commit(git: Git, root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    git("add", "-A")
    git("commit", "-q", "-m", "c")
    return git("rev-parse", "HEAD")


def content(root: Path, revision: str) -> dict[str, str]:
    with checked_out(root, revision) as directory:
        return {path.relative_to(directory).as_posix(): path.read_text() for path in directory.rglob("*") if path.is_file()}


def test_the_state_of_a_revision_whatever_the_work_tree_holds(git: Git, tmp_path: Path) -> None:
    commit(git, tmp_path, {"app/a.py": "two"})
    (tmp_path / "app/a.py").write_text("three")
    assert content(tmp_path, "HEAD~1") == {"app/a.py": "one", "other/b.py": "b"}
    assert content(tmp_path, "HEAD") == {"app/a.py": "two", "other/b.py": "b"}
    assert (tmp_path / "app/a.py").read_text() == "three"


def test_only_the_project_below_the_repository(git: Git, tmp_path: Path) -> None:
    assert content(tmp_path / "app", "HEAD") == {"a.py": "one"}


def test_a_project_that_was_not_there_yet_is_empty(git: Git, tmp_path: Path) -> None:
    commit(git, tmp_path, {"new/c.py": "c"})
    assert content(tmp_path / "new", "HEAD~1") == {}


def test_what_the_branch_left_behind_counts_not_what_came_there_later(git: Git, tmp_path: Path) -> None:
    git("checkout", "-q", "-b", "feature")
    commit(git, tmp_path, {"app/a.py": "mine"})
    git("checkout", "-q", "main")
    commit(git, tmp_path, {"app/a.py": "theirs"})
    git("checkout", "-q", "feature")
    assert content(tmp_path, "main")["app/a.py"] == "one"


def test_links_are_not_taken(git: Git, tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    commit(git, tmp_path, {})
    assert "link.py" not in content(tmp_path, "HEAD")


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:app"])
def test_no_such_revision(git: Git, tmp_path: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="no such revision"):
        content(tmp_path, revision)


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="is in no git repository"):
        content(tmp_path, "HEAD")
