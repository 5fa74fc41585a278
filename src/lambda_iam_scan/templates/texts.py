"""Small algebra on texts: cut at a delimiter, and merge alternatives into one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from lambda_iam_scan.model.text import Hole, Part, Text, Token, TokenKind

MAX_ALTERNATIVES = 16
"""More alternatives than this become one text with a hole."""

_DYNAMIC = re.compile(r"\{\{((?:resolve|default):[^{}]*)\}\}")


def split(text: Text, delimiter: str) -> tuple[Text, ...]:
    """Cut at a delimiter in the literal parts. Names, regions and accounts hold no delimiter worth cutting at; see `whole`."""
    pieces: list[list[Part]] = [[]]
    for part in text.parts:
        if not isinstance(part, str):
            pieces[-1].append(part)
            continue
        first, *rest = part.split(delimiter)
        pieces[-1].append(first)
        pieces.extend([piece] for piece in rest)
    return tuple(Text.of(*piece) for piece in pieces)


def whole(text: Text) -> bool:
    """True when no part can hide a delimiter: literals, generated names, and the deployment's partition, region and account."""
    return all(
        isinstance(part, str)
        or (isinstance(part, Token) and "." not in part.name and (part.kind is TokenKind.RESOURCE or part.name in _SIMPLE))
        for part in text.parts
    )


_SIMPLE = frozenset({"AWS::Partition", "AWS::Region", "AWS::AccountId", "AWS::StackName", "AWS::URLSuffix"})


def join(delimiter: Text, pieces: Iterable[Text]) -> Text:
    """Pieces with a delimiter between them."""
    parts: list[Part | Text] = []
    for index, piece in enumerate(pieces):
        parts += [delimiter, piece] if index else [piece]
    return Text.of(*parts)


def combinations(parts: Sequence[tuple[Text, ...]], reason: str) -> tuple[Text, ...]:
    """Every concatenation of one alternative of each part, without repetition; one merged text when there are too many."""
    count = 1
    for part in parts:
        count *= max(1, len(part))
    if count > MAX_ALTERNATIVES:
        return (Text.of(*(merge(part, reason) for part in parts)),)
    return tuple(dict.fromkeys(Text.of(*choice) for choice in product(*parts)))


def merge(alternatives: Sequence[Text], reason: str) -> Text:
    """One text that stands for all: what they begin and end with, and a hole between."""
    if len(alternatives) == 1:
        return alternatives[0]
    if not alternatives:
        return Text.of(Hole(reason))
    rows = [list(_units(text)) for text in alternatives]
    head = _common(rows)
    rests = [row[len(head) :] for row in rows]
    tail = _common([rest[::-1] for rest in rests])[::-1]
    return Text.of(*head, Hole(reason), *tail)


def _units(text: Text) -> Iterator[Part]:
    for part in text.parts:
        if isinstance(part, str):
            yield from part
        else:
            yield part


def _common(rows: list[list[Part]]) -> list[Part]:
    shared: list[Part] = []
    for units in zip(*rows, strict=False):
        if any(unit != units[0] for unit in units):
            break
        shared.append(units[0])
    return shared


def literal(value: str) -> Text:
    """A string of a template, its dynamic references (`{{resolve:ssm:name}}`, and what `by_default` writes) as tokens."""
    if "{{" not in value:
        return Text.of(value)
    parts = _DYNAMIC.split(value)
    return Text.of(*(_token(part) if index % 2 else part for index, part in enumerate(parts)))


def by_default(name: str, value: str) -> str:
    """What a reader that puts strings together writes for a name that has this value only where the deployment gives no other."""
    clean = name.translate(_BRACES)
    return "{{default:" + f"{clean}={value}" + "}}" if value and "{" not in value and "}" not in value else value


def settled(value: str) -> str:
    """The same string with the defaults in place."""
    return _DYNAMIC.sub(lambda match: _token(match[1]).default or match[0], value)


def _token(reference: str) -> Token:
    kind, _, rest = reference.partition(":")
    name, _, value = rest.partition("=")
    return Token(name, TokenKind.PARAMETER, value) if kind == "default" else Token(reference, TokenKind.PARAMETER)


_BRACES = str.maketrans("", "", "{}=")


def with_references(text: Text) -> Text:
    """The same with dynamic references that were put together from several parts (`{{resolve:ssm:${Name}}}`) as tokens."""
    if not any(isinstance(part, str) and "{{resolve:" in part for part in text.parts):
        return text
    kept: list[Part] = []
    inside: list[Part] | None = None
    for part in text.parts:
        rest = part
        while isinstance(rest, str) and (mark := "{{resolve:" if inside is None else "}}") in rest:
            before, rest = rest.split(mark, 1)
            if inside is None:
                kept.append(before)
                inside = ["resolve:"]
            else:
                kept.append(Token(str(Text.of(*inside, before)), TokenKind.PARAMETER))
                inside = None
        (kept if inside is None else inside).append(rest)
    return Text.of(*kept, *(inside or ()))
