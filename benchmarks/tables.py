"""Loading the tables of each service; the aim is less than 5 ms a table and less than 6 MB in all. Run: `python benchmarks/tables.py`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from lambda_iam_scan.disk import shipped_table
from lambda_iam_scan.tables import Tables

ROUNDS = 5
SHOWN = 8


def milliseconds(work: Callable[[Tables], Any]) -> float:
    """The best of a few rounds, each with nothing loaded."""
    best = float("inf")
    for _ in range(ROUNDS):
        tables = Tables(shipped_table)
        assert tables.version
        start = time.perf_counter()
        work(tables)
        best = min(best, time.perf_counter() - start)
    return best * 1000


def main() -> None:
    """Time the SDK, needs and IAM tables of every service; print the slowest."""
    tables = Tables(shipped_table)
    rows = []
    for service in tables.services:
        prefix = tables.prefix(service) or ""
        times = (
            milliseconds(lambda fresh, name=service: fresh.service(name)),  # type: ignore[misc]
            milliseconds(lambda fresh, name=service: fresh.needs(name, "")),  # type: ignore[misc]
            milliseconds(lambda fresh, name=prefix: fresh.iam(name)),  # type: ignore[misc]
        )
        rows.append((max(times), service, times))
    for _, service, (sdk, needs, iam) in sorted(rows, reverse=True)[:SHOWN]:
        print(f"{service:30} sdk {sdk:5.2f} ms  needs {needs:5.2f} ms  iam {iam:5.2f} ms")


if __name__ == "__main__":
    main()
