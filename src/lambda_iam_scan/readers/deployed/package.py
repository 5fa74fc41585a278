"""Deployment packages and layers: fetched by their signed URL, checked against their hash, unpacked without trusting them."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import stat
import struct
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException, HTTPMessage
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import urlsplit

from lambda_iam_scan.errors import RemoteError

MAX_DOWNLOAD = 256 * 1024 * 1024
"""Bytes. Lambda takes no package that unpacks to more than 250 MB: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
MAX_ENTRIES = 100_000
MAX_DIRECTORY = 16 * 1024 * 1024
"""Bytes of an archive's table of contents."""
MAX_FILE = 16 * 1024 * 1024
MAX_TOTAL = 256 * 1024 * 1024
MAX_RATIO = 200
"""Bytes unpacked for one packed, of files above `SMALL`; source code stays below 20."""
SMALL = 1024 * 1024
TIMEOUT = 60
PAUSES = (0.5, 2.0)
"""Seconds before trying again what a busy S3 or a poor connection has interrupted."""
_PASSING = frozenset({429, 500, 502, 503, 504})
_TOO_MANY = "the package has too many files to be a Lambda package"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError, struct.error)


class Packages:
    """Unpacked packages by the hash of their archive, so that what was fetched once is never fetched again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find(self, sha256: str) -> Path | None:
        """Where the package with this hash (Base64, as Lambda gives it) lies unpacked, if it does."""
        place = self._place(sha256)
        return place if place.is_dir() else None

    def fetch(self, sha256: str, url: str) -> Path:
        """Fetch and unpack. Raises `RemoteError` when it cannot be had, is not what the hash says, or is no sound archive."""
        self._directory.mkdir(parents=True, exist_ok=True)
        place = self._place(sha256)
        with tempfile.TemporaryDirectory(dir=self._directory, prefix=".fetching-") as scratch:
            archive, unpacked = Path(scratch, "package.zip"), Path(scratch, "unpacked")
            download(url, archive)
            if _digest(archive) != sha256:
                raise RemoteError("the package is not the one that the function runs (its hash differs)")
            unpacked.mkdir()
            unpack(archive, unpacked)
            with suppress(OSError):  # another thread was first
                unpacked.replace(place)
        return place

    def _place(self, sha256: str) -> Path:
        try:
            digest = base64.b64decode(sha256, validate=True)
        except ValueError as error:
            raise RemoteError("the package has no hash by which to know it") from error
        return self._directory / digest.hex()[:40]


def download(url: str, target: Path) -> None:
    """Fetch a URL into a file, bounded. HTTPS only, plain HTTP only from this machine (emulators); no redirects."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
        raise RemoteError(f"the package lies behind a {parts.scheme or 'nameless'} URL; only https is fetched")
    for pause in (*PAUSES, None):
        try:
            _download(url, target)
        except urllib.error.HTTPError as error:
            if pause is None or error.code not in _PASSING:
                raise RemoteError(f"the package cannot be fetched: HTTP status {error.code}") from error
        except (OSError, HTTPException) as error:
            if pause is None:
                raise RemoteError(f"the package cannot be fetched: {getattr(error, 'reason', None) or error}") from error
        else:
            return
        time.sleep(pause)


def _download(url: str, target: Path) -> None:
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(url, timeout=TIMEOUT) as response, target.open("wb") as out:
        _copy(response, out, MAX_DOWNLOAD)
        announced = response.headers.get("Content-Length")
        if announced is not None and out.tell() != int(announced):
            raise OSError("the connection was closed too early")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> None:
        """Signed URLs lead to the package itself."""


def unpack(archive: Path, target: Path) -> None:
    """Write an archive's Python files (and what tells vendored packages) below `target`, an empty directory.

    Entries that are links or lead elsewhere are left out. Raises `RemoteError` for what is no archive, or one that would burst.
    """
    try:
        with _Bounded(archive.open("rb", buffering=0)) as stream, zipfile.ZipFile(stream) as opened:
            _unpack(opened, target)
    except _BROKEN as error:
        shutil.rmtree(target, ignore_errors=True)
        raise RemoteError("the package is no sound zip archive") from error


class _Bounded(io.BufferedReader):
    """An archive that is never read in greater pieces than its table of contents may be: `zipfile` reads that whole."""

    def read(self, size: int | None = -1) -> bytes:
        """As usual, but for great sizes."""
        if size is not None and size > MAX_DIRECTORY:
            raise RemoteError(_TOO_MANY)
        return super().read(size)


def _unpack(archive: zipfile.ZipFile, target: Path) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise RemoteError(_TOO_MANY)
    total = 0
    # Of entries with the same name the last stays, as when each is written over the one before.
    for path, entry in {path: entry for entry, path in _wanted(entries)}.items():
        total += entry.file_size
        if total > MAX_TOTAL or _bursts(entry):
            raise RemoteError("the package would unpack to far more than Lambda allows")
        place = target / path
        with suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_file():
                raise RemoteError(f"this machine cannot hold two files whose names differ in case alone ({path.name})")
            with archive.open(entry) as source, place.open("xb") as out:
                _copy(source, out, entry.file_size)


def _wanted(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Regular files that matter, with paths that stay below the target."""
    for entry in entries:
        path = PurePosixPath(entry.filename)
        regular = stat.S_IFMT(entry.external_attr >> 16) in (0, stat.S_IFREG)
        inside = not path.is_absolute() and ".." not in path.parts and not any(mark in entry.filename for mark in "\\\0:")
        matters = path.suffix == ".py" or (path.name == "RECORD" and path.parent.suffix == ".dist-info")
        if regular and inside and matters and not entry.is_dir() and entry.file_size <= MAX_FILE:
            yield entry, path


def _bursts(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)


def _copy(source: Any, target: IO[bytes], limit: int) -> None:
    left = limit
    while chunk := source.read(min(1024 * 1024, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise RemoteError("the package is larger than Lambda allows")
        target.write(chunk)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return base64.b64encode(hashlib.file_digest(stream, "sha256").digest()).decode()
