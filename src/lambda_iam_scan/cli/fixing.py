"""`--fix` and `--diff`: what may be changed is tried on the files in memory, scanned again, and kept only if nothing got worse."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lambda_iam_scan import disk
from lambda_iam_scan.fix import fixed_templates
from lambda_iam_scan.model.finding import Report, Severity
from lambda_iam_scan.model.source import SourceTree

_ROUNDS = 5
"""One change may make another possible: a statement can go once the right one is there."""


class Changed(SourceTree):
    """A tree with some files' texts changed in memory."""

    def __init__(self, tree: SourceTree, texts: Mapping[str, str]) -> None:
        self._tree = tree
        self._texts = texts

    def read(self, path: str) -> bytes:
        """The changed text, or what the tree has."""
        return self._texts[path].encode("utf-8") if path in self._texts else self._tree.read(path)

    def is_file(self, path: str) -> bool:
        """As the tree says."""
        return self._tree.is_file(path)

    def is_dir(self, path: str) -> bool:
        """As the tree says."""
        return self._tree.is_dir(path)

    def list(self, path: str) -> tuple[str, ...]:
        """As the tree says."""
        return self._tree.list(path)

    def walk(self, path: str = "") -> Iterator[str]:
        """As the tree says."""
        return self._tree.walk(path)


def fixed(report: Report, tree: SourceTree, scan: Callable[[SourceTree], Report]) -> dict[str, str]:
    """Path -> new text. `scan` is the very scan that made the report; a change after which it finds a new problem is not made."""
    kept: dict[str, str] = {}
    for _ in range(_ROUNDS):
        offered = fixed_templates(report, Changed(tree, kept))
        progress = False
        for path, text in offered.items():
            trial = kept | {path: text}
            after = scan(Changed(tree, trial))
            if _no_worse(report, after):
                kept, report, progress = trial, after, True
        if not progress:
            break
    return kept


def _no_worse(before: Report, after: Report) -> bool:
    """No new error, no new warning about what is missing, and something less to say."""
    known = {finding.fingerprint for finding in before.findings}
    new = [finding for finding in after.findings if finding.fingerprint not in known and finding.severity is not Severity.NOTE]
    same_functions = {scan.function.id for scan in before.functions} == {scan.function.id for scan in after.functions}
    return not new and same_functions and len(after.findings) < len(before.findings)


def diff(tree: SourceTree, texts: Mapping[str, str]) -> str:
    """A unified diff of all changes, paths relative to the project root."""
    out: list[str] = []
    for path, text in sorted(texts.items()):
        before = tree.read(path).decode("utf-8")
        out += difflib.unified_diff(before.splitlines(keepends=True), text.splitlines(keepends=True), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in out)


def put(root: Path, texts: Mapping[str, str]) -> None:
    """Put the new texts into place, each file whole or not at all."""
    for path, text in sorted(texts.items()):
        disk.write_output(root / path, text)
