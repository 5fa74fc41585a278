"""An earlier state of the project, taken from git without touching the work tree."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from lambda_iam_scan.errors import UsageError

_TIMEOUT = 120
"""Seconds for one git command; archives of large repositories take a while."""


@contextmanager
def checked_out(root: Path, revision: str) -> Iterator[Path]:
    """A temporary directory that holds `root` as it was where the current branch left `revision` (the merge base).

    Only regular files are taken, and none of the repository's hooks or filters runs. Raises `UsageError` when `root` is in no git
    repository or `revision` names no commit of it.
    """
    if revision.startswith("-"):
        raise UsageError(f"--since {revision}: no such revision")
    commit = _commit(root, revision)
    with TemporaryDirectory(prefix="lambda-iam-scan-") as directory:
        # Both commands speak of the directory they run in, so only the project itself is taken.
        if _git(root, "ls-tree", commit):
            with TemporaryFile() as archive:
                _git(root, "archive", "--format=tar", commit, ".", into=archive)
                archive.seek(0)
                _unpack(archive, Path(directory))
        yield Path(directory)


def renamed(root: Path, revision: str) -> dict[str, str]:
    """Old path -> new path, relative to `root`, of the files that have moved since."""
    said = _git_says(root, "diff", "--relative", "--find-renames", "--diff-filter=R", "--name-status", "-z", _commit(root, revision), "--")
    parts = said.split("\0")
    return dict(zip(parts[1::3], parts[2::3], strict=False))


def _commit(root: Path, revision: str) -> str:
    try:
        wanted = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except UsageError as error:
        inside = _git_says(root, "rev-parse", "--is-inside-work-tree")
        shallow = _git_says(root, "rev-parse", "--is-shallow-repository") == "true"
        absent = "no such revision" + (" in this shallow clone; fetch more of the history" if shallow else "")
        why = absent if inside == "true" else f"{root} is in no git repository"
        raise UsageError(f"--since {revision}: {why}") from error
    return _git_says(root, "merge-base", wanted, "HEAD") or wanted


def _git_says(root: Path, *arguments: str) -> str:
    try:
        return _git(root, *arguments)
    except UsageError:
        return ""


def _git(root: Path, *arguments: str, into: IO[bytes] | int = subprocess.PIPE) -> str:
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    try:
        done = subprocess.run(command, cwd=root, stdout=into, stderr=subprocess.PIPE, timeout=_TIMEOUT, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise UsageError("--since needs git, which is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"--since: git {arguments[0]} took longer than {_TIMEOUT} seconds") from error
    said = done.stderr.decode("utf-8", errors="replace").strip()
    if done.returncode != 0:
        raise UsageError(f"--since: git {arguments[0]}: {' '.join(said.split()) or f'exit status {done.returncode}'}")
    return (done.stdout or b"").decode("utf-8", errors="replace").strip()


def _unpack(archive: IO[bytes], directory: Path) -> None:
    with tarfile.open(fileobj=archive, mode="r:") as tar:
        members = [member for member in tar if member.isdir() or member.isreg()]
        tar.extractall(directory, members, filter="data")
