"""`Fn::ForEach` written out, as the transform `AWS::LanguageExtensions` does.

Source: AWS CloudFormation User Guide, "Fn::ForEach". A loop over values that are known only when the stack is deployed stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.templates.nodes import MAX_NODES, Document, Map, Seq, Str, load, location_of

_PREFIX = "Fn::ForEach::"


def load_template(content: bytes, path: str) -> Document:
    """Read a template and write out its loops, if it has any. Raises `InputError` as `load` does."""
    document = load(content, path)
    return replace(document, root=unrolled(document.root)) if _PREFIX.encode() in content else document


def unrolled(root: Any) -> Any:
    """A template with its loops written out. Raises `InputError` when that makes it too large."""
    return _Unroller(root).value(root, {})


class _Unroller:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._size = 0

    def value(self, node: Any, names: dict[str, str]) -> Any:
        self._size += 1
        if self._size > MAX_NODES:
            raise InputError(f"{location_of(node, self._root.location).path}: larger than {MAX_NODES} nodes when its loops are written out")
        if isinstance(node, Map):
            return self._map(node, names)
        if isinstance(node, Seq):
            sequence = Seq(node.location)
            sequence.extend(self.value(item, names) for item in node)
            return sequence
        return _replaced(node, names) if names and isinstance(node, str) else node

    def _map(self, node: Map, names: dict[str, str]) -> Any:
        if len(node) == 1 and isinstance(node.get("Ref"), str) and node["Ref"] in names:
            return Str(names[node["Ref"]], node.location)
        mapping = Map(node.location)
        for key, item in node.items():
            turns = self._turns(key, item, names)
            if turns is None:
                mapping[_replaced(key, names)] = self.value(item, names)
                continue
            for turn in turns:
                mapping.update(self.value(item[2], {**names, **turn}))
        return mapping

    def _turns(self, key: str, item: Any, names: dict[str, str]) -> list[dict[str, str]] | None:
        """What the loop's variable is in each turn; None when it is no loop, or none over known values."""
        if not key.startswith(_PREFIX) or not isinstance(item, Seq) or len(item) != 3 or not isinstance(item[2], Map):
            return None
        variable, values = item[0], self._values(item[1])
        if not isinstance(variable, str) or values is None:
            return None
        return [{str(variable): _replaced(value, names)} for value in values]

    def _values(self, node: Any) -> list[str] | None:
        if isinstance(node, Map) and isinstance(node.get("Ref"), str):
            parameters = self._root.get("Parameters") if isinstance(self._root, Map) else None
            row = parameters.get(node["Ref"]) if isinstance(parameters, Map) else None
            default = row.get("Default") if isinstance(row, Map) else None
            return [part.strip() for part in default.split(",")] if isinstance(default, str) and default else None
        if isinstance(node, Seq) and all(isinstance(value, str) for value in node):
            return list(node)
        return None


def _replaced(text: str, names: dict[str, str]) -> str:
    """`${Name}`, and `&{Name}` (the same without what logical ids may not hold), of the loops around."""
    if not names or ("${" not in text and "&{" not in text):
        return text
    found = str(text)
    for name, value in names.items():
        found = found.replace("${" + name + "}", value).replace("&{" + name + "}", re.sub(r"[^A-Za-z0-9]", "", value))
    return Str(found, text.location) if isinstance(text, Str) else found
