"""More processes, where there are so many functions to scan that it pays: each worker scans some of them as this process would."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import ExitStack, suppress
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TypeAlias

from lambda_iam_scan.function_scan import Progress, Scanner, Work
from lambda_iam_scan.model.finding import FunctionScan

MOST = 4
"""Processes in all, unless the user wants more: each has a memory of its own, of about 100 MB."""
CHUNK = 4
"""Functions that a process takes at a time."""
AHEAD = 2
"""Chunks that a worker has: one to work on, one to go on with."""
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
                return scans + self._shared(own, left, tell)
            scans += own.scan_all(left[:CHUNK])
            tell(len(scans))
        return scans

    def _shared(self, own: Scanner, work: Sequence[Work], tell: Callable[[int], None]) -> Scans:
        """The workers take chunks from the front, this process takes them from the back. What a worker fails at is done here, too."""
        waiting = deque(range(0, len(work), CHUNK))
        here: dict[int, Scans] = {}
        there: dict[int, Future[Scans]] = {}

        def unfinished() -> int:
            return sum(not future.done() for future in there.values())

        with ExitStack() as stack:
            try:
                pool = self._pool(work, stack)
            except (ImportError, NotImplementedError, OSError):  # the system has not what processes share
                return own.scan_all(work)
            while waiting:
                while waiting and unfinished() < AHEAD * (self._jobs - 1):
                    start = waiting.popleft()
                    there[start] = _submitted(pool, start)
                if waiting:
                    start = waiting.pop()
                    here[start] = own.scan_all(work[start : start + CHUNK])
                    tell(len(work) - CHUNK * (len(waiting) + unfinished()))
            found = {start: _result(future) for start, future in there.items()} | here
        return [scan for start in sorted(found) for scan in found[start] or own.scan_all(work[start : start + CHUNK])]

    def _pool(self, work: Sequence[Work], stack: ExitStack) -> ProcessPoolExecutor:
        """The workers, until the stack is unwound. What they need waits in a file: to hand it over, this process would have to wait."""
        file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lambda-iam-scan-"))) / "work"
        file.write_bytes(pickle.dumps((self._begin, work)))
        pool = ProcessPoolExecutor(self._jobs - 1, get_context("spawn"), _start, (file,))
        stack.callback(pool.shutdown, cancel_futures=True)
        return pool


def _submitted(pool: ProcessPoolExecutor, start: int) -> Future[Scans]:
    """What will be the scans of a chunk; failed already where no worker can be started."""
    try:
        return pool.submit(_scanned, start)
    except (BrokenExecutor, OSError) as error:
        failed: Future[Scans] = Future()
        failed.set_exception(error)
        return failed


def _result(future: Future[Scans]) -> Scans | None:
    """What a worker has found. None when it failed, or was killed: the chunk scanned here tells what is wrong."""
    with suppress(Exception):
        return future.result()
    return None


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_worker: list[tuple[Scanner, Sequence[Work]]] = []
"""In a worker: its scanner, and all functions that are to be scanned."""


def _start(file: Path) -> None:
    """In a worker, before anything else. An interrupt is its parent's to handle, and it ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.disable()  # as in `main`
    begin, work = pickle.loads(file.read_bytes())  # noqa: S301 - the parent's own, in a directory that only this user can write to
    _worker.append((begin(), work))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _scanned(start: int) -> Scans:
    ((scanner, work),) = _worker
    return scanner.scan_all(work[start : start + CHUNK])
