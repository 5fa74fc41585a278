"""A module's facts: its text lowered to a small serialisable form, once; a warm scan reads them back without importing libcst."""

from __future__ import annotations

import hashlib
import marshal
import re
import sys
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.source import Location

_MAGIC = b"lambda-iam-scan facts 6 " + sys.implementation.cache_tag.encode() + b"\n" if sys.implementation.cache_tag else b"facts 6\n"
_DIGEST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFacts:
    """Everything of a module that can carry a value. `body` is described in `ir`; `lines` are the offsets at which lines start."""

    path: str
    body: tuple[Node, ...]
    lines: tuple[int, ...]

    def location(self, pos: tuple[int, int]) -> Location:
        """The span of the file that a node's `pos` stands for."""
        (line, column), (end_line, end_column) = self._point(pos[0]), self._point(pos[1])
        return Location(self.path, line, column, end_line, end_column)

    def _point(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.lines, offset)
        return line, offset - self.lines[line - 1] + 1

    def to_bytes(self) -> bytes | None:
        """For a cache addressed by content: everything but the path. Only this version of tool and interpreter reads it back.

        None: nested more deeply than can be written.
        """
        try:
            payload = marshal.dumps((self.body, self.lines))
        except ValueError:
            return None
        return _MAGIC + hashlib.blake2b(payload, digest_size=_DIGEST).digest() + payload

    @classmethod
    def from_bytes(cls, data: bytes, path: str) -> ModuleFacts | None:
        """What `to_bytes` wrote, for the module at `path`; None when the bytes are damaged or of another version."""
        start = len(_MAGIC) + _DIGEST
        payload = data[start:]
        if not data.startswith(_MAGIC) or hashlib.blake2b(payload, digest_size=_DIGEST).digest() != data[len(_MAGIC) : start]:
            return None
        body, lines = marshal.loads(payload)  # noqa: S302 - the digest above proves that these are the bytes we wrote
        return cls(path=path, body=body, lines=lines)

    def copied(self, path: str) -> ModuleFacts | None:
        """The same text at another path, with nodes of its own, by whose identity the analysis tells code apart. None as `to_bytes`."""
        written = self.to_bytes()
        return None if written is None else ModuleFacts.from_bytes(written, path)


_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


def decode(source: bytes) -> str:
    """The text of a module, by its byte order mark or coding cookie (PEP 263), else UTF-8. Raises ValueError or LookupError."""
    if source.startswith(b"\xef\xbb\xbf"):
        return source[3:].decode("utf-8")
    for line in source.split(b"\n", 2)[:2]:
        if match := _COOKIE.match(line):
            return str(source.decode(match.group(1).decode("ascii")))
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return source.decode("utf-8")


def extract(source: bytes, path: str) -> ModuleFacts | Gap:
    """Lower one module; a Gap with the line when it is no Python that libcst reads."""
    try:
        text = decode(source)
    except (ValueError, LookupError) as error:
        return Gap(kind=GapKind.UNPARSABLE, reason=f"cannot be decoded: {error}", location=Location(path))
    if "\0" in text:
        return Gap(kind=GapKind.UNPARSABLE, reason="not valid Python: it contains null bytes", location=Location(path))
    from lambda_iam_scan.analysis.facts.lower import Unparsable

    try:
        body = _lowered(text)
    except Unparsable as error:
        where = Location(path, error.line, error.column, error.line, error.column + 1) if error.line else Location(path)
        return Gap(kind=GapKind.UNPARSABLE, reason=error.reason, location=where)
    return ModuleFacts(path=path, body=body, lines=_line_starts(text))


def _lowered(text: str) -> tuple[Node, ...]:
    """A module's statements in one piece of memory, written and read back when libcst's nodes are gone. As they are made they lie
    scattered among those, whose memory they would keep in pieces: that made a scan of 300 functions a quarter slower."""
    from lambda_iam_scan.analysis.facts.lower import lower

    body = lower(text)
    try:
        written = marshal.dumps(body)
    except ValueError:  # nested more deeply than can be written
        return body
    del body
    read: tuple[Node, ...] = marshal.loads(written)  # noqa: S302 - just written
    return read


def _line_starts(text: str) -> tuple[int, ...]:
    if "\r" in text:
        return (0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text)))
    return (0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1]))


def find_handlers(facts: ModuleFacts) -> tuple[tuple[str, Location], ...]:
    """Entry points of a module that nothing declares: `lambda_handler`, `handler`, and every `(event, context)` function, in order.

    A handler may also be made: `handler = Mangum(app)`, `lambda_handler = builder.lambda_handler()`.
    """
    found = [(function[0], facts.location(function[5])) for function in _top_functions(facts.body) if _is_handler(function)]
    found += [(name, facts.location(pos)) for name, pos in _made_handlers(facts.body)]
    return tuple(dict(found).items())


def _made_handlers(body: tuple[Node, ...]) -> list[tuple[str, tuple[int, int]]]:
    out = []
    for statement in body:
        targets = statement[1] if statement[0] == "assign" else ()
        names = [target[1] for target in targets if target[0] == "name" and target[1] in ("lambda_handler", "handler")]
        value = statement[2] if names else None
        if value is not None and value[0] in ("call", "attr") and not _logs(value):
            out += [(name, value[3]) for name in names]
    return out


def _logs(value: Node) -> bool:
    """Whether this makes a handler of the `logging` package."""
    made = value[1] if value[0] == "call" else value
    name = made[2] if made[0] == "attr" else made[1]
    return name in _LOG_HANDLERS or "logging" in str(made)


_LOG_HANDLERS = frozenset(
    f"{kind}Handler"
    for kind in ("Stream", "File", "Null", "RotatingFile", "TimedRotatingFile", "Queue", "Memory", "SysLog", "Rich", "CloudWatchLog")
)
"""Classes whose objects are called handlers, too: source, the Python library reference, `logging.handlers`, and packages like them."""


def _top_functions(body: tuple[Node, ...]) -> list[Any]:
    out = []
    for statement in body:
        if statement[0] == "def":
            out.append(statement[1])
        elif statement[0] == "if":
            out += _top_functions(statement[2]) + _top_functions(statement[3])
        elif statement[0] == "try":
            out += _top_functions(statement[1]) + _top_functions(statement[3])
    return out


def _is_handler(function: Any) -> bool:
    name, parameters = function[0], [parameter[0].lstrip("_") for parameter in function[1]]
    if name in ("lambda_handler", "handler"):
        return len(parameters) >= 2 or any(parameter[1] == 2 for parameter in function[1])
    return parameters[:2] in (["event", "context"], ["event", "ctx"]) and len(parameters) == 2
