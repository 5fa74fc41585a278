"""Code written in a template (`ZipFile`): shown to the analysis as a file, and its places brought back to the template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import CodeUse, GapKind
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.given import GIVEN, given_name
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.model.text import Text

ROOT = ".inline"
"""A directory that no project has; the one module of inline code lies in it."""


@dataclass(frozen=True, slots=True)
class InlineTree(SourceTree):
    """One module as a tree of its own: inline code imports nothing of the project."""

    path: str
    source: bytes

    def read(self, path: str) -> bytes:
        """The module. Raises `InputError` for any other path."""
        if path != self.path:
            raise InputError(f"{path}: no such file")
        return self.source

    def is_file(self, path: str) -> bool:
        """Whether it is the module."""
        return path == self.path

    def is_dir(self, path: str) -> bool:
        """Whether it is the module's directory."""
        return path == ROOT

    def list(self, path: str) -> tuple[str, ...]:
        """The module, in its directory."""
        return (self.path.removeprefix(ROOT + "/"),) if path == ROOT else ()

    def walk(self, path: str = "") -> Iterator[str]:
        """The module."""
        yield self.path


@dataclass(frozen=True, slots=True)
class Inline:
    """A function's inline code: what to analyze, and how to bring the places back."""

    function: Function
    tree: InlineTree
    given: Mapping[str, Text]
    """What the template puts into the code (`${Bucket}`), by the names that stand for it."""
    place: Callable[[Location], Location]

    def settled(self, code: CodeUse) -> CodeUse:
        """`code` with places in the template."""
        calls = tuple(
            replace(
                call,
                location=self.place(call.location),
                trace=tuple(replace(frame, location=self.place(frame.location)) for frame in call.trace),
            )
            for call in code.calls
        )
        gaps = tuple(replace(gap, location=self.place(gap.location)) for gap in code.gaps)
        handler = self.place(code.handler) if code.handler else None
        return replace(code, calls=calls, gaps=gaps, handler=handler)


def inline_code(function: Function, template: SourceTree) -> Inline | None:
    """A function's inline code, or None when it has none that is known before deployment, but for parts that the template puts in."""
    text = function.options.get("inline")
    if not isinstance(text, Text) or function.handler is None or not any("def" in part for part in text.parts if isinstance(part, str)):
        return None
    given = {given_name(number): Text.of(part) for number, part in enumerate(text.parts) if not isinstance(part, str)}
    source = "".join(part if isinstance(part, str) else given_name(number) for number, part in enumerate(text.parts))
    path = f"{ROOT}/{function.handler.rpartition('.')[0].replace('.', '/')}.py"
    gaps = tuple(gap for gap in function.gaps if gap.kind is not GapKind.CODE_NOT_FOUND)
    return Inline(
        function=replace(function, code_roots=(ROOT,), gaps=gaps),
        tree=InlineTree(path, source.encode()),
        given=given,
        place=_placer(path, source, _whereabouts(function), template),
    )


def _whereabouts(function: Function) -> Location:
    return next((gap.location for gap in function.gaps if gap.kind is GapKind.CODE_NOT_FOUND), function.location)


def _placer(path: str, source: str, node: Location, template: SourceTree) -> Callable[[Location], Location]:
    offset = _offset(source, node, template)

    def place(location: Location) -> Location:
        if location.path != path:
            return location
        if offset is None or not location.line:
            return node
        line, column = offset
        return Location(node.path, location.line + line, location.column + column, location.end_line + line, location.end_column + column)

    return place


def _offset(source: str, node: Location, template: SourceTree) -> tuple[int, int] | None:
    """Lines and columns between the code and the template, if the code stands there as a block, line by line."""
    lines = template.read(node.path).decode("utf-8", errors="replace").splitlines()
    code = source.splitlines()
    first = next((number for number, line in enumerate(code) if line.strip()), None)
    if first is None:
        return None
    for start in (node.line, node.line - 1, node.line + 1):
        block = lines[start : start + len(code)]
        if len(block) == len(code) and all(GIVEN in text or text.strip() == line.strip() for text, line in zip(code, block, strict=True)):
            return start, len(block[first]) - len(block[first].lstrip()) - (len(code[first]) - len(code[first].lstrip()))
    return None
