"""Policy documents in templates, made plain for the policy parser: intrinsics as `Text`, conditions opened, places kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambda_iam_scan.model.source import Location
from lambda_iam_scan.templates.intrinsics import Scope, is_call
from lambda_iam_scan.templates.nodes import Int, location_of
from lambda_iam_scan.templates.texts import literal

Path = tuple[str | int, ...]


@dataclass(slots=True)
class PlainDocument:
    """A policy document as plain mappings, lists, strings and `Text`, and where each element stands."""

    value: object = None
    places: dict[Path, Location] = field(default_factory=dict)
    doubtful: list[Location | None] = field(default_factory=list)
    """Where statements stand that deny only under a condition of the template; they are left out."""

    def locate(self, path: Path) -> Location | None:
        """Where the element at a path stands; None when a tool, not the author, wrote it."""
        return self.places.get(path)


def plain(scope: Scope, node: Any, place: Location | None = None) -> PlainDocument:
    """A document ready for the policy parser. With `place`, everything stands there (a managed policy, at its entry)."""
    document = PlainDocument()
    if isinstance(node, str) and node.lstrip().startswith("{"):
        place = place or getattr(node, "location", None)
        node = _json(node)
    substituted = node.get("Fn::Sub") if isinstance(node, Mapping) and len(node) == 1 else None
    if isinstance(substituted, str) and substituted.lstrip().startswith("{"):
        place = place or location_of(node, _NOWHERE)
        node = _with_holes(_json(substituted))
    document.value = _Plain(scope, document, place).value(node, ())
    return document


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _with_holes(node: object) -> object:
    """What is put into a document as a whole is put into each of its strings."""
    if isinstance(node, dict):
        return {key: _with_holes(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_holes(item) for item in node]
    return {"Fn::Sub": node} if isinstance(node, str) and "${" in node else node


class _Plain:
    def __init__(self, scope: Scope, document: PlainDocument, place: Location | None) -> None:
        self._scope = scope
        self._document = document
        self._place = place

    def value(self, node: Any, path: Path) -> object:
        """A node's plain value; of several branches at most lists keep all, others merge."""
        if isinstance(node, str):
            self._mark(node, path)
            text = literal(str(node))
            return text if text.literal is None else text.literal
        if is_call(node):
            branches = self._scope.branches(node)
            if len(branches) == 1 and branches[0] is not node:
                return self.value(branches[0], path)
            if any(isinstance(branch, list) for branch in branches):
                return self._list(self._scope.items(node), path)
            if branches and all(isinstance(branch, Mapping) and not is_call(branch) for branch in branches):
                return self._list(self._sure(branches), path)
            self._mark(node, path)
            texts = [text if text.literal is None else text.literal for text in self._scope.texts(node)]
            return texts[0] if len(texts) == 1 else texts
        self._mark(node, path)
        if isinstance(node, Mapping):
            entries = ((str(key), value) for key, value in node.items() if self._scope.branches(value))
            return {key: self.value(value, (*path, key)) for key, value in entries}
        if isinstance(node, list | tuple):
            return self._list(tuple(item for element in node for item in self._element(element)), path)
        return node.text if isinstance(node, Int) else node

    def _element(self, node: Any) -> tuple[Any, ...]:
        branches = self._scope.branches(node)
        return branches if len(branches) == 1 and branches[0] is node else self._sure(branches)

    def _sure(self, branches: tuple[Any, ...]) -> tuple[Any, ...]:
        """Without statements that deny: whether they are there, only the deployment decides."""
        kept = tuple(branch for branch in branches if not (isinstance(branch, Mapping) and branch.get("Effect") == "Deny"))
        self._document.doubtful += [self._place or getattr(branch, "location", None) for branch in branches if branch not in kept]
        return kept

    def _list(self, nodes: tuple[Any, ...], path: Path) -> list[object]:
        """Elements, with those that stand for several texts (a condition inside one) written out."""
        found: list[object] = []
        for node in nodes:
            value = self.value(node, (*path, len(found)))
            if isinstance(value, list):
                place = self._document.places.get((*path, len(found)))
                for item in value:
                    if place is not None:
                        self._document.places[(*path, len(found))] = place
                    found.append(item)
            else:
                found.append(value)
        return found

    def _mark(self, node: Any, path: Path) -> None:
        place = self._place or location_of(node, _NOWHERE)
        if place is not _NOWHERE:
            self._document.places[path] = place


_NOWHERE = Location("")
