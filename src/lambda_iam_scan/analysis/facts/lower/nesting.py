"""What is refused before parsing: text that nests too deeply for the native parser."""

from __future__ import annotations

import re

SAFE = 800
"""Characters that cannot nest deeply enough to matter; the parser's time is more than linear in nesting before its stack overflows."""
MAX_DEPTH = 100
"""Brackets within brackets."""
MAX_CHAIN = 600
"""Operators in one statement, or branches of one `elif` chain."""

_STRING = (
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
)
COMMENTS = re.compile(rf"{_STRING}|#[^\r\n]*", re.DOTALL)
"""A comment; or a string, in which there are none."""
_NESTING = re.compile(rf"{_STRING}|#[^\r\n]*|[()\[\]{{}}\n]", re.DOTALL)
_OPERATORS = re.compile(r"[-+*/%@|&^~.(\[<>='\"]|\b(?:and|or|not|if|await|lambda)\b")


class Unparsable(Exception):
    """Text that libcst does not read. `line` and `column` count from 1; 0 when not known."""

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


def check_nesting(text: str) -> None:
    """Refuse what would overflow the native parser's stack, or keep it busy for minutes. Raises `Unparsable`."""
    depth = start = 0
    for match in _NESTING.finditer(text):
        found = match.group()
        if found in "([{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Unparsable(f"more than {MAX_DEPTH} brackets within brackets", text.count("\n", 0, match.start()) + 1, 1)
        elif found in ")]}":
            depth = max(depth - 1, 0)
        elif found == "\n" and depth == 0:
            if match.start() - start > SAFE:
                _check_chain(text, start, match.start())
            start = match.end()
    if len(text) - start > SAFE:
        _check_chain(text, start, len(text))
    if text.count("elif") > MAX_CHAIN:
        raise Unparsable(f"more than {MAX_CHAIN} elif branches")


def _check_chain(text: str, start: int, end: int) -> None:
    """A long logical line: commas separate items side by side, so only what stands between two of them can nest."""
    items = COMMENTS.sub(lambda match: "" if match.group()[0] == "#" else '"', text[start:end]).split(",")
    if any(len(item) > MAX_CHAIN and sum(1 for _ in _OPERATORS.finditer(item)) > MAX_CHAIN for item in items):
        raise Unparsable(f"more than {MAX_CHAIN} operators in one expression", text.count("\n", 0, start) + 1, 1)
