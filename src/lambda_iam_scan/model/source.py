"""The project's files, and where something stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A span of a file.

    `path` is relative to the project root, with `/`; what was read from an account has its ARN instead. Lines and columns count
    from 1 (columns in characters); `end_column` is the column after the last character. Line 0 means "the file as a whole".
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Frame:
    """One step of the way from a handler to a call: the call site and the function it stands in."""

    location: Location
    function: str


class SourceTree(Protocol):
    """The project's files, read-only. Paths are relative to the root, with `/`; nothing outside the root is ever read."""

    def read(self, path: str) -> bytes:
        """Content of a file. Raises `InputError` when it is absent, too large, or outside the root."""

    def is_file(self, path: str) -> bool:
        """Whether a readable regular file inside the root is there."""

    def is_dir(self, path: str) -> bool:
        """Whether a directory inside the root is there."""

    def list(self, path: str) -> tuple[str, ...]:
        """Names directly below a directory, sorted; directories end in `/`. Empty when it is not there."""

    def walk(self, path: str = "") -> Iterator[str]:
        """Every file below a directory, sorted, without excluded and vendored ones."""
