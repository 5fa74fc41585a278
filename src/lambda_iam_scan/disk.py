"""All file I/O of a scan: the source tree, configuration, shipped tables, the cache of facts, output files."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lambda_iam_scan.config import path_matches
from lambda_iam_scan.errors import InputError, TablesError, UsageError
from lambda_iam_scan.model.source import SourceTree

MAX_FILE = 16 * 1024 * 1024
"""Bytes; no template or module worth reading is larger."""

TEMPLATE_SUFFIXES = (".yaml", ".yml", ".json", ".template")
_ROOT_NAMES = (".git", "cdk.json", "serverless.yml", "serverless.yaml")
CONFIG_NAMES = ("lambda-iam-scan.toml", ".lambda-iam-scan.toml")

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


class Directory(SourceTree):
    """A project on disk. Every path is relative to `root`; symbolic links are followed only while they stay inside it."""

    def __init__(self, root: Path, exclude: tuple[str, ...] = ()) -> None:
        self.root = root.resolve()
        self._exclude = exclude
        self._directories: dict[str, Path | None] = {}
        """Where each directory asked for really is; None outside the root. A scan asks thousands of times about the same few."""

    def read(self, path: str) -> bytes:
        """Content of a file. Raises `InputError` when it is absent, unreadable, too large, or outside the root."""
        real = self._inside(path)
        if real is None or not real.is_file():
            raise InputError(f"{path}: no such file")
        return _read_bytes(real)

    def is_file(self, path: str) -> bool:
        """Whether a regular file inside the root is there."""
        real = self._inside(path)
        return real is not None and real.is_file()

    def is_dir(self, path: str) -> bool:
        """Whether a directory inside the root is there."""
        real = self._inside(path)
        return real is not None and real.is_dir()

    def list(self, path: str) -> tuple[str, ...]:
        """Names directly below a directory, sorted; directories end in `/`."""
        real = self._inside(path)
        if real is None or not real.is_dir():
            return ()
        with contextlib.suppress(OSError), os.scandir(real) as entries:
            return tuple(sorted(entry.name + "/" * entry.is_dir() for entry in entries))
        return ()

    def walk(self, path: str = "") -> Iterator[str]:
        """Every file below a directory, sorted by path; hidden, vendored and excluded directories are left out, links not followed."""
        real = self._inside(path)
        if real is None:
            return
        if real.is_file():
            yield path
            return
        try:
            entries = sorted(os.scandir(real), key=lambda entry: entry.name)
        except OSError:
            return
        vendored = _vendored(entries)
        for entry in entries:
            below = f"{path}/{entry.name}" if path else entry.name
            if entry.name in vendored or self._excluded(below):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self.walk(below)
            elif entry.is_file(follow_symlinks=False):
                yield below

    def _inside(self, path: str) -> Path | None:
        """The real path of what lies inside the root."""
        if "\0" in path:
            return None
        parent, _, name = path.rpartition("/")
        if path.startswith("/") or name in ("", ".", ".."):
            return self._resolved(path)
        if parent not in self._directories:
            self._directories[parent] = self._resolved(parent)
        directory = self._directories[parent]
        if directory is None:
            return None
        place = directory / name
        return self._resolved(path) if place.is_symlink() else place

    def _resolved(self, path: str) -> Path | None:
        try:
            real = (self.root / path).resolve()
        except (OSError, RuntimeError):
            return None
        return real if real.is_relative_to(self.root) else None

    def _excluded(self, path: str) -> bool:
        return any(path_matches(path, pattern) for pattern in self._exclude)


class WithFiles(SourceTree):
    """A tree plus files that the user named on the command line, wherever they lie."""

    def __init__(self, tree: SourceTree, named: Mapping[str, Path]) -> None:
        self._tree = tree
        self._named = named

    def read(self, path: str) -> bytes:
        """Content of a named file, else of the tree's."""
        if path in self._named:
            return _read_bytes(self._named[path])
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


def _vendored(entries: list[os.DirEntry[str]]) -> frozenset[str]:
    """Names among a directory's entries that are not the user's: tools' folders, and packages installed beside their `*.dist-info`."""
    names = {entry.name for entry in entries}
    out = {name for name in names if name in SKIPPED_DIRECTORIES or name.startswith(".") or name.endswith((".dist-info", ".egg-info"))}
    if "pyvenv.cfg" in names:
        return frozenset(names)
    out |= names & VENDORED_PACKAGES
    for entry in entries:
        if entry.name.endswith(".dist-info"):
            out |= _installed(Path(entry.path))
    return frozenset(out)


def _installed(info: Path) -> set[str]:
    """Top-level names that a `*.dist-info` directory says it installed."""
    try:
        record = (info / "RECORD").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {info.name.split("-")[0].lower(), info.name.split("-")[0]}
    return {line.split("/", 1)[0].split(",", 1)[0] for line in record.splitlines()[:20_000]}


def project_root(paths: tuple[Path, ...]) -> Path:
    """Nearest ancestor of all `paths` that holds a template, a configuration of ours or `.git`; else the paths' own directory.

    The home directory, the directory for temporary files and the file system's root are never taken by way of search.
    """
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: no such file or directory")
    common = Path(os.path.commonpath([path.resolve() for path in paths]))
    start = common if common.is_dir() else common.parent
    stops = {Path.home().resolve(), Path(tempfile.gettempdir()).resolve(), Path(start.anchor)}
    for directory in (start, *start.parents):
        if directory in stops:
            break
        if _marks_a_project(directory):
            return directory
    return start


