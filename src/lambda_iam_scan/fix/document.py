"""A YAML template whose text is changed in places; everything else stays as it is, byte for byte.

Positions come from the YAML nodes, the changes are made in the text: comments, quotes, order and indentation of all that is not
changed cannot suffer. Whatever is laid out in a way that is not foreseen here raises `CannotEdit`, and the caller leaves it alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lambda_iam_scan.least_privilege import Sub, yaml_lines, yaml_scalar
from lambda_iam_scan.model.source import Location

Scalar = str | Sub
Entry = Node | Scalar
"""A node of the document that stays, or a scalar to be written."""


class CannotEdit(Exception):
    """The layout is not one that can be changed with certainty."""


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


class Document:
    """One template: look nodes up, note changes, then take `result`."""

    def __init__(self, text: str) -> None:
        """Raises `CannotEdit` for what is no YAML mapping, or begins with a byte order mark (positions would be off)."""
        self._text = text
        self._edits: list[_Edit] = []
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            raise CannotEdit("not YAML") from error
        if not isinstance(root, MappingNode) or text.startswith("\ufeff") or text.lstrip().startswith("{"):
            raise CannotEdit("not a YAML mapping")
        self.root = root
        self._parents: dict[int, list[Node]] = {}
        for parent, child in _edges(root):
            self._parents.setdefault(id(child), []).append(parent)

    # Looking

    def get(self, node: Node | None, *path: str) -> Node | None:
        """A nested value by keys, or None."""
        for name in path:
            node = entry_of(node, name)[1]
        return node

    def mapping_at(self, place: Location) -> MappingNode | None:
        """The mapping that begins at a place."""
        found = [node for node in self._nodes() if isinstance(node, MappingNode) and _is_at(node, place)]
        return found[0] if len(found) == 1 else None

    def _nodes(self) -> Iterator[Node]:
        yield self.root
        seen: set[int] = set()
        for _, child in _edges(self.root):
            if id(child) not in seen:
                seen.add(id(child))
                yield child

    def parent(self, node: Node) -> Node:
        """Raises `CannotEdit` for a node that an alias puts into several places."""
        parents = self._parents.get(id(node), [])
        if len(parents) != 1:
            raise CannotEdit("shared through an alias")
        return parents[0]

    def source(self, node: Node) -> str:
        """A node's own text."""
        return self._text[node.start_mark.index : self._end(node)]

    # Changing

    def set_entries(self, mapping: MappingNode, name: str, entries: Sequence[Entry]) -> None:
        """Make `Action` or `Resource` hold these, in this order."""
        key, value = entry_of(mapping, name)
        if key is None or value is None or not entries:
            raise CannotEdit(f"no {name}")
        self.parent(value)
        before = value.value if isinstance(value, SequenceNode) else [value]
        if len(entries) == len(before) and all(new is old for new, old in zip(entries, before, strict=True)):
            return
        if isinstance(value, SequenceNode) and not value.flow_style:
            self._set_block(value, entries)
        elif isinstance(value, SequenceNode):
            self._replace(value, "[" + ", ".join(self._flow(entry) for entry in entries) + "]")
        elif len(entries) == 1:
            self._replace(value, self._written(entries[0]))
        elif mapping.flow_style:
            self._replace(value, "[" + ", ".join(self._flow(entry) for entry in entries) + "]")
        else:
            indent = " " * (key.start_mark.column + 2)
            colon = self._text.index(":", key.end_mark.index)
            listed = "".join(f"\n{indent}- {self._written(entry)}" for entry in entries)
            self._edit(colon + 1, self._end(value), listed)

    def _set_block(self, sequence: SequenceNode, entries: Sequence[Entry]) -> None:
        """New entries take the place of the first that goes; the others that go lose their lines."""
        kept = {id(entry) for entry in entries if isinstance(entry, Node)}
        gone = [item for item in sequence.value if id(item) not in kept]
        new = [self._written(entry) for entry in entries if not isinstance(entry, Node)]
        if new and gone:
            first = gone.pop(0)
            dash = self._indent(first)
            self._replace(first, new[0])
            self._insert_below(first, [f"{dash}- {text}" for text in new[1:]])
        elif new:
            last = sequence.value[-1]
            self._insert_below(last, [f"{self._indent(last)}- {text}" for text in new])
        for item in gone:
            self.remove_item(item)

    def remove_item(self, item: Node) -> None:
        """Drop an item of a block sequence with its lines; comments between items stay."""
        self._indent(item)
        self._edit(self._line_start(item.start_mark.index), self._line_end(self._end(item)), "")

    def append_item(self, sequence: SequenceNode, value: dict[str, object]) -> None:
        """Add an item at the end of a block sequence."""
        if sequence.flow_style or not sequence.value:
            raise CannotEdit("a list in one line")
        self.parent(sequence)
        self.insert_item_after(sequence.value[-1], value)

    def insert_item_after(self, item: Node, value: dict[str, object]) -> None:
        """Add an item after another one of a block sequence."""
        indent = self._indent(item)
        self._insert_below(item, list(yaml_lines([value], len(indent))))

    def insert_key(self, mapping: MappingNode, name: str, value: list[dict[str, object]]) -> None:
        """Add a key with a list at the end of a block mapping."""
        if mapping.flow_style or not mapping.value:
            raise CannotEdit("a mapping in one line")
        self.parent(mapping)
        indent = mapping.value[0][0].start_mark.column
        self._insert_below(mapping, [f"{' ' * indent}{name}:", *yaml_lines(value, indent + 2)])

    def scalar_to_list(self, mapping: MappingNode, name: str, value: dict[str, object]) -> None:
        """Turn a key's one scalar into a list of it and another item."""
        key, scalar = entry_of(mapping, name)
        if mapping.flow_style or key is None or not isinstance(scalar, ScalarNode) or scalar.style in ("|", ">"):
            raise CannotEdit(f"no single {name}")
        indent = key.start_mark.column + 2
        listed = [f"{' ' * indent}- {self.source(scalar)}", *yaml_lines([value], indent)]
        self._edit(self._text.index(":", key.end_mark.index) + 1, self._end(scalar), "\n" + "\n".join(listed))

    def result(self) -> str:
        """The text with all changes. Raises `CannotEdit` when they overlap or the outcome is no YAML."""
        text, last = self._text, len(self._text) + 1
        for edit in sorted(self._edits, key=lambda edit: (edit.start, edit.end), reverse=True):
            if edit.end > last:
                raise CannotEdit("changes overlap")
            text = text[: edit.start] + edit.text + text[edit.end :]
            last = edit.start
        try:
            yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            raise CannotEdit("the outcome would be no YAML") from error
        return text

    # Text

    def _edit(self, start: int, end: int, text: str) -> None:
        newline = "\r\n" if "\r\n" in self._text else "\n"
        self._edits.append(_Edit(start, end, text.replace("\n", newline)))

    def _replace(self, node: Node, text: str) -> None:
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            raise CannotEdit("a block scalar")
        self._edit(node.start_mark.index, self._end(node), text)

    def _insert_below(self, node: Node, lines: Sequence[str]) -> None:
        if not lines:
            return
        at = self._line_end(self._end(node))
        ended = at == 0 or self._text[at - 1] == "\n"
        self._edit(at, at, "".join(f"{line}\n" for line in lines) if ended else "".join(f"\n{line}" for line in lines))

    def _end(self, node: Node) -> int:
        """Where a node's last character ends. A block collection ends with its last child, not at what follows it."""
        if isinstance(node, ScalarNode) or (isinstance(node, MappingNode | SequenceNode) and node.flow_style):
            written = self._text[node.start_mark.index : node.end_mark.index]
            return int(node.start_mark.index) + len(written.rstrip())
        last = node.value[-1]
        if isinstance(last, tuple):
            return max(self._end(last[0]), self._end(last[1]))
        return self._end(last)

    def _indent(self, item: Node) -> str:
        """What stands before the dash of an item that is alone on its line so far."""
        before = self._text[self._line_start(item.start_mark.index) : item.start_mark.index]
        if not (match := re.fullmatch(r"( *)- +", before)):
            raise CannotEdit("more than one item on a line")
        return match[1]

    def _line_start(self, index: int) -> int:
        return self._text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = self._text.find("\n", index)
        return len(self._text) if found < 0 else found + 1

    def _written(self, entry: Entry) -> str:
        return self.source(entry) if isinstance(entry, Node) else yaml_scalar(entry)

    def _flow(self, entry: Entry) -> str:
        """Inside brackets, braces and commas of a plain scalar would mean something."""
        if isinstance(entry, Node):
            return self.source(entry)
        return (
            f"!Sub {json.dumps(entry.template)}"
            if isinstance(entry, Sub)
            else json.dumps(entry)
            if re.search(r"[{},\[\]]", entry)
            else entry
        )


def entry_of(node: Node | None, name: str) -> tuple[Node | None, Node | None]:
    """Key and value of a mapping's entry, or twice None."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == name:
                return key, value
    return None, None


def scalars(node: Node) -> Iterator[str]:
    """Every string below a node."""
    if isinstance(node, ScalarNode):
        yield str(node.value)
    for _, child in _edges(node):
        if isinstance(child, ScalarNode):
            yield str(child.value)


def _edges(node: Node) -> Iterator[tuple[Node, Node]]:
    """Every (parent, child), each parent entered once."""
    waiting, seen = [node], {id(node)}
    while waiting:
        parent = waiting.pop()
        values = parent.value if not isinstance(parent, ScalarNode) else ()
        for child in (part for value in values for part in (value if isinstance(value, tuple) else (value,))):
            yield parent, child
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)


def _is_at(node: Node, place: Location) -> bool:
    return (node.start_mark.line + 1, node.start_mark.column + 1) == (place.line, place.column)
