"""Patterns of `match`."""

from __future__ import annotations

from typing import Any

from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.facts.lower.expressions import Expressions


class Patterns(Expressions):
    """`pattern` and what it needs."""

    def pattern(self, node: Any) -> Node:
        """A pattern of a `case`."""
        kind = type(node).__name__
        if kind in ("MatchValue", "MatchSingleton"):
            return ("value", self.expr(node.value))
        if kind == "MatchAs":
            inner = None if node.pattern is None else self.pattern(node.pattern)
            return ("capture", self._captured(node.name), inner)
        if kind == "MatchOr":
            return ("or", tuple(self.pattern(element.pattern) for element in node.patterns))
        if kind in ("MatchList", "MatchTuple"):
            return ("sequence", tuple(self._element(element) for element in node.patterns))
        if kind == "MatchMapping":
            entries = tuple((self.expr(element.key), self.pattern(element.pattern)) for element in node.elements)
            return ("mapping", entries, self._captured(node.rest))
        if kind == "MatchClass":
            cls = self.expr(node.cls)
            positional = tuple(self.pattern(element.value if hasattr(element, "value") else element.pattern) for element in node.patterns)
            return ("classp", cls, positional, tuple((kwd.key.value, self.pattern(kwd.pattern)) for kwd in node.kwds))
        return ("capture", None, None)

    def _element(self, element: Any) -> Node:
        if type(element).__name__ == "MatchStar":
            return ("rest", self._captured(element.name))
        return self.pattern(element.value)

    def _captured(self, name: Any) -> str | None:
        if name is None:
            return None
        self.word(name.value)
        return str(name.value)
