"""The file I/O of a scan but for the project itself: configuration, shipped tables, the cache of facts, output files."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lambda_iam_scan.directory import MAX_FILE, read_bytes
from lambda_iam_scan.errors import InputError, TablesError, UsageError

TEMPLATE_SUFFIXES = (".yaml", ".yml", ".json", ".template")
_ROOT_NAMES = (".git", "cdk.json", "serverless.yml", "serverless.yaml")
CONFIG_NAMES = ("lambda-iam-scan.toml", ".lambda-iam-scan.toml")


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
        return read_bytes(path, str(path)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text") from error
