"""Settings of one run: flags, over `lambda-iam-scan.toml` or `[tool.lambda-iam-scan]`, over defaults. Pure; disk reads the files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.model.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a user can choose about a scan. Paths are relative to the project root."""

    paths: tuple[str, ...] = ("",)
    """Code to look at; functions whose code lies elsewhere are left out."""
    templates: tuple[str, ...] = ()
    """Read exactly these instead of looking for templates."""
    policies: tuple[str, ...] = ()
    """Policy files that stand for the execution role of every function."""
    exclude: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    """Values for template parameters."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignore: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severities: tuple[tuple[str, Severity], ...] = ()
    fail_on: Severity = Severity.ERROR
    honour_suppressions: bool = True
    baseline: str | None = None
    """File of accepted findings."""


def path_matches(path: str, pattern: str) -> bool:
    """Whether a path of the project is meant by a pattern: a file, or everything below a directory, at any depth.

    `*` and `?` as in the shell, but they cross `/`, so that `legacy`, `legacy/*` and `legacy/**` all mean what lies below `legacy`.
    """
    wanted = pattern.removeprefix("./").rstrip("/")
    return any(
        fnmatchcase(path, start + middle + end)
        for middle in {wanted, wanted.replace("**/", "")}
        for start in ("", "*/")
        for end in ("", "/*")
    )


def configured(table: Mapping[str, Any], where: str) -> Settings:
    """Settings from a parsed configuration table; `where` names its file in errors.

    Raises `UsageError` for an unknown key, a value of the wrong type, or a severity or code that does not exist.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{where}: unknown key {key!r}{_did_you_mean(key, _KEYS)}")
        field, convert = _KEYS[key]
        try:
            values[field] = convert(value)
        except ValueError as error:
            raise UsageError(f"{where}: {key}: {error}") from error
    return Settings(**values)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    options = sorted(known)
    close = get_close_matches(word.lower().replace("_", "-"), options, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f" (there are {', '.join(options)})"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a string, not {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"expected a list of strings, not {value!r}")
    return tuple(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, not {value!r}")
    return value


def _codes(value: object) -> tuple[str, ...]:
    return tuple(_code(code) for code in _texts(value))


def _code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no finding code or the beginning of one (LIS101, LIS2)")
    return code


def _severity(value: object) -> Severity:
    if value not in list(Severity):
        raise ValueError(f"expected error, warning or note, not {value!r}")
    return Severity(str(value))


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"expected a table, not {value!r}")
    return value


def _parameters(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(text).lower() if isinstance(text, bool) else str(text)) for name, text in sorted(_table(value).items()))


def _path_codes(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((pattern, _codes(codes)) for pattern, codes in _table(value).items())


def _severities(value: object) -> tuple[tuple[str, Severity], ...]:
    return tuple((_code(code), _severity(severity)) for code, severity in _table(value).items())


_CODE = re.compile(r"LIS\d{0,3}")
_KEYS: dict[str, tuple[str, Callable[[object], object]]] = {
    "paths": ("paths", _texts),
    "templates": ("templates", _texts),
    "policies": ("policies", _texts),
    "exclude": ("exclude", _texts),
    "parameters": ("parameters", _parameters),
    "select": ("select", _codes),
    "ignore": ("ignore", _codes),
    "per-path-ignore": ("per_path_ignore", _path_codes),
    "severity": ("severities", _severities),
    "fail-on": ("fail_on", _severity),
    "suppressions": ("honour_suppressions", _flag),
    "baseline": ("baseline", _text),
}
"""Key in the file -> field of `Settings`, and what reads its value (raising `ValueError`)."""
