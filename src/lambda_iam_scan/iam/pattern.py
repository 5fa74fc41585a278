"""How a policy's strings match: `*`, `?` and policy variables against a string as far as it is known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import TypeAlias

from lambda_iam_scan.iam.language import ANY, NO_COLON, NO_SLASH, Automaton, Elements, Many, One, Unknown, contains, literal, loosened, meet
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.text import Hole, Text, Token


class Wild(Enum):
    """A wildcard of a pattern."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """`${aws:username}` or, with a default, `${aws:username, 'nobody'}`."""

    key: str
    default: str | None = None


Piece: TypeAlias = str | Wild | Variable | Token | Hole
Lookup: TypeAlias = Callable[[str], Text | None]
"""Value of a policy variable by its key: a Text (with a hole where unknown), or None when the request has no such key."""

_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^{},]+)(?:,\s*'([^']*)'\s*)?)\}")
_ARN_COLONS = 5
_ACCOUNT = re.compile(r"[0-9*?]*|aws")


@lru_cache(maxsize=8192)
def pieces(text: Text, variables: bool = True, wildcards: bool = True) -> tuple[Piece, ...]:
    """Read a policy string. `${*}`, `${?}` and `${$}` are the characters themselves; so is everything that is switched off."""
    out: list[Piece] = []
    for part in text.parts:
        if isinstance(part, str):
            out.extend(_with_variables(part, wildcards) if variables else _with_wildcards(part, wildcards))
        else:
            out.append(part)
    return tuple(out)


def _with_variables(part: str, wildcards: bool) -> Iterable[Piece]:
    at = 0
    for match in _VARIABLE.finditer(part):
        yield from _with_wildcards(part[at : match.start()], wildcards)
        escaped, key, default = match.groups()
        yield escaped if escaped else Variable(key.strip(), default)
        at = match.end()
    yield from _with_wildcards(part[at:], wildcards)


def _with_wildcards(part: str, wildcards: bool) -> Iterable[Piece]:
    if not wildcards:
        yield from filter(None, (part,))
        return
    for piece in re.split(r"([*?])", part):
        if piece in ("*", "?"):
            yield Wild(piece)
        elif piece:
            yield piece


def resolve(written: tuple[Piece, ...], lookup: Lookup) -> tuple[Piece, ...] | None:
    """Put the request's values for policy variables; None when one has neither value nor default (the string then matches nothing)."""
    out: list[Piece] = []
    for piece in written:
        if not isinstance(piece, Variable):
            out.append(piece)
            continue
        value = lookup(piece.key)
        if value is None and piece.default is None:
            return None
        out.extend(value.parts if value is not None else (piece.default or "",))
    return tuple(out)


_REMEMBERED = 1024
"""Relations that a pattern remembers: a role's policies are asked about the same needs again and again."""


class Pattern:
    """A granted language, ready to be compared. Build with `compiled`.

    `text` is the one string it is, if it is one; `regex` the same as a regular expression, where no token or segment matters.
    `apart` is the pattern of an ARN whose wildcards stay in their segments.
    """

    def __init__(self, elements: Elements, regex: re.Pattern[str] | None, text: str | None, apart: Elements | None = None) -> None:
        self.elements = elements
        self._apart = apart
        self._regex = regex
        self.text = text
        self._known: dict[tuple[Text, bool, bool], Truth] = {}

    @cached_property
    def _assuming(self) -> Automaton:
        return Automaton(self.elements, assume=True)

    @cached_property
    def _strict(self) -> Automaton:
        return Automaton(self.elements, assume=False)

    @cached_property
    def _loose(self) -> Automaton:
        return Automaton(loosened(self.elements), assume=False)

    def relation(self, needed: Text, *, assume: bool = True, arn: bool = False) -> Truth:
        """YES: covers every string `needed` may be; NO: disjoint; MAYBE: they overlap, or may.

        `assume` takes the deployment's own account and region for the ones the pattern names; without it that is only
        MAYBE. `arn`: holes of `needed` stay within their segment.
        """
        known = needed.literal
        if known is not None:
            if self.text is not None:
                return Truth.of(self.text == known)
            if self._regex is not None:
                return Truth.of(self._regex.fullmatch(known) is not None)
        key = (needed, assume, arn)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            # Nobody means `arn:aws:logs:*:*:log-group:a:*` for a stream of another group whose own name goes on with `:log-group:a:`.
            apart = self._apart if arn and _is_arn(needed) else None
            self._known[key] = self._relation(needed_elements(needed, arn), assume, apart or self.elements)
        return self._known[key]

    def _relation(self, needed: Elements, assume: bool, meant: Elements) -> Truth:
        if not self._loose.reads(loosened(needed)):
            return Truth.NO
        if contains(self._assuming if assume else self._strict, needed):
            return Truth.YES
        return Truth.MAYBE if meet(needed, meant) else Truth.NO


