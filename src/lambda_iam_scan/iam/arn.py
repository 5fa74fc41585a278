"""ARNs: their six segments, and matching segment by segment.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from lambda_iam_scan.iam.pattern import Piece, Wild, compiled, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.text import Text

PARTITION, SERVICE, REGION, ACCOUNT, RESOURCE = range(1, 6)
"""Positions in what `split` gives; position 0 is the word `arn`."""


def segments(written: Sequence[Piece]) -> list[tuple[Piece, ...]]:
    """Cut at the first five colons of literal pieces; fewer than six segments when there are fewer colons."""
    out: list[list[Piece]] = [[]]
    for piece in written:
        if not isinstance(piece, str):
            out[-1].append(piece)
            continue
        head, *rest = piece.split(":", 6 - len(out))
        if head:
            out[-1].append(head)
        out.extend([part] if part else [] for part in rest)
    return [tuple(segment) for segment in out]


@lru_cache(maxsize=8192)
def split(arn: Text) -> tuple[Text, ...] | None:
    """An ARN's six segments, or None when it is none or not visibly one."""
    if not arn.parts or not isinstance(arn.parts[0], str) or not arn.parts[0].startswith("arn:"):
        return None
    cut = segments(pieces(arn, variables=False, wildcards=False))
    if len(cut) != 6:
        return None
    return tuple(Text.of(*(piece for piece in segment if not isinstance(piece, Wild))) for segment in cut)  # type: ignore[arg-type]


def account(arn: Text) -> Text | None:
    """The account segment; None when there is none (S3) or the text is not visibly an ARN."""
    cut = split(arn)
    return cut[ACCOUNT] if cut and cut[ACCOUNT].parts else None


def account_id(arn: Text) -> str | None:
    """The account's number where it is known."""
    if (literal := arn.literal) is not None:
        fields = literal.split(":", RESOURCE)
        return fields[ACCOUNT] or None if len(fields) == RESOURCE + 1 else None
    found = account(arn)
    return found.literal if found else None


def arn_like(pattern: tuple[Piece, ...], value: Text, *, assume: bool) -> Truth:
    """`ArnLike`, `ArnEquals`: each of the six components is matched on its own."""
    if pattern == (Wild.ANY,):
        return Truth.YES
    wanted = segments(pattern)
    given = segments(pieces(value, variables=False, wildcards=False))
    if len(wanted) != 6 or len(given) != 6:
        unknown = any(not isinstance(piece, str | Wild) for piece in (*pattern, *value.parts))
        return compiled(pattern).relation(value, assume=assume) if unknown else Truth.NO
    texts = (Text.of(*segment) for segment in given)  # type: ignore[arg-type]
    return min(compiled(mine).relation(theirs, assume=assume) for mine, theirs in zip(wanted, texts, strict=True))
