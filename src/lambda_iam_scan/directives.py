"""Directives that the project holds for us: `# lambda-iam-scan: ignore[LIS201] reason` and `# lambda-iam-scan: needs s3:PutObject arn:...`.

In Python and YAML they are comments: at the end of a line they concern that line, on a line of their own the next one. A template, JSON
above all, may hold the same text (one string or a list of them) in a resource's `Metadata` under the key `lambda-iam-scan`; it then
concerns that resource and the findings of that function.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lambda_iam_scan.errors import LambdaIamScanError
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.templates.nodes import Map, entry_location, load, location_of

KEY = "lambda-iam-scan"
TEMPLATES = (".yaml", ".yml", ".json", ".template")

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*lambda-iam-scan:\s*(.*)")
_IGNORE = re.compile(r"ignore\s*\[([^\]]*)\]\s*(.*)")
_NEEDS = re.compile(r"needs\s+([A-Za-z0-9-]+:[A-Za-z0-9*?]+)((?:\s+(?:arn:\S+|\*))*)\s*(.*)")
_CODE = re.compile(r"LIS\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One directive: `first` to `last` are the lines it concerns, `function` the function's id when it stands in its metadata."""

    location: Location
    """The directive itself."""
    first: int
    last: int
    function: str | None = None
    reason: str = ""

    def concerns(self, place: Location) -> bool:
        """Whether a span shares a line with this directive's."""
        end = max(place.end_line, place.line)
        return place.path == self.location.path and place.line <= self.last and self.first <= end and place.line > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore(Directive):
    """Findings of these codes are accepted here."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs(Directive):
    """The code needs an action that analysis cannot see; no resource means an unknown one."""

    action: str
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed(Directive):
    """Meant for us, but not understood; `reason` says why."""


class Directives:
    """The directives of a project, each file read once. Files that cannot be read hold none."""

    def __init__(self, tree: SourceTree) -> None:
        self._of_file = lru_cache(maxsize=None)(lambda path: tuple(_of_file(tree, path)))

    def of(self, paths: Iterable[str]) -> tuple[Directive, ...]:
        """Every directive of some files, in order of path and line."""
        return tuple(directive for path in sorted(set(paths)) for directive in self._of_file(path))


def _of_file(tree: SourceTree, path: str) -> Iterator[Directive]:
    try:
        content = tree.read(path)
    except LambdaIamScanError:
        return
    if KEY.encode() not in content:
        return
    found = _python_comments(content, path) if path.endswith(".py") else _line_comments(content, path)
    lines = content.decode("utf-8", errors="replace").split("\n")
    for location, text in found:
        line = _concerned(lines, location)
        yield _parse(text, location, line, line)
    if path.endswith(TEMPLATES):
        yield from _of_metadata(content, path)


def _python_comments(content: bytes, path: str) -> Iterator[tuple[Location, str]]:
    """By the tokenizer, so that strings are not taken for comments; up to the first error in a file that does not parse."""
    try:
        for token in tokenize.tokenize(io.BytesIO(content).readline):
            if token.type == tokenize.COMMENT and (match := _COMMENT.match(token.string)):
                line, column = token.start
                yield Location(path, line, column + 1, line, column + 1 + len(token.string)), match[1]
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        return


def _line_comments(content: bytes, path: str) -> Iterator[tuple[Location, str]]:
    for number, line in enumerate(content.decode("utf-8", errors="replace").split("\n"), 1):
        if match := _COMMENT.search(line.rstrip("\r")):
            yield Location(path, number, match.start() + 1, number, match.end() + 1), match[1]


def _concerned(lines: list[str], place: Location) -> int:
    """The line of a trailing comment; the next line with something on it for a comment that stands alone."""
    if lines[place.line - 1][: place.column - 1].strip():
        return place.line
    for number in range(place.line, len(lines)):
        text = lines[number].strip()
        if text and not text.startswith("#"):
            return number + 1
    return place.line


def _of_metadata(content: bytes, path: str) -> Iterator[Directive]:
    try:
        root = load(content, path).root
    except LambdaIamScanError:
        return
    resources = root.get("Resources") if isinstance(root, Mapping) else None
    for name, resource in resources.items() if isinstance(resources, Map) else ():
        metadata = resource.get("Metadata") if isinstance(resource, Mapping) else None
        value = metadata.get(KEY) if isinstance(metadata, Mapping) else None
        span = entry_location(resources, name, Location(path))
        for text in value if isinstance(value, list) else () if value is None else (value,):
            yield _parse(str(text), location_of(text, span), span.line, max(span.line, span.end_line), f"{path}#{name}")


def _parse(text: str, location: Location, first: int, last: int, function: str | None = None) -> Directive:
    text = text.strip()
    if match := _IGNORE.fullmatch(text):
        codes = tuple(code.strip().upper() for code in match[1].split(",") if code.strip())
        if codes and all(_CODE.fullmatch(code) for code in codes):
            return Ignore(location=location, first=first, last=last, function=function, codes=codes, reason=match[2])
        why = "names no finding code: write ignore[LIS201] and the reason"
        return Malformed(location=location, first=first, last=last, function=function, reason=why)
    if match := _NEEDS.fullmatch(text):
        resources = tuple(match[2].split())
        return Needs(location=location, first=first, last=last, function=function, action=match[1], resources=resources, reason=match[3])
    why = "is not understood: write ignore[LIS201] and the reason, or needs s3:PutObject and the ARN"
    return Malformed(location=location, first=first, last=last, function=function, reason=why)
