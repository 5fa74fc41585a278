"""YAML and JSON as nodes that know where they stand.

Nodes are ordinary dictionaries, lists and strings with a `location`, so that code which knows nothing of positions (the SAM
translator) can carry them through. Reading is safe and bounded: no tag ever builds an object, dates stay text, and depth
and size (aliases written out) have limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import yaml

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.source import Location

MAX_DEPTH = 200
"""Levels of nesting; CloudFormation itself stops far earlier."""
MAX_NODES = 1_000_000
"""Nodes with every alias written out."""


class Map(dict[str, Any]):
    """A mapping. Keys are `Str` and keep their places."""

    __slots__ = ("location",)
    location: Location

    def __init__(self, location: Location) -> None:
        super().__init__()
        self.location = location

    def __deepcopy__(self, memo: dict[int, Any]) -> Map:
        copy = Map(self.location)
        memo[id(self)] = copy
        for key, value in self.items():
            copy[key] = deepcopy(value, memo)
        return copy


class Seq(list[Any]):
    """A sequence."""

    __slots__ = ("location",)
    location: Location

    def __init__(self, location: Location) -> None:
        super().__init__()
        self.location = location

    def __deepcopy__(self, memo: dict[int, Any]) -> Seq:
        copy = Seq(self.location)
        memo[id(self)] = copy
        copy.extend(deepcopy(value, memo) for value in self)
        return copy


class Str(str):
    """A string."""

    __slots__ = ("location",)
    location: Location

    def __new__(cls, value: str, location: Location) -> Str:
        self = super().__new__(cls, value)
        self.location = location
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Str:
        return self

    def __getnewargs__(self) -> tuple[str, Location]:  # type: ignore[override]  # str's own stub promises one element
        return str(self), self.location


class Int(int):
    """A whole number; `text` is how it is written, since account numbers lose their leading zeros as numbers."""

    text: str
    location: Location

    def __new__(cls, value: int, text: str, location: Location) -> Int:
        self = super().__new__(cls, value)
        self.text = text
        self.location = location
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Int:
        return self

    def __getnewargs__(self) -> tuple[int, str, Location]:  # type: ignore[override]  # as above
        return int(self), self.text, self.location


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its root node, and keys that stand twice in one mapping (the last one counts, as with AWS's own tools)."""

    root: Any
    duplicates: tuple[Str, ...] = ()


def location_of(node: Any, default: Location) -> Location:
    """Where a node stands, or `default` for one that the SAM translator made up."""
    found = getattr(node, "location", None)
    return found if isinstance(found, Location) else default


def key_of(mapping: Any, name: str) -> Any:
    """The key itself as written, with its location, or the bare name."""
    return next((key for key in mapping if key == name), name)


def entry_location(mapping: Any, name: str, default: Location) -> Location:
    """From a mapping's key to the end of its value; a key that a tool wrote stands where its value stands."""
    value = location_of(mapping.get(name), location_of(mapping, default))
    start = location_of(key_of(mapping, name), value)
    if value.path != start.path or (value.end_line, value.end_column) < (start.end_line, start.end_column):
        return start
    return Location(start.path, start.line, start.column, value.end_line, value.end_column)


def load(content: bytes, path: str) -> Document:
    """Read YAML or JSON. Raises `InputError`, one line with place, for what is neither or exceeds the limits."""
    try:
        return _Builder(path).build(content)
    except yaml.MarkedYAMLError as error:
        if (document := _json(content, path)) is not None:
            return document
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InputError(f"{path}{place}: {error.problem or error.context or 'not YAML'}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not YAML text: {' '.join(str(error).split())}") from error


def _json(content: bytes, path: str) -> Document | None:
    """JSON that YAML does not take (surrogate pairs, very long keys): right values, but only the file as their place."""
    try:
        return Document(_located(json.loads(content), Location(path)))
    except (ValueError, RecursionError):
        return None


def _located(value: Any, location: Location) -> Any:
    if isinstance(value, dict):
        mapping = Map(location)
        mapping.update((Str(key, location), _located(item, location)) for key, item in value.items())
        return mapping
    if isinstance(value, list):
        sequence = Seq(location)
        sequence.extend(_located(item, location) for item in value)
        return sequence
    return Str(value, location) if isinstance(value, str) else value


# What plain scalars mean: YAML 1.1 as CloudFormation reads it, but no dates (`Version: 2012-10-17`) and no base-60 numbers.
_BOOLEANS = {
    word: value
    for words, value in (("yes on true", True), ("no off false", False))
    for base in words.split()
    for word in (base, base.title(), base.upper())
}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)\Z|0x[0-9a-fA-F]+\Z|[0-9]{1,20}\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_STANDARD = "tag:yaml.org,2002:"


def _plain(text: str, location: Location) -> Any:
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if len(text) > 40 or text[0] not in "0123456789+-.":
        return Str(text, location)
    if _INT.match(text):
        return Int(int(text.replace("_", ""), 16 if text[:2] == "0x" else 10), text, location)
    if _FLOAT.match(text):
        return float(text.replace("_", ""))
    return Str(text, location)


