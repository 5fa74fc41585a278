"""The one libcst pass: a module's text to the intermediate representation (`ir`). Only in `nodes` is libcst imported.

Its nodes carry no positions, and its metadata would cost more than parsing. So the walk goes in source order and moves a cursor
over the text: the next occurrence of a token after the cursor is that token, since comments are blanked and strings are skipped whole.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import cache

from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.facts.lower.nesting import SAFE, Unparsable, check_nesting
from lambda_iam_scan.analysis.facts.lower.nodes import parse
from lambda_iam_scan.analysis.facts.lower.statements import Statements
from lambda_iam_scan.garbage import uncollected

__all__ = ["Unparsable", "lower"]

STACK = 256 * 1024 * 1024
"""Bytes of (virtual) stack for libcst's native parser, which recurses without a limit of its own."""


def lower(text: str) -> tuple[Node, ...]:
    """A module's statements. Raises `Unparsable`."""
    if len(text) > SAFE:
        check_nesting(text)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 20_000))
    try:
        with uncollected():
            return _deep_stack().submit(_lowered, text).result()
    finally:
        sys.setrecursionlimit(limit)


def _lowered(text: str) -> tuple[Node, ...]:
    try:
        return Statements(text).block(parse(text).body)
    except (RecursionError, MemoryError):
        raise Unparsable("nested too deeply to be analyzed") from None


@cache
def _deep_stack() -> Executor:
    """One thread with a large stack for all modules: a new one each would have all of its memory mapped in anew."""
    before = threading.stack_size()
    try:
        for size in (STACK, 0):
            threading.stack_size(size)
            executor = ThreadPoolExecutor(1)
            with suppress(RuntimeError):  # no room for a stack of that size
                executor.submit(int).result()
                break
        return executor
    finally:
        threading.stack_size(before)
