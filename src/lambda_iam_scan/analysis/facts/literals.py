"""Values of string and number literals, read from their source text by Python's own grammar and not by the host interpreter's parser."""

from __future__ import annotations

import re
import unicodedata

_PREFIX = re.compile(r"[A-Za-z]*")
_ESCAPE = re.compile(r"\\(\r\n|N\{[^}]*\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
_SIMPLE = {
    "\n": "",
    "\r\n": "",
    "\r": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


def text_of(literal: str) -> str | bytes:
    """The value of a string literal as written, prefix and quotes included."""
    prefix = _PREFIX.match(literal)
    kind = prefix.group().lower() if prefix else ""
    body = literal[len(kind) :]
    quotes = 3 if body[:3] in ('"""', "'''") and len(body) >= 6 else 1
    body = body[quotes:-quotes]
    if "r" not in kind:
        body = unescape(body)
    return body.encode("latin-1", "replace") if "b" in kind else body


def unescape(body: str) -> str:
    """Resolve backslash escapes; unknown ones stay as they are."""
    return _ESCAPE.sub(_escape, body) if "\\" in body else body


def _escape(match: re.Match[str]) -> str:
    code = match.group(1)
    if code in _SIMPLE:
        return _SIMPLE[code]
    if code[0] in "01234567":
        return chr(int(code, 8))
    if code[0] in "xuU" and len(code) > 1:
        value = int(code[1:], 16)
        return chr(value) if value <= 0x10FFFF else match.group()
    if code.startswith("N{"):
        try:
            return unicodedata.lookup(code[2:-1])
        except KeyError:
            return "\N{REPLACEMENT CHARACTER}"
    return match.group()


def number(literal: str) -> int | float | None:
    """The value of a number literal, None when it is beyond what anyone needs."""
    digits = literal.replace("_", "").lower()
    if len(digits) > 400 or digits.endswith("j"):
        return None
    try:
        if digits[:2] in ("0x", "0o", "0b"):
            return int(digits, 0)
        return int(digits) if digits.isdigit() else float(digits)
    except ValueError:
        return None
