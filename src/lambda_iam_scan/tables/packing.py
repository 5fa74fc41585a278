"""How a compiled table is stored: compact JSON, sorted, compressed. The same facts give the same bytes."""

from __future__ import annotations

import json
import zlib
from typing import Any

from lambda_iam_scan.errors import TablesError

FORMAT = 1
"""Of the compiled tables; another one is refused."""
MAX_TABLE = 32 * 1024 * 1024
"""Bytes of one table, unpacked."""


def pack(data: Any) -> bytes:
    """One table as bytes."""
    text = json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return zlib.compress(text.encode(), 9)


def unpack(name: str, content: bytes) -> Any:
    """The data of one compiled table. Raises `TablesError` when it is damaged or unreasonably large."""
    try:
        stream = zlib.decompressobj()
        text = stream.decompress(content, MAX_TABLE)
        if stream.unconsumed_tail or not stream.eof:
            raise TablesError(f"compiled table {name} is cut short or too large")
        return json.loads(text)
    except (zlib.error, ValueError, RecursionError) as error:
        raise TablesError(f"compiled table {name} is damaged: {error}") from error