@dataclass(slots=True)
class _Open:
    """A collection under construction. `key` waits for its value in a mapping."""

    node: Map | Seq
    tag: str | None
    anchor: str | None
    size: int = 1
    key: Any = None
    has_key: bool = False
    merges: list[Any] = field(default_factory=list)


class _Builder:
    """Builds nodes from the parser's events, with a stack of its own: hostile nesting cannot exhaust Python's or C's."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._duplicates: list[Str] = []
        self._roots: list[Any] = []
        self._size = 0

    def build(self, content: bytes) -> Document:
        for event in self._events(content):
            self._event(event)
        if len(self._roots) > 1:
            raise InputError(f"{self._path}: holds more than one YAML document")
        return Document(self._roots[0] if self._roots else None, tuple(self._duplicates))

    def _events(self, content: bytes) -> Iterator[yaml.Event]:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return iter(yaml.parse(content, Loader=loader))

    def _event(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), 1, event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise self._error(event, f"alias *{event.anchor} names nothing before it")
            node, size = self._anchors[event.anchor]
            self._add(node, size, None)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self._stack) >= MAX_DEPTH:
                raise self._error(event, f"nested deeper than {MAX_DEPTH} levels")
            kind = Map if isinstance(event, yaml.MappingStartEvent) else Seq
            self._stack.append(_Open(kind(self._location(event)), event.tag, event.anchor))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close(event)

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        location = self._location(event)
        literal = bool(event.style) or event.tag == _STANDARD + "str" or self._wants_key()
        value = Str(event.value, location) if literal else _plain(event.value, location)
        return _tagged(event.tag, "" if value is None and event.tag else value, location)

    def _wants_key(self) -> bool:
        """Keys are always text: `ON: x` is a variable named ON, whatever YAML 1.1 makes of it."""
        return bool(self._stack) and isinstance(self._stack[-1].node, Map) and not self._stack[-1].has_key

    def _close(self, event: yaml.Event) -> None:
        done = self._stack.pop()
        node = done.node
        for merged in done.merges:
            _merge(node, merged)
        node.location = self._span(node, event)
        self._add(_tagged(done.tag, node, node.location), done.size, done.anchor)

    def _span(self, node: Map | Seq, event: yaml.Event) -> Location:
        """A block collection's end mark is the next token's; it really ends with its last child."""
        start, end = node.location, _point(event.end_mark)
        if end == _point(event.start_mark):
            children = [part.location for part in _parts(node) if hasattr(part, "location") and part.location.line >= start.line]
            end = max(((child.end_line, child.end_column) for child in children), default=(start.line, start.column))
        return Location(self._path, start.line, start.column, *end)

    def _add(self, node: Any, size: int, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = (node, size)
        if not self._stack:
            self._roots.append(node)
            return
        parent = self._stack[-1]
        parent.size += size
        if parent.size > MAX_NODES:
            raise InputError(f"{self._path}: larger than {MAX_NODES} nodes when its aliases are written out")
        if isinstance(parent.node, Seq):
            parent.node.append(node)
        elif not parent.has_key:
            parent.key, parent.has_key = node, True
        else:
            self._entry(parent, node)

    def _entry(self, parent: _Open, value: Any) -> None:
        assert isinstance(parent.node, Map)
        key, parent.has_key = parent.key, False
        if key == "<<":
            parent.merges.append(value)
            return
        name = key if isinstance(key, Str) else Str(str(key), location_of(key, parent.node.location))
        if name in parent.node:
            self._duplicates.append(name)
        parent.node[name] = value

    def _location(self, event: yaml.Event) -> Location:
        start, end = _point(event.start_mark), _point(event.end_mark)
        if isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">") and end[0] > start[0] and end[1] == 1:
            end = (end[0] - 1, 1)  # its end mark is the beginning of the next line
        return Location(self._path, *start, *end)

    def _error(self, event: yaml.Event, message: str) -> InputError:
        line, column = _point(event.start_mark)
        return InputError(f"{self._path}:{line}:{column}: {message}")


def _point(mark: Any) -> tuple[int, int]:
    """Line and column of one of PyYAML's marks, from 1."""
    return mark.line + 1, mark.column + 1


def _parts(node: Map | Seq) -> Iterator[Any]:
    if isinstance(node, Map):
        for key, value in node.items():
            yield key
            yield value
    else:
        yield from node


def _merge(node: Map | Seq, merged: Any) -> None:
    """YAML's merge key: what is written in the mapping itself wins."""
    for source in merged if isinstance(merged, Seq) else (merged,):
        if isinstance(node, Map) and isinstance(source, Map):
            for key, value in source.items():
                node.setdefault(key, value)


def _tagged(tag: str | None, value: Any, location: Location) -> Any:
    """CloudFormation's short form of an intrinsic function as its long one; any other tag is dropped."""
    if not tag or not tag.startswith("!") or tag == "!":
        return value
    name = tag[1:]
    if name == "GetAtt" and isinstance(value, str):
        parts = Seq(location)
        parts.extend(Str(part, location) for part in value.split(".", 1))
        value = parts
    call = Map(location)
    call[Str(name if name in ("Ref", "Condition") else f"Fn::{name}", location)] = value
    return call
