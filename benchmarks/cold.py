"""What a cold scan costs, measured against parsing alone in the same run.

Lines of the modules that the scan needed, seconds of `libcst.parse_module` alone on them, seconds of the whole scan (nothing cached), the
ratio of the two, and seconds of a second scan that finds every module's facts stored. Parsing alone has a process of its own, for in the
scan's heap it would be slower; and its turn at each module is just before the scan's, so that both see the machine at the same speed.
Memory is the peak of the scan's process. All this is of one process and its processor time; at the end stands what a person waits for
who starts the program, which shares a large scan among processes, with nothing cached and then again.
"""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from lambda_iam_scan import disk
from lambda_iam_scan.analysis.facts.module import ModuleFacts
from lambda_iam_scan.analysis.modules.store import module_facts
from lambda_iam_scan.config import Settings
from lambda_iam_scan.directory import Directory
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.scan import scan
from lambda_iam_scan.tables import Tables

T = TypeVar("T")


def measure(directory: Path) -> None:
    """Print one table."""
    tree = Directory(directory)
    extracted = module_facts(tree)
    needed: dict[str, ModuleFacts | Gap] = {}
    parse = waiting = 0.0

    def cold(path: str) -> ModuleFacts | Gap:
        nonlocal parse, waiting
        if path not in needed:
            seconds, own = timed(lambda: parser.submit(seconds_to_parse, tree.read(path)).result())
            parse, waiting = parse + seconds, waiting + own
            needed[path] = extracted(path)
        return needed[path]

    def warm(path: str) -> ModuleFacts | Gap:
        found = ModuleFacts.from_bytes(stored[path], path) if path in stored else None
        return needed[path] if found is None else found

    gc.disable()  # as the program does
    with ProcessPoolExecutor(1, get_context("spawn")) as parser:
        report, both = timed(lambda: scan(tree, Tables(disk.load_table), Settings(), facts=cold))
    whole = both - waiting
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    stored = {path: facts.to_bytes() or b"" for path, facts in needed.items() if isinstance(facts, ModuleFacts)}
    _, second = timed(lambda: scan(tree, Tables(disk.load_table), Settings(), facts=warm))
    sources = [tree.read(path) for path in stored]
    lines = sum(source.count(b"\n") for source in sources)
    rows = [
        ("modules", f"{len(sources)}, {len(set(sources))} of them distinct: a scan lowers those once, parsing alone parses all"),
        ("lines", f"{lines}"),
        ("functions", f"{len(report.functions)}"),
        ("calls found", f"{sum(len(function.code.calls) for function in report.functions)}"),
        ("parse alone", f"{parse:.2f} s   {lines / parse:,.0f} lines/s, garbage collection off"),
        ("whole cold scan", f"{whole:.2f} s   {lines / whole:,.0f} lines/s"),
        ("ratio", f"{whole / parse:.2f}"),
        ("warm scan", f"{second:.2f} s"),
        ("peak memory", f"{memory} MB"),
        ("the program", "{:.2f} s, then {:.2f} s by the clock".format(*waited(directory))),
    ]
    for name, value in rows:
        print(f"{name:16} {value}")


def waited(directory: Path) -> Iterator[float]:
    """Seconds from start to end of the program, first with nothing cached."""
    program = [sys.executable, "-m", "lambda_iam_scan", str(directory), "--exit-zero"]
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(2):
            start = time.monotonic()
            subprocess.run(program, env=os.environ | {"LAMBDA_IAM_SCAN_CACHE": cache}, stdout=subprocess.DEVNULL, check=True)
            yield time.monotonic() - start


def seconds_to_parse(source: bytes) -> float:
    """As fast as libcst can: garbage collection is off. What is no Python counts for nothing."""
    import libcst

    gc.disable()
    try:
        return timed(lambda: libcst.parse_module(source) is None)[1]
    except libcst.ParserSyntaxError:
        return 0.0


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What a piece of work gives, and its seconds of processor time: what else the machine does is left out."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start
