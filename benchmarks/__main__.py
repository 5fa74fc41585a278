"""`python -m benchmarks [DIR]`: what a cold scan costs, measured against parsing alone in the same run.

For a directory, or for a generated application of 300 functions: lines of the modules that the scan needed, seconds of
`libcst.parse_module` alone on them, seconds of the whole scan (nothing cached), the ratio of the two, and of a second scan that
finds every module's facts stored. Memory is the peak of the process. Each module is parsed alone just before the scan reads it, so
that both are measured at the speed the machine has at that moment.
"""

from __future__ import annotations

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import libcst

from benchmarks.application import write_application
from lambda_iam_scan import disk
from lambda_iam_scan.analysis.facts import ModuleFacts, extract
from lambda_iam_scan.config import Settings
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.scan import scan
from lambda_iam_scan.tables import Tables

FUNCTIONS = 300
T = TypeVar("T")


def main(arguments: list[str]) -> None:
    """Measure a directory, or a generated one."""
    if arguments:
        measure(Path(arguments[0]))
        return
    with tempfile.TemporaryDirectory() as directory:
        write_application(Path(directory), FUNCTIONS)
        measure(Path(directory))


def measure(directory: Path) -> None:
    """Print one table."""
    tree = disk.Directory(directory)
    needed: dict[str, ModuleFacts | Gap] = {}
    stored: dict[str, bytes] = {}

    parse = 0.0

    def cold(path: str) -> ModuleFacts | Gap:
        nonlocal parse
        if path not in needed:
            source = tree.read(path)
            parse += timed(lambda: parsed(source))[1]
            needed[path] = extract(source, path)
        return needed[path]

    def warm(path: str) -> ModuleFacts | Gap:
        found = ModuleFacts.from_bytes(stored[path], path) if path in stored else None
        return needed[path] if found is None else found

    gc.disable()  # as the program does
    report, both = timed(lambda: scan(tree, Tables(disk.load_table), Settings(), facts=cold))
    sources = [tree.read(path) for path, facts in needed.items() if isinstance(facts, ModuleFacts)]
    stored.update({path: facts.to_bytes() or b"" for path, facts in needed.items() if isinstance(facts, ModuleFacts)})
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    whole = both - parse
    _, second = timed(lambda: scan(tree, Tables(disk.load_table), Settings(), facts=warm))
    lines = sum(source.count(b"\n") for source in sources)
    calls = sum(len(function.code.calls) for function in report.functions)
    rows = [
        ("modules", f"{len(sources)}"),
        ("lines", f"{lines}"),
        ("functions", f"{len(report.functions)}"),
        ("calls found", f"{calls}"),
        ("parse alone", f"{parse:.2f} s   {lines / parse:,.0f} lines/s, garbage collection off"),
        ("whole cold scan", f"{whole:.2f} s   {lines / whole:,.0f} lines/s"),
        ("ratio", f"{whole / parse:.2f}"),
        ("warm scan", f"{second:.2f} s"),
        ("peak memory", f"{memory} MB"),
    ]
    for name, value in rows:
        print(f"{name:16} {value}")


def parsed(source: bytes) -> None:
    """Parse as fast as libcst can: garbage collection is off. Nothing is made of what is no Python."""
    with suppress(libcst.ParserSyntaxError):
        libcst.parse_module(source)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What a piece of work gives, and its seconds of processor time: what else the machine does is left out."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


if __name__ == "__main__":
    main(sys.argv[1:])
