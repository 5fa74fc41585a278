"""Where the garbage collector has nothing to look for.

Nearly everything that a scan makes is either freed by its reference count or kept until the end (an analysis breaks its circles itself).
The collector, which goes by the number of objects made, would look at all that is kept again and again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
