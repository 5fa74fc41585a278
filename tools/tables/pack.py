"""Writes the compiled tables to their directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lambda_iam_scan.tables.packing import pack


def write(directory: Path, tables: dict[str, Any]) -> int:
    """Make `directory` hold exactly these tables and return their size in bytes. Unchanged files are left alone."""
    wanted = {directory / name: pack(data) for name, data in tables.items()}
    for path in directory.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
    return sum(map(len, wanted.values()))
