"""A project on disk, as a source tree."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lambda_iam_scan.config import path_matches
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.source import SourceTree

MAX_FILE = 16 * 1024 * 1024
"""Bytes; no template or module worth reading is larger."""

SKIPPED_DIRECTORIES = frozenset(
    {
        "node_modules",
        "site-packages",
        "dist-packages",
        "__pycache__",
        "__pypackages__",
        "venv",
        "build",
        "dist",
        "cdk.out",
        "bower_components",
    }
)
"""Never user code. Directories whose name begins with a dot are skipped too."""
VENDORED_PACKAGES = frozenset({"boto3", "botocore", "s3transfer", "awscli", "pip", "setuptools"})
"""Packages that people copy beside their code without the metadata that would tell."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a directory holds under one name: a link is what it leads to, and nothing if that lies outside the root."""

    place: str
    is_file: bool
    is_dir: bool
    is_link: bool


class Directory(SourceTree):
    """A project on disk. Every path is relative to `root`; symbolic links are followed only while they stay inside it.

    Each directory is listed once, when something in it is asked for: a scan asks thousands of times, mostly for what is not there.
    """

    def __init__(self, root: Path, exclude: tuple[str, ...] = ()) -> None:
        self.root = root.resolve()
        self._exclude = exclude
        self._listings: dict[str, dict[str, Entry]] = {}

    def read(self, path: str) -> bytes:
        """Content of a file. Raises `InputError` when it is absent, unreadable, too large, or outside the root."""
        entry = self._entry(path)
        if entry is None or not entry.is_file:
            raise InputError(f"{path}: no such file")
        return read_bytes(Path(entry.place), path)

    def is_file(self, path: str) -> bool:
        """Whether a regular file inside the root is there."""
        entry = self._entry(path)
        return entry is not None and entry.is_file

    def is_dir(self, path: str) -> bool:
        """Whether a directory inside the root is there."""
        entry = self._entry(path)
        return entry is not None and entry.is_dir

    def list(self, path: str) -> tuple[str, ...]:
        """Names directly below a directory, sorted; directories end in `/`."""
        return tuple(name + "/" * entry.is_dir for name, entry in self._listing(path).items())

    def walk(self, path: str = "") -> Iterator[str]:
        """Every file below a directory, sorted by path; hidden, vendored and excluded directories are left out, links not followed."""
        if self.is_file(path):
            yield path
            return
        listing = self._listing(path)
        vendored = _vendored(listing)
        for name, entry in listing.items():
            below = f"{path}/{name}" if path else name
            if entry.is_link or name in vendored or self._excluded(below):
                continue
            if entry.is_dir:
                yield from self.walk(below)
            elif entry.is_file:
                yield below

    def _entry(self, path: str) -> Entry | None:
        if path and _ODD.search(path):
            plain = self._plain(path)
            if plain is None:
                return None
            path = plain
        if not path:
            return Entry(str(self.root), is_file=False, is_dir=True, is_link=False)
        parent, _, name = path.rpartition("/")
        return self._listing(parent).get(name)

    def _plain(self, path: str) -> str | None:
        """A path with `..` and the like by its plain name; None when it leads out of the root."""
        real = _resolved(self.root / path)
        if real is None or not real.is_relative_to(self.root):
            return None
        return "" if real == self.root else real.relative_to(self.root).as_posix()

    def _listing(self, path: str) -> dict[str, Entry]:
        """What a directory holds, sorted by name; empty when it is none, or cannot be read."""
        if path not in self._listings:
            directory = self._entry(path)
            self._listings[path] = {} if directory is None or not directory.is_dir else self._listed(directory.place)
        return self._listings[path]

    def _listed(self, place: str) -> dict[str, Entry]:
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            return {entry.name: self._found(entry) for entry in sorted(entries, key=lambda entry: entry.name)}
        return {}

    def _found(self, entry: os.DirEntry[str]) -> Entry:
        with contextlib.suppress(OSError):
            if not entry.is_symlink():
                return Entry(entry.path, entry.is_file(), entry.is_dir(), is_link=False)
            real = _resolved(Path(entry.path))
            if real is not None and real.is_relative_to(self.root):
                return Entry(str(real), real.is_file(), real.is_dir(), is_link=True)
        return Entry(entry.path, is_file=False, is_dir=False, is_link=True)

    def _excluded(self, path: str) -> bool:
        return any(path_matches(path, pattern) for pattern in self._exclude)


_ODD = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|\0")
"""A path with parts that are no names."""


class WithFiles(SourceTree):
    """A tree plus files that the user named on the command line, wherever they lie."""

    def __init__(self, tree: SourceTree, named: Mapping[str, Path]) -> None:
        self._tree = tree
        self._named = named

    def read(self, path: str) -> bytes:
        """Content of a named file, else of the tree's."""
        if path in self._named:
            return read_bytes(self._named[path], path)
        return self._tree.read(path)

    def is_file(self, path: str) -> bool:
        """Whether it is a named file or one of the tree's."""
        return (path in self._named and self._named[path].is_file()) or self._tree.is_file(path)

    def is_dir(self, path: str) -> bool:
        """As the tree says."""
        return self._tree.is_dir(path)

    def list(self, path: str) -> tuple[str, ...]:
        """As the tree says."""
        return self._tree.list(path)

    def walk(self, path: str = "") -> Iterator[str]:
        """As the tree says."""
        return self._tree.walk(path)


def _vendored(listing: Mapping[str, Entry]) -> set[str]:
    """Names in a directory that are not the user's: tools' folders, and packages installed beside their `*.dist-info`."""
    if "pyvenv.cfg" in listing:
        return set(listing)
    infos = [name for name in listing if name.endswith((".dist-info", ".egg-info"))]
    out = {name for name in listing if name in SKIPPED_DIRECTORIES or name in VENDORED_PACKAGES or name.startswith(".")}.union(infos)
    for name in infos:
        if name.endswith(".dist-info"):
            out |= _installed(Path(listing[name].place))
    return out


def _installed(info: Path) -> set[str]:
    """Top-level names that a `*.dist-info` directory says it installed."""
    try:
        record = (info / "RECORD").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {info.name.split("-")[0].lower(), info.name.split("-")[0]}
    return {line.split("/", 1)[0].split(",", 1)[0] for line in record.splitlines()[:20_000]}


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def read_bytes(place: Path, name: str) -> bytes:
    """A file's content. Raises `InputError` with one line, about its `name`, when it cannot be read or is too large."""
    try:
        if place.stat().st_size > MAX_FILE:
            raise InputError(f"{name}: larger than {MAX_FILE // 1024 // 1024} MiB")
        return place.read_bytes()
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}") from error
