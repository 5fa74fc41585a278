"""Fetches AWS's service reference, or reads a copy of it from a directory."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

from lambda_iam_scan.errors import RemoteError
from lambda_iam_scan.tables.reference import MAX_DOCUMENT, read_index

INDEX = "https://servicereference.us-east-1.amazonaws.com/"
"""Lists the services: https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html"""
TIMEOUT = 30
"""Seconds without an answer."""
PATIENCE = 120
"""Seconds that one document may take: an answer that drips has no end."""
WORKERS = 8
MAX_SERVICES = 2000
_LISTS = {"service-list.json", "index.json", "mapping.json"}
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def documents(source: str) -> Iterator[tuple[str, bytes]]:
    """IAM prefix and document of every service, from a directory or by way of a list of services. Raises `RemoteError`."""
    if source.startswith(("http://", "https://")):
        return _fetched(source)
    return _read(Path(source))


def _read(directory: Path) -> Iterator[tuple[str, bytes]]:
    """A copy on disk: one `<prefix>.json` a service, at any depth; lists of services beside them are not read."""
    if not directory.is_dir():
        raise RemoteError(f"{directory}: no such directory")
    found = sorted(path for path in directory.rglob("*.json") if path.name not in _LISTS)
    if not found:
        raise RemoteError(f"{directory}: no service's document (<prefix>.json) in it")
    for path in found[:MAX_SERVICES]:
        try:
            if path.stat().st_size > MAX_DOCUMENT:
                raise RemoteError(f"{path}: too large")
            yield path.stem, path.read_bytes()
        except OSError as error:
            raise RemoteError(f"{path}: {error.strerror or error}") from error


def _fetched(url: str) -> Iterator[tuple[str, bytes]]:
    index = read_index(_get(url))
    if len(index) > MAX_SERVICES:
        raise RemoteError(f"the list of services names {len(index)} of them")
    addresses = {prefix: urljoin(url, address) for prefix, address in sorted(index.items())}
    for prefix, address in addresses.items():
        if urlsplit(address)[:2] != urlsplit(url)[:2]:
            raise RemoteError(f"the list of services sends {prefix} to another host")
    with ThreadPoolExecutor(WORKERS) as pool:
        yield from zip(addresses, pool.map(_get, addresses.values()), strict=True)


class _SameHost(HTTPRedirectHandler):
    """Follows a redirect only to where the request went."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            raise RemoteError(f"{req.full_url}: redirected to another host")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _line(reason: object) -> str:
    """What went wrong in one line: a server words part of it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(reason)).split())[:200]


def _body(reply: Any, url: str) -> bytes:
    """At most a little more than a document may have."""
    end = time.monotonic() + PATIENCE
    content = bytearray()
    while len(content) <= MAX_DOCUMENT and (piece := reply.read1(65_536)):
        content += piece
        if time.monotonic() > end:
            raise RemoteError(f"{url}: not complete after {PATIENCE} seconds")
    return bytes(content)


def _get(url: str) -> bytes:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOCAL:
        raise RemoteError(f"{url}: only https is trusted")
    try:
        with contextlib.closing(build_opener(_SameHost).open(url, timeout=TIMEOUT)) as reply:
            content = _body(reply, url)
            promised = reply.headers.get("Content-Length")
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise RemoteError(f"{url}: {_line(getattr(error, 'reason', None) or error)}") from error
    if len(content) > MAX_DOCUMENT:
        raise RemoteError(f"{url}: larger than {MAX_DOCUMENT // 1024 // 1024} MiB")
    if promised is not None and promised.isdigit() and int(promised) != len(content):
        raise RemoteError(f"{url}: cut short")
    return content
