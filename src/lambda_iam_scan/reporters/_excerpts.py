"""Source lines with the span of interest marked, cut to a width."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from unicodedata import east_asian_width

from lambda_iam_scan.errors import LambdaIamScanError
from lambda_iam_scan.inert import plain
from lambda_iam_scan.model.source import Location, SourceTree

TAB = 4
BLOCK = 7
"""Lines of the longest span that is shown whole."""
HEAD = 3
"""Lines shown of a longer one."""
_CUT = "..."


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One source line made ready to print, and where its marked part begins and how long it is, in terminal columns."""

    line: int
    text: str
    start: int
    length: int


class Sources:
    """Lines of the project's files, each file read once."""

    def __init__(self, tree: SourceTree) -> None:
        self._lines = lru_cache(maxsize=None)(lambda path: _read(tree, path))

    def line(self, path: str, number: int) -> str | None:
        """A line's text without its end, or None when there is no such line."""
        lines = self._lines(path)
        return lines[number - 1] if 0 < number <= len(lines) else None

    def excerpt(self, location: Location, width: int) -> Excerpt | None:
        """The first line of a location in at most `width` columns, or None when it cannot be shown."""
        text = self.line(location.path, location.line)
        if text is None or not text.strip():
            return None
        first = max(location.column, 1) - 1
        last = location.end_column - 1 if location.end_line == location.line else len(text.rstrip())
        shown = [_cells(char) for char in text.rstrip()]
        before, marked, after = "".join(shown[:first]), "".join(shown[first:last]), "".join(shown[max(first, last) :])
        return _fit(location.line, before, marked, after, width)

    def block(self, location: Location, width: int) -> tuple[tuple[int, str], ...]:
        """The lines of a span of several, or the first of a long one, with their numbers and without their common indentation."""
        height = location.end_line - location.line + 1
        numbers = range(location.line, location.line + (height if height <= BLOCK else HEAD))
        found = [(number, text.rstrip().expandtabs(TAB)) for number in numbers if (text := self.line(location.path, number)) is not None]
        common = min((len(text) - len(text.lstrip()) for _, text in found if text), default=0)
        return tuple((number, _shortened(plain(text[common:]), width)) for number, text in found)


def _read(tree: SourceTree, path: str) -> list[str]:
    try:
        return tree.read(path).decode("utf-8", errors="replace").split("\n")
    except LambdaIamScanError:
        return []


def _cells(char: str) -> str:
    return " " * TAB if char == "\t" else "" if char == "\r" else plain(char)


def columns(text: str) -> int:
    """Terminal columns of a printable text: wide characters take two."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _fit(line: int, before: str, marked: str, after: str, width: int) -> Excerpt:
    """Cut the middle-less ends: what precedes the marked part first loses its beginning, then the end is cut."""
    if columns(before) + min(columns(marked), width // 2) > width:
        before = _CUT + _end(before, width // 4)
    text = before + marked + after
    text = _shortened(text, width)
    start = columns(before)
    return Excerpt(line, text, start, max(1, min(columns(marked), columns(text) - start)))


def _shortened(text: str, width: int) -> str:
    return text if columns(text) <= width else _beginning(text, width - len(_CUT)) + _CUT


def _beginning(text: str, width: int) -> str:
    while columns(text) > width:
        text = text[: -max(1, (columns(text) - width) // 2)]
    return text


def _end(text: str, width: int) -> str:
    return _beginning(text[::-1], width)[::-1]