def _marks_a_project(directory: Path) -> bool:
    if find_config(directory) is not None or any((directory / name).exists() for name in _ROOT_NAMES):
        return True
    with contextlib.suppress(OSError):
        return any(child.suffix == ".tf" or _looks_like_template(child) for child in sorted(directory.iterdir()))
    return False


def _looks_like_template(path: Path) -> bool:
    try:
        if path.suffix not in TEMPLATE_SUFFIXES or not path.is_file() or path.stat().st_size > MAX_FILE:
            return False
        text = path.read_bytes()
    except OSError:
        return False
    return b"Resources" in text and b"AWS::" in text


def find_config(directory: Path) -> Path | None:
    """The configuration file that a directory holds, if any."""
    for name in CONFIG_NAMES:
        if (directory / name).is_file():
            return directory / name
    pyproject = directory / "pyproject.toml"
    with contextlib.suppress(OSError):
        if pyproject.is_file() and b"[tool.lambda-iam-scan" in pyproject.read_bytes():
            return pyproject
    return None


def read_config(path: Path) -> dict[str, Any]:
    """The settings table of a configuration file, unchecked. Raises `UsageError` when it is no TOML."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name}: {error}") from error
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("lambda-iam-scan", {})
    return data


def load_table(name: str) -> bytes | None:
    """One compiled table by name: a newer one that `rules update` put into the user's cache, else the shipped one."""
    newer = updated_tables() / name
    return _table(newer) if newer.is_file() else shipped_table(name)


def shipped_table(name: str) -> bytes | None:
    """One compiled table as the package has it."""
    own = files("lambda_iam_scan.tables") / "compiled" / name
    return _table(own) if own.is_file() else None


def _table(path: Any) -> bytes:
    try:
        content: bytes = path.read_bytes()
    except OSError as error:
        raise TablesError(f"cannot read table {path.name}: {error.strerror or error}") from error
    return content


@lru_cache(maxsize=1)
def updated_tables() -> Path:
    """Where `rules update` puts tables: of use only with the shipped tables that they were made from, so named after them."""
    base = hashlib.blake2b(shipped_table("index") or b"", digest_size=8).hexdigest()
    return cache_directory() / "tables" / base


def install_tables(tables: Mapping[str, bytes]) -> None:
    """Put newer tables in force, all of them or none. Raises `TablesError` when the cache cannot be written."""
    target = updated_tables()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".writing-") as temporary:
            fresh = Path(temporary) / "tables"
            for name, content in tables.items():
                (fresh / name).parent.mkdir(parents=True, exist_ok=True)
                (fresh / name).write_bytes(content)
            forget_tables()
            fresh.replace(target)
    except OSError as error:
        raise TablesError(f"cannot write {target}: {error.strerror or error}") from error


def forget_tables() -> bool:
    """Go back to the shipped tables. False when nothing else was in force."""
    target = updated_tables()
    if not target.is_dir():
        return False
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".old-") as temporary:
        target.replace(Path(temporary) / "tables")
    return True


def rules_directory() -> Path:
    """The readable rules: inside the package when installed from a wheel, beside `src/` in a checkout (editable install)."""
    package = Path(__file__).parent
    for place in (package / "rules", package.parents[1] / "rules"):
        if (place / "services").is_dir():
            return place
    raise TablesError("the rules directory is not where the installation should have put it; reinstall lambda-iam-scan")


@lru_cache(maxsize=1)
def cache_directory() -> Path:
    """Where cached facts and updated tables live: `$LAMBDA_IAM_SCAN_CACHE`, else the platform's cache directory."""
    if chosen := os.environ.get("LAMBDA_IAM_SCAN_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("lambda-iam-scan", appauthor=False)


class Cache:
    """Content-addressed bytes on disk. A cache that cannot be read or written is no error, only slower."""

    def __init__(self, directory: Path, kind: str) -> None:
        self._directory = directory / kind

    def load(self, content: bytes) -> bytes | None:
        """What is stored for `content`, if anything."""
        with contextlib.suppress(OSError):
            return self._place(content).read_bytes()
        return None

    def store(self, content: bytes, data: bytes) -> None:
        """Keep `data` for `content`."""
        with contextlib.suppress(OSError):
            _write_whole(self._place(content), data)

    def _place(self, content: bytes) -> Path:
        digest = hashlib.blake2b(content, digest_size=20).hexdigest()
        return self._directory / digest[:2] / digest[2:]


def _write_whole(path: Path, data: bytes) -> None:
    """Write so that a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def write_output(path: Path, text: str) -> None:
    """Write a report. Raises `UsageError` when the place cannot be written."""
    try:
        _write_whole(path, text.encode("utf-8", errors="backslashreplace"))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def read_text(path: Path) -> str:
    """A text file that the user named. Raises `InputError` with one line when it cannot be read."""
    try:
        return _read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text") from error


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            raise InputError(f"{path}: larger than {MAX_FILE // 1024 // 1024} MiB")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
