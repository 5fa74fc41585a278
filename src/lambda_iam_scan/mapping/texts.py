"""Strings whose parts may be unknown, taken apart by their literal parts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Part, Text, Token, TokenKind
from lambda_iam_scan.templates.texts import join, merge

UNKNOWN = Text.of(Hole("not known"))
_FIRST_MARK = 0xE000
"""Start of a private-use area: one character stands for each part that is no literal."""


def cut(text: Text, delimiter: str) -> tuple[Text, Text | None]:
    """What stands before the first literal delimiter and after it; None when there is no delimiter."""
    for index, part in enumerate(text.parts):
        if isinstance(part, str) and delimiter in part:
            before, after = part.split(delimiter, 1)
            return Text.of(*text.parts[:index], before), Text.of(after, *text.parts[index + 1 :])
    return text, None


def pieces(text: Text, delimiter: str) -> tuple[Text, ...]:
    """Everything between literal delimiters."""
    out: list[Text] = []
    rest: Text | None = text
    while rest is not None:
        piece, rest = cut(rest, delimiter)
        out.append(piece)
    return tuple(out)


def prefixed(text: Text, prefix: str) -> bool:
    """Whether a text surely begins so."""
    return bool(text.parts) and isinstance(text.parts[0], str) and text.parts[0].startswith(prefix)


def without_prefix(text: Text, prefix: str) -> Text:
    """A text without a literal beginning."""
    first = text.parts[0] if text.parts else ""
    return Text.of(first.removeprefix(prefix), *text.parts[1:]) if isinstance(first, str) else text


def is_arn(text: Text) -> bool:
    """Whether a text surely is an ARN."""
    return prefixed(text, "arn:")


def opaque(text: Text) -> bool:
    """Whether nothing tells how a text begins: it may be a name as well as an ARN."""
    first = text.parts[0] if text.parts else ""
    return isinstance(first, Hole) or (isinstance(first, Token) and first.kind is TokenKind.PARAMETER)


def marked(text: Text) -> tuple[str, tuple[Part, ...]]:
    """A plain string to match expressions with: a mark for each part that is no literal, and those parts. `unmarked` goes back."""
    unknown = tuple(part for part in text.parts if not isinstance(part, str))
    marks = iter(range(len(unknown)))
    shown = "".join(part if isinstance(part, str) else chr(_FIRST_MARK + next(marks)) for part in text.parts)
    return shown, unknown


def unmarked(string: str, unknown: tuple[Part, ...]) -> Text:
    """A piece of a `marked` string as a text again."""
    out: list[Part] = []
    for piece in re.split("([\ue000-\uf8ff])", string):
        number = ord(piece) - _FIRST_MARK if len(piece) == 1 else -1
        out.append(unknown[number] if 0 <= number < len(unknown) else piece)
    return Text.of(*out)


def one_of(arns: Iterable[Text], reason: str) -> Text:
    """One ARN that stands for alternatives. Of several services it stays one of these: no wildcard may take a service's place in a
    policy."""
    alternatives = tuple(dict.fromkeys(arns))
    rows = [pieces(text, ":") for text in alternatives]
    if len({row[2] if len(row) > 2 else None for row in rows}) == 1 or any(len(row) < 6 for row in rows):
        return merge(alternatives, reason)
    columns = [*([row[index] for row in rows] for index in range(5)), [joined(row[5:]) for row in rows]]
    segments = [merge(tuple(dict.fromkeys(column)), reason) for column in columns]
    segments[2] = Text.of(Hole(reason, choices=alternatives))
    return joined(segments)


def joined(segments: Iterable[Text]) -> Text:
    """Segments of an ARN with colons between."""
    return join(Text.of(":"), segments)


def arn(service: str, resource: Part | Text, *more: Part | Text, region: Part | Text = REGION, account: Part | Text = ACCOUNT) -> Text:
    """An ARN of the deployment's own partition."""
    return Text.of("arn:", PARTITION, f":{service}:", region, ":", account, ":", resource, *more)
