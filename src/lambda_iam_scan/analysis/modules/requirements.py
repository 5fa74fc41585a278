"""What a project says that it installs, and which of it comes from elsewhere than an index of packages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from posixpath import basename
from typing import Any, cast

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.source import SourceTree

_LINE = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:@\s*(\S+))?")
_EGG = re.compile(r"(?:-e\s+|--editable[ =])?(\S+)[#&]egg=([\w.-]+)")
_ELSEWHERE = ("git", "path", "url", "file")
_Found = tuple[str, str | None]


def origin(tree: SourceTree, module: str) -> str | None:
    """Where a top-level module is installed from: `""` an index of packages, an address or path, None where no requirement brings it.

    Names of packages and of what one imports from them differ in small ways (`PyYAML`, `python-dateutil`).
    """
    wanted, known = _plain(module), _requirements(cast(Hashable, tree))
    forms = (wanted, f"python{wanted}", f"py{wanted}", f"{wanted}python")
    return next((known[form] for form in forms if form in known), None)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]", "", name.lower())


@lru_cache(maxsize=2)
def _requirements(tree: Hashable) -> Mapping[str, str]:
    files, found = cast(SourceTree, tree), dict[str, str]()
    for path in files.walk():
        for name, place in _in_file(files, path):
            found[_plain(name)] = found.get(_plain(name)) or place or ""
    return found


def _in_file(tree: SourceTree, path: str) -> Iterable[_Found]:
    name = basename(path)
    plain = name.endswith((".txt", ".in")) and "require" in path
    if not plain and name not in ("pyproject.toml", "Pipfile"):
        return ()
    try:
        text = tree.read(path).decode("utf-8", "replace")
        return _in_lines(text.splitlines()) if plain else _in_table(tomllib.loads(text))
    except (InputError, tomllib.TOMLDecodeError):
        return ()


def _in_lines(lines: Iterable[str]) -> Iterator[_Found]:
    """PEP 508, and what pip writes for repositories."""
    for line in lines:
        if match := _EGG.match(line):
            yield match[2], match[1]
        elif match := _LINE.match(line):
            yield match[1], match[2]


def _in_table(table: Mapping[str, Any]) -> Iterator[_Found]:
    """PEP 621's and PEP 735's lists; Poetry's, Pipenv's and uv's tables."""
    for key, value in table.items():
        if "dependencies" in key or key in ("packages", "dev-packages", "dependency-groups", "sources"):
            yield from _declared(value)
        elif isinstance(value, dict):
            yield from _in_table(value)


def _declared(value: Any) -> Iterator[_Found]:
    if isinstance(value, list):
        yield from _in_lines(item for item in value if isinstance(item, str))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name, next((str(inner[key]) for key in _ELSEWHERE if key in inner), None) if isinstance(inner, dict) else None
            if isinstance(inner, list):
                yield from _declared(inner)
