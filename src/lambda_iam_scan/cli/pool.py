"""Processes that scan functions for this one."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import ExitStack, suppress
from multiprocessing import get_context, parent_process
from pathlib import Path

from lambda_iam_scan.cli.workers import Begin, Scans
from lambda_iam_scan.function_scan import Scanner, Work

AHEAD = 2
"""Chunks that a worker has: one to work on, one to go on with."""

_ALONE = (ImportError, NotImplementedError, OSError, RecursionError, pickle.PicklingError)
"""The system has not what processes share, or functions are nested too deeply to be handed over."""


def shared(own: Scanner, work: Sequence[Work], begin: Begin, workers: int, chunk: int, tell: Callable[[int], None]) -> Scans:
    """The workers take chunks from the front, this process takes them from the back. What a worker fails at is done here, too."""
    waiting = deque(range(0, len(work), chunk))
    here: dict[int, Scans] = {}
    there: dict[int, Future[Scans]] = {}

    def unfinished() -> int:
        return sum(not future.done() for future in there.values())

    with ExitStack() as stack:
        try:
            pool = _pool(begin, work, workers, stack)
        except _ALONE:
            return own.scan_all(work)
        while waiting:
            while waiting and unfinished() < AHEAD * workers:
                start = waiting.popleft()
                there[start] = _submitted(pool, slice(start, start + chunk))
            if waiting:
                start = waiting.pop()
                here[start] = own.scan_all(work[start : start + chunk])
                tell(len(work) - chunk * (len(waiting) + unfinished()))
        found = {start: _result(future) for start, future in there.items()} | here
    return [scan for start in sorted(found) for scan in found[start] or own.scan_all(work[start : start + chunk])]


def _pool(begin: Begin, work: Sequence[Work], workers: int, stack: ExitStack) -> ProcessPoolExecutor:
    """The workers, until the stack is unwound. What they need waits in a file: to hand it over, this process would have to wait."""
    file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lambda-iam-scan-"))) / "work"
    file.write_bytes(pickle.dumps((begin, work)))
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start, (file,))
    stack.callback(pool.shutdown, cancel_futures=True)
    return pool


def _submitted(pool: ProcessPoolExecutor, chunk: slice) -> Future[Scans]:
    """What will be the scans of a chunk; failed already where no worker can be started."""
    try:
        return pool.submit(_scanned, chunk)
    except (BrokenExecutor, OSError) as error:
        failed: Future[Scans] = Future()
        failed.set_exception(error)
        return failed


def _result(future: Future[Scans]) -> Scans | None:
    """What a worker has found. None when it failed, or was killed: the chunk scanned here tells what is wrong."""
    with suppress(Exception):
        return future.result()
    return None


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


def _scanned(chunk: slice) -> Scans:
    ((scanner, work),) = _worker
    return scanner.scan_all(work[chunk])
