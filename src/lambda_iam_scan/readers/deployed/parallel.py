"""Several questions at a time: AWS answers each slowly and many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")
Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a phase, the steps done, and the steps in all."""


def in_parallel(work: Callable[[T], R], items: Sequence[T], phase: str, *, jobs: int, progress: Progress | None = None) -> list[R]:
    """Results in order of `items`; the first exception cancels what has not begun."""
    done: list[R] = []
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        started = [pool.submit(work, item) for item in items]
        try:
            for future in started:
                done.append(future.result())
                if progress:
                    progress(phase, len(done), len(started))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return done
