"""Garbage collection at moments of our choosing.

Nearly everything that a scan makes is either freed by its reference count or kept until the end. The collector, which goes by the number
of objects made, would look at all that is kept again and again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 400_000
"""Objects that refer to others, some 40 MB of them."""


@contextmanager
def uncollected() -> Iterator[None]:
    """No automatic collection meanwhile."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def collect_when_many() -> None:
    """Free the cycles among what was made since the last time, if that is much."""
    if gc.get_count()[0] > MANY:
        gc.collect(0)
