"""The framework's variables (`${self:custom.table}`, `${opt:stage, 'dev'}`) in a configuration.

Source: Serverless Framework documentation, "Variables". What only a deployment knows stays an unknown of one name; so does what the
command line may set, with what it is otherwise as its default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lambda_iam_scan.model.source import Location
from lambda_iam_scan.templates.nodes import Map, Seq, Str, location_of
from lambda_iam_scan.templates.texts import by_default, settled

_VARIABLE = re.compile(r"\$\{(?!AWS::)([a-zA-Z][\w-]*(?:\([^(){}]*\))?:[^${}]*)\}")
_MAX_DEPTH = 20
_OWN = {"aws:region": "{{own:AWS::Region}}", "aws:accountId": "{{own:AWS::AccountId}}"}
_OWN_MARK = re.compile(r"\{\{own:(AWS::\w+)\}\}")
_STAGE = "sls:stage"
_SETTABLE = frozenset({"opt", "param", "env"})
"""Sources of variables that are no part of the configuration."""
_MISSING = object()


def resolved(root: Map, given: Mapping[str, str]) -> Map:
    """The configuration with its variables in place. `given` are values for `opt:`, `param:` and `env:` variables."""
    found = _Resolver(root, given).value(root, 0)
    return found if isinstance(found, Map) else root


class _Resolver:
    def __init__(self, root: Map, given: Mapping[str, str]) -> None:
        self._root = root
        self._given = given

    def value(self, node: Any, depth: int) -> Any:
        if isinstance(node, Map):
            mapping = Map(node.location)
            for key, item in node.items():
                inside = key == "Fn::Sub" and isinstance(item, str)
                mapping[key] = self._text(item, depth, substituted=True) if inside else self.value(item, depth)
            return mapping
        if isinstance(node, Seq):
            sequence = Seq(node.location)
            sequence.extend(self.value(item, depth) for item in node)
            return sequence
        return self._text(node, depth) if isinstance(node, str) and "${" in node else node

    def _text(self, text: str, depth: int, substituted: bool = False) -> Any:
        """A variable that is the whole string may stand for anything; inside a string for text. The innermost go first."""
        place = location_of(text, Location(""))
        current: Any = text
        for _ in range(_MAX_DEPTH):
            if not isinstance(current, str) or not (match := _VARIABLE.search(current)):
                break
            value = self._variable(match[1], depth)
            if isinstance(value, str) and current.rfind("${", 0, match.start()) > current.rfind("}", 0, match.start()):
                value = settled(value)  # it is part of another variable's name
            if match.span() == (0, len(current)):
                current = value
            else:
                current = current[: match.start()] + _as_text(value, match[1]) + current[match.end() :]
        return _with_own(current, place, substituted) if isinstance(current, str) else current

    def _variable(self, expression: str, depth: int) -> Any:
        settable = None
        for source in re.split(r"\s*,\s*", expression):
            literal = re.fullmatch(r"""(['"])(.*)\1""", source)
            value = self._source(source, depth) if literal is None else literal[2]
            if value is not _MISSING:
                return by_default(settable, value) if settable and isinstance(value, str) else value
            if source.partition(":")[0] in _SETTABLE:
                settable = settable or (_STAGE if source == "opt:stage" else source)
        return "{{resolve:" + expression.replace("{", "").replace("}", "") + "}}"

    def _source(self, source: str, depth: int) -> Any:
        kind, _, name = source.partition(":")
        if source in _OWN:
            return _OWN[source]
        if source == "sls:stage":
            return self._stage(depth)
        if kind in ("opt", "param", "env") and name in self._given:
            return self._given[name]
        if kind == "self" and depth < _MAX_DEPTH:
            return self._own(name, depth)
        return _MISSING

    def _stage(self, depth: int) -> Any:
        found = self._own("provider.stage", depth) if depth < _MAX_DEPTH else _MISSING
        return by_default(_STAGE, "dev") if found is _MISSING else found

    def _own(self, path: str, depth: int) -> Any:
        if path in ("provider.stage", "stage") and "stage" in self._given:
            return self._given["stage"]
        node: Any = self._root
        for name in path.split(".") if path else []:
            if isinstance(node, str) and "${" in node:
                node = self.value(node, depth + 1)
            if isinstance(node, Seq) and name.isdecimal() and int(name) < len(node):
                node = node[int(name)]
            elif isinstance(node, Map) and name in node:
                node = node[name]
            else:
                return _MISSING
        found = self.value(node, depth + 1)
        return by_default(_STAGE, found) if path == "provider.stage" and isinstance(found, str) and found == settled(found) else found


def _with_own(text: str, place: Location, substituted: bool) -> Any:
    """Region and account as CloudFormation's own, which takes `Fn::Sub` around a string that is not inside one already."""
    if substituted or not _OWN_MARK.search(text):
        return Str(_OWN_MARK.sub(r"${\1}", text), place)
    call = Map(place)
    call["Fn::Sub"] = Str(_OWN_MARK.sub(r"${\1}", text.replace("${", "${!")), place)
    return call


def _as_text(value: Any, expression: str) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else "{{resolve:" + expression + "}}"
