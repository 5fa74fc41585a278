"""Strings as far as they are known.

The same value describes a bucket name in code, an ARN a call needs, and a `Resource` in a template. What `*`, `?` or
`${aws:username}` mean inside a literal part is the reader's business: in a policy they are wildcards and policy
variables (see `lambda_iam_scan.iam`), in code they are characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class TokenKind(StrEnum):
    """How much may be said about a token's value."""

    RESOURCE = "resource"
    """The generated name of one logical resource: differs from every literal and from every other resource's token."""
    PARAMETER = "parameter"
    """A template parameter, import, or dynamic reference that only the deployment gives a value: any string, always the same one."""
    OWN = "own"
    """The deployment's own partition, region, account or stack (`AWS::Region` ...): plausible values only, always the same."""


@dataclass(frozen=True, slots=True)
class Token:
    """A string with one value at run time, known here only by name (`Table`, `BucketName`, `AWS::Region`)."""

    name: str
    kind: TokenKind
    default: str = ""
    """A parameter's value where the deployment gives it none."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A part that may be any string, or any of `length` characters, and why nothing more is known of it."""

    reason: str
    length: int = 0
    """0: not known."""
    segment: bool = False
    """Whether it holds no slash, as a variable of a path does."""
    choices: tuple[Text, ...] = ()
    """What the whole text that it stands in may be, where these are few and have too little in common for one pattern."""

    @property
    def pattern(self) -> str:
        """As policies write it: `?` for each character where their number is known, else `*`."""
        return "?" * self.length or "*"


Part: TypeAlias = str | Token | Hole


@dataclass(frozen=True, slots=True)
class Text:
    """A string with holes and tokens. Build with `Text.of`, which joins literal neighbours and drops empty parts."""

    parts: tuple[Part, ...]

    def __hash__(self) -> int:
        return hash(self.parts)

    @classmethod
    def of(cls, *parts: Part | Text) -> Text:
        """Concatenate parts and texts into one normal form (equal strings compare equal)."""
        if len(parts) == 1:
            only = parts[0]
            return only if isinstance(only, Text) else cls((only,) if only else ())
        out: list[Part] = []
        for part in _flat(parts):
            if isinstance(part, str):
                if not part:
                    continue
                if out and isinstance(out[-1], str):
                    out[-1] += part
                    continue
            elif isinstance(part, Hole) and out and isinstance(out[-1], Hole):
                out[-1] = _joined(out[-1], part)
                continue
            out.append(part)
        return cls(tuple(out))

    @property
    def literal(self) -> str | None:
        """The whole string when every part is known, else None."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first if len(self.parts) == 1 and isinstance(first, str) else None

    @property
    def by_default(self) -> Text:
        """The same where the deployment gives parameters no other values."""
        return Text.of(*((part.default or part) if isinstance(part, Token) else part for part in self.parts))

    @property
    def unknown(self) -> bool:
        """True when nothing at all is known of the string."""
        return len(self.parts) == 1 and isinstance(self.parts[0], Hole)

    @property
    def choices(self) -> tuple[Text, ...]:
        """The texts that this one stands for: itself, unless it is known to be one of several."""
        return next((part.choices for part in self.parts if isinstance(part, Hole) and part.choices), (self,))

    def __str__(self) -> str:
        """For people and reports: holes are `*` (`?` for each character where their number is known), tokens `${Name}`."""
        return "".join(_shown(part) for part in self.parts)


def _joined(first: Hole, second: Hole) -> Hole:
    segment = first.segment and second.segment
    if first.length and second.length:
        return Hole(second.reason, first.length + second.length, segment)
    return Hole(second.reason if first.length else first.reason, 0, segment)


def _flat(parts: Iterable[Part | Text]) -> Iterable[Part]:
    for part in parts:
        if isinstance(part, Text):
            yield from part.parts
        else:
            yield part


def _shown(part: Part) -> str:
    if isinstance(part, str):
        return part
    return part.pattern if isinstance(part, Hole) else "${" + part.name + "}"


PARTITION = Token("AWS::Partition", TokenKind.OWN)
REGION = Token("AWS::Region", TokenKind.OWN)
ACCOUNT = Token("AWS::AccountId", TokenKind.OWN)
