"""Source trees in memory, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_iam_scan.errors import InputError


class DictTree:
    """A project given as path -> content. Directories are where paths lead through."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {path: content.encode() if isinstance(content, str) else content for path, content in files.items()}

    def read(self, path: str) -> bytes:
        """Content of a file."""
        if path not in self._files:
            raise InputError(f"{path}: no such file")
        return self._files[path]

    def is_file(self, path: str) -> bool:
        """Whether the file is there."""
        return path in self._files

    def is_dir(self, path: str) -> bool:
        """Whether something lies below; the root always exists."""
        return path == "" or any(name.startswith(path + "/") for name in self._files)

    def list(self, path: str) -> tuple[str, ...]:
        """Names directly below, directories with a slash."""
        prefix = path + "/" if path else ""
        below = (name.removeprefix(prefix).partition("/") for name in self._files if name.startswith(prefix))
        return tuple(sorted({first + slash for first, slash, _ in below}))

    def walk(self, path: str = "") -> Iterator[str]:
        """Every file below, sorted."""
        prefix = path + "/" if path else ""
        yield from sorted(name for name in self._files if name.startswith(prefix))
