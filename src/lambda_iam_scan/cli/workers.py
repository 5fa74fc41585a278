"""More processes, where there are so many functions to scan that it pays: each worker scans some of them as this process would."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from lambda_iam_scan.function_scan import Progress, Scanner, Work
from lambda_iam_scan.model.finding import FunctionScan

MOST = 4
"""Processes in all, unless the user wants more: each has a memory of its own, of about 100 MB."""
CHUNK = 4
"""Functions that a process takes at a time."""
WORTH = 2.0
"""Seconds of work that must be left for workers to pay: one starts in about half a second."""

Begin: TypeAlias = Callable[[], Scanner]
Scans: TypeAlias = list[FunctionScan]


class Workers:
    """Scans all functions in `jobs` processes, of which this is one. `begin` goes to each worker and makes its scanner."""

    def __init__(self, begin: Begin, jobs: int | None = None, worth: float = WORTH) -> None:
        self._begin = begin
        self._jobs = min(_processors(), MOST) if jobs is None else jobs
        self._worth = worth

    def scan_all(self, own: Scanner, work: Sequence[Work], progress: Progress | None = None) -> Scans:
        """Every function, in order. Workers start when the first functions, scanned here, have told how long the others will take."""
        if self._jobs == 1 or len(work) <= CHUNK:
            return own.scan_all(work, progress)

        def tell(done: int) -> None:
            if progress:
                progress("analyzing", min(done, len(work)), len(work))

        scans: Scans = []
        begun = time.monotonic()
        while left := work[len(scans) :]:
            if scans and (time.monotonic() - begun) / len(scans) * len(left) > self._worth:
                from lambda_iam_scan.cli.pool import shared

                return scans + shared(own, left, self._begin, self._jobs - 1, CHUNK, tell)
            scans += own.scan_all(left[:CHUNK])
            tell(len(scans))
        return scans


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
