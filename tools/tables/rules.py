"""Reads `rules/` and tells which state of it a compiled table came from."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
COMPILED = ROOT / "src" / "lambda_iam_scan" / "tables" / "compiled"


class RulesError(Exception):
    """A mistake in `rules/`: the file, the place, what is wrong."""


def toml(path: Path) -> dict[str, Any]:
    """A TOML file, or nothing when it is not there."""
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{path.relative_to(ROOT)}: {error}") from error


def folder(name: str, suffix: str = ".toml") -> dict[str, dict[str, Any]]:
    """Every file of a folder of `rules/`, by name without suffix."""
    read = toml if suffix == ".toml" else lambda path: json.loads(path.read_text(encoding="utf-8"))
    return {path.stem: read(path) for path in sorted((RULES / name).glob(f"*{suffix}"))}


def digest() -> str:
    """Of everything in `rules/` that is compiled, independent of line ends and file times."""
    sha = hashlib.sha256()
    for path in sorted((*RULES.rglob("*.toml"), *RULES.rglob("*.json"))):
        sha.update(path.relative_to(RULES).as_posix().encode() + b"\0")
        sha.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return sha.hexdigest()[:32]
