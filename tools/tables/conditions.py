"""The `when` language of rules/services/: text to the tree that `tables.types.When` describes. Grammar: rules/README.md."""

from __future__ import annotations

import re
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'[^']*')|(?P<op>==|!=|~|[()\[\],|])|(?P<path>(?:\*\*\.)?[A-Za-z_][\w.-]*(?:(?:\[\]|\{\*?\})[\w.-]*)*))"
)
_STEP = re.compile(r"\[\]|\{\*?\}|[^.\[\]{}]+")
_CONVERTER = re.compile(r"[a-z][a-z0-9-]*")
_WORDS = {"and", "or", "not", "in"}


class ConditionError(ValueError):
    """A `when` or a path that the grammar does not have."""


def place(text: str) -> tuple[tuple[str, ...], str | None]:
    """`CopySource | copy-bucket` as steps and converter. Raises `ConditionError`."""
    steps, bar, how = text.partition("|")
    if bar and not _CONVERTER.fullmatch(how.strip()):
        raise ConditionError(f"not a converter: {how.strip()!r}")
    return path(steps.strip()), how.strip() or None


def path(text: str) -> tuple[str, ...]:
    """`TransactItems[].Put.TableName` as steps. Raises `ConditionError`."""
    steps = tuple(_STEP.findall(text))
    if not steps or "".join(steps) != text.replace(".", "") or ".." in text:
        raise ConditionError(f"not a path: {text!r}")
    return steps


def condition(text: str) -> tuple[Any, ...]:
    """The tree of a condition. Raises `ConditionError`."""
    parser = _Parser(text)
    tree = parser.either()
    if parser.peek() is not None:
        raise ConditionError(f"{text!r}: unexpected {parser.peek()!r}")
    return tree


def places(tree: tuple[Any, ...]) -> set[tuple[tuple[str, ...], str | None]]:
    """Every place that a condition looks at."""
    if tree[0] in ("and", "or", "not"):
        return set().union(*(places(item) for item in tree[1:]))
    return {tree[1]}


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise ConditionError(f"{text!r}: cannot read {text[at:]!r}")
            self._tokens.append(match.group().strip())
            at = match.end()
        self._at = 0

    def peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def either(self) -> tuple[Any, ...]:
        return self._joined("or", lambda: self._joined("and", self._one))

    def _joined(self, word: str, part: Any) -> tuple[Any, ...]:
        parts = [part()]
        while self.peek() == word:
            self._at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else (word, *parts)

    def _one(self) -> tuple[Any, ...]:
        word = self._next()
        if word == "not":
            return ("not", self._one())
        if word == "(":
            inner = self.either()
            self._expect(")")
            return inner
        if word in _WORDS or not (word[0].isalpha() or word[0] in "_*"):
            raise ConditionError(f"{self._text!r}: a parameter is expected at {word!r}")
        how = None
        if self.peek() == "|":
            self._at += 1
            how = self._next()
        return self._comparison((path(word), how))

    def _comparison(self, steps: tuple[tuple[str, ...], str | None]) -> tuple[Any, ...]:
        following = self.peek()
        if following not in ("==", "!=", "~", "in"):
            return ("given", steps)
        self._at += 1
        if following == "in":
            return ("in", steps, self._strings())
        value = self._string(self._next())
        return ("not", ("==", steps, value)) if following == "!=" else (following, steps, value)

    def _strings(self) -> tuple[str, ...]:
        self._expect("[")
        values = [self._string(self._next())]
        while self.peek() == ",":
            self._at += 1
            values.append(self._string(self._next()))
        self._expect("]")
        return tuple(values)

    def _string(self, word: str) -> str:
        if not word.startswith("'"):
            raise ConditionError(f"{self._text!r}: a string in single quotes is expected at {word!r}")
        return word[1:-1]

    def _next(self) -> str:
        word = self.peek()
        if word is None:
            raise ConditionError(f"{self._text!r}: ends too soon")
        self._at += 1
        return word

    def _expect(self, wanted: str) -> None:
        if self._next() != wanted:
            raise ConditionError(f"{self._text!r}: {wanted!r} is expected")
