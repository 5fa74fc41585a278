"""`--watch`: scan again when a file changes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from lambda_iam_scan.model.source import SourceTree

PAUSE = 0.5
"""Seconds between two looks at the files."""
_SUFFIXES = (".py", ".yaml", ".yml", ".json", ".template", ".toml", ".tf")

Stamps = dict[str, tuple[int, int]]


def stamps(root: Path, tree: SourceTree) -> Stamps:
    """Time of change and size of every file that a scan may read. Settings and templates count as well as code."""
    found: Stamps = {}
    for path in tree.walk():
        if path.endswith(_SUFFIXES):
            with contextlib.suppress(OSError):
                status = (root / path).stat()
                found[path] = (status.st_mtime_ns, status.st_size)
    return found


def watch(look: Callable[[], Stamps], run: Callable[[], object], sleep: Callable[[float], object] = time.sleep) -> None:
    """Run now, and again after each change, until interrupted. A change during a run is seen after it."""
    seen = look()
    run()
    while True:
        sleep(PAUSE)
        now = look()
        if now != seen:
            seen = now
            run()