@lru_cache(maxsize=8192)
def compiled(written: tuple[Piece, ...], arn: bool = False, spans: bool = True) -> Pattern:
    """A pattern without variables. `arn`: wildcards inside one of the first five segments stay in it; but those that end it
    only when not `spans`: AWS documents that they may match beyond the colon.
    """
    elements = tuple(_elements(written, arn, spans))
    plain = all(isinstance(piece, str | Wild) for piece in written)
    within = any(isinstance(e, One | Many) and e.chars == NO_COLON for e in elements)
    text = "".join(piece for piece in written if isinstance(piece, str)) if all(isinstance(p, str) for p in written) else None
    apart = tuple(_elements(written, True, False)) if arn and spans and _has_segments(written) else None
    return Pattern(elements, _regex(written) if plain and not within else None, text, apart)


def _has_segments(written: tuple[Piece, ...]) -> bool:
    """Whether a pattern shows all six segments of an ARN: what stands in the account's place can be one."""
    shown = "".join(piece if isinstance(piece, str) else piece.value if isinstance(piece, Wild) else "*" for piece in written)
    cut = shown.split(":", _ARN_COLONS)
    return len(cut) > _ARN_COLONS and cut[0] == "arn" and _ACCOUNT.fullmatch(cut[4]) is not None


def _elements(written: tuple[Piece, ...], arn: bool, spans: bool) -> Iterable[One | Many | Token | Unknown]:
    colons = 0
    for index, piece in enumerate(written):
        if isinstance(piece, str):
            colons += piece.count(":")
            yield from literal(piece)
        elif isinstance(piece, Wild):
            inside = arn and colons < _ARN_COLONS and not (spans and _ends_segment(written, index))
            chars = NO_COLON if inside else ANY
            yield Many(chars) if piece is Wild.ANY else One(chars, wild=True)
        else:
            yield piece if isinstance(piece, Token) else Unknown()


def _ends_segment(written: tuple[Piece, ...], index: int) -> bool:
    """Whether a `*` is the last of its segment: then it may match beyond the colon, as AWS documents."""
    if written[index] is Wild.ONE:
        return False
    following = written[index + 1] if index + 1 < len(written) else ":"
    return isinstance(following, str) and following.startswith(":")


def _regex(written: tuple[Piece, ...]) -> re.Pattern[str]:
    """A pattern of strings and wildcards only. Each run up to the next `*` is matched at its first place and kept
    (atomic), which is right for such patterns and keeps the time linear on hostile ones."""
    runs: list[str] = [""]
    for piece in written:
        if piece is Wild.ANY:
            runs.append("")
        else:
            runs[-1] += "." if piece is Wild.ONE else re.escape(str(piece))
    first, *middle, last = runs if len(runs) > 1 else [runs[0], ""]
    if len(runs) == 1:
        return re.compile(first, re.DOTALL)
    return re.compile(first + "".join(f"(?>.*?{run})" for run in middle if run) + ".*" + last, re.DOTALL)


@lru_cache(maxsize=8192)
def needed_elements(needed: Text, arn: bool) -> Elements:
    """A needed text's language: holes are any string; in an ARN's first five segments, any without a colon."""
    bounded = arn and _is_arn(needed)
    colons = 0
    out: list[One | Many | Token | Unknown] = []
    for part in needed.parts:
        if isinstance(part, str):
            colons += part.count(":")
            out.extend(literal(part))
        elif isinstance(part, Token):
            out.append(part)
        elif part.length:
            out.extend([One(ANY)] * part.length)
        else:
            inside = bounded and colons < _ARN_COLONS
            out.append(Many(NO_COLON if inside else NO_SLASH if part.segment else ANY))
    return tuple(out)


def _is_arn(text: Text) -> bool:
    """Whether a text shows all six segments."""
    first = text.parts[0] if text.parts else None
    return (
        isinstance(first, str)
        and first.startswith("arn:")
        and sum(part.count(":") for part in text.parts if isinstance(part, str)) >= _ARN_COLONS
    )


def lowered(text: Text) -> Text:
    """The text with its literal parts in lower case, for comparison without case."""
    return Text(tuple(part.lower() if isinstance(part, str) else part for part in text.parts))
