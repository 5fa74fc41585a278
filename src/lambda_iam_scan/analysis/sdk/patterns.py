"""Strings in the rows of rules/libraries/: whether a value matches a pattern, and what parts of it are parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Literal

from lambda_iam_scan.analysis.values.kinds import External, Result, Str, Unknown, Value, hole
from lambda_iam_scan.analysis.values.strings import as_text
from lambda_iam_scan.model.text import Hole, Text

_STREAMS = frozenset({"Body", "Payload", "EventStream", "AudioStream"})
"""Parts of answers that are no strings: botocore's streaming shapes."""
_SCHEMES = ("s3://", "s3a://", "s3n://")


def may_be_text(value: Value) -> Text | Literal[False] | None:
    """A value's string; False when it surely is none, None when nothing is known."""
    if isinstance(value, Str):
        return value.text
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Result) and not _STREAMS.intersection(value.path):
        return as_text(value)
    if isinstance(value, External) and not value.path.removesuffix("()").rpartition(".")[2][:1].isupper():
        return None
    return False


def matches(value: Text, patterns: Sequence[str]) -> bool | None:
    """Whether a string matches one of some patterns (`s3://*`); None when what is known of it allows both."""
    found = [_match(value, pattern) for pattern in patterns]
    return True if True in found else None if None in found else False


def _match(value: Text, pattern: str) -> bool | None:
    if value.literal is not None:
        return fnmatchcase(value.literal, pattern)
    begin, star, end = pattern.partition("*")
    head = value.parts[0] if isinstance(value.parts[0], str) else ""
    if star and not end and head.startswith(begin):
        return True
    fits = head.startswith(begin) if len(head) >= len(begin) and star else begin.startswith(head)
    return None if fits else False


def s3_bucket(value: Value) -> Value:
    """The bucket of `s3://bucket/key` or `bucket/key`."""
    return _string(value, lambda text: _cut(_plain(text))[0])


def s3_key(value: Value) -> Value:
    """The key of `s3://bucket/key` or `bucket/key`."""
    return _string(value, lambda text: _glob(_cut(_plain(text))[1]))


def s3_below(value: Value) -> Value:
    """All keys that begin like the key of `s3://bucket/key`."""
    return _string(value, lambda text: Text.of(_glob(_cut(_plain(text))[1]), Hole("objects below")))


def _string(value: Value, part: Callable[[Text], Text]) -> Value:
    text = may_be_text(value)
    return hole("an address that is not known") if text is None or text is False else Str(part(text))


def _plain(text: Text) -> Text:
    first = text.parts[0] if text.parts else ""
    for scheme in _SCHEMES:
        if isinstance(first, str) and first.startswith(scheme):
            return Text.of(first.removeprefix(scheme), *text.parts[1:])
    return text


def _cut(text: Text) -> tuple[Text, Text]:
    for index, part in enumerate(text.parts):
        if isinstance(part, str) and "/" in part:
            before, after = part.split("/", 1)
            return Text.of(*text.parts[:index], before), Text.of(after, *text.parts[index + 1 :])
    if text.literal is not None:
        return text, Text.of(Hole("any key"))
    return Text.of(text, Hole("an address that is not known")), Text.of(Hole("an address that is not known"))


def _glob(text: Text) -> Text:
    """A key that may be a pattern: up to its first wildcard."""
    if not text.parts:
        return Text.of(Hole("any key"))
    for index, part in enumerate(text.parts):
        if isinstance(part, str):
            place = min((part.find(sign) for sign in "*?[{" if sign in part), default=-1)
            if place >= 0:
                return Text.of(*text.parts[:index], part[:place], Hole("what a pattern matches"))
    return text


def s3_path(value: Value) -> Value:
    """`bucket/key` of `s3://bucket/key`."""
    return _string(value, _plain)


CONVERTERS: dict[str, Callable[[Value], Value]] = {"s3-bucket": s3_bucket, "s3-key": s3_key, "s3-below": s3_below, "s3-path": s3_path}
"""By the name that rows use: `argument:path|0 as s3-bucket`."""
