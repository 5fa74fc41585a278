"""Several directories as one source tree: each function's code under a name of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.source import SourceTree


class Mounts(SourceTree):
    """Trees by the path at which they appear; where one lies below another, the nearer one is asked."""

    def __init__(self, trees: Mapping[str, SourceTree]) -> None:
        self._trees = dict(sorted(trees.items(), key=lambda item: (-len(item[0]), item[0])))

    def read(self, path: str) -> bytes:
        """See `SourceTree`."""
        tree, below = self._find(path)
        if tree is None:
            raise InputError(f"{path}: no such file")
        return tree.read(below)

    def is_file(self, path: str) -> bool:
        """See `SourceTree`."""
        tree, below = self._find(path)
        return tree is not None and tree.is_file(below)

    def is_dir(self, path: str) -> bool:
        """See `SourceTree`."""
        tree, below = self._find(path)
        return tree.is_dir(below) if tree is not None else any(self._under(path))

    def list(self, path: str) -> tuple[str, ...]:
        """See `SourceTree`."""
        tree, below = self._find(path)
        if tree is not None:
            return tree.list(below)
        start = len(path) + 1 if path else 0
        return tuple(sorted({mount[start:].partition("/")[0] + "/" for mount in self._under(path)}))

    def walk(self, path: str = "") -> Iterator[str]:
        """See `SourceTree`."""
        tree, below = self._find(path)
        mounts = [(path.removesuffix(below).rstrip("/"), tree, below)] if tree else [(at, self._trees[at], "") for at in self._under(path)]
        for mount, mounted, start in mounts:
            for found in mounted.walk(start):
                yield f"{mount}/{found}" if mount else found

    def _find(self, path: str) -> tuple[SourceTree | None, str]:
        for mount, tree in self._trees.items():
            if path == mount or not mount:
                return tree, path if not mount else ""
            if path.startswith(mount + "/"):
                return tree, path[len(mount) + 1 :]
        return None, path

    def _under(self, path: str) -> tuple[str, ...]:
        return tuple(sorted(mount for mount in self._trees if not path or mount.startswith(path + "/")))
