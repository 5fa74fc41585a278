"""How a compiled table is stored: compact JSON, sorted, compressed; the same facts give the same bytes."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any


def packed(data: Any) -> bytes:
    """One table as bytes, as `lambda_iam_scan.tables.access` reads it."""
    text = json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return zlib.compress(text.encode(), 9)


def write(directory: Path, tables: dict[str, Any]) -> int:
    """Make `directory` hold exactly these tables and return their size in bytes. Unchanged files are left alone."""
    wanted = {directory / name: packed(data) for name, data in tables.items()}
    for path in directory.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
    return sum(map(len, wanted.values()))
