"""Condition keys whose values a request takes from its arguments.

`s3:prefix` and its kind: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
`dynamodb:LeadingKeys`: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lambda_iam_scan.mapping.values import text
from lambda_iam_scan.model.code import Argument, Fields, SdkCall
from lambda_iam_scan.model.text import Text

Context = tuple[tuple[str, tuple[Text, ...]], ...]

_LISTING = {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter", "s3:max-keys": "MaxKeys"}
_LISTINGS = frozenset({"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"})
_WITH_A_KEY = frozenset({"dynamodb:GetItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"})
_TYPES = frozenset({"S", "N", "B"})


def request_keys(action: str, call: SdkCall) -> Context:
    """What the arguments tell. A key whose argument is not given or not known is left out: then nothing is known of it."""
    if action in _LISTINGS:
        return tuple(_listing(call.arguments))
    if action in _WITH_A_KEY:
        return tuple(_leading_key(call.arguments.get("Key")))
    return ()


def shared(contexts: Iterable[Context]) -> Context:
    """What every one of several requests has in common."""
    first, *others = contexts
    return tuple(item for item in first if all(item in other for other in others))


def _listing(arguments: Fields) -> Iterator[tuple[str, tuple[Text, ...]]]:
    for key, name in _LISTING.items():
        given = arguments.get(name)
        value = text(given) if given is not None else None
        if value is not None and not value.unknown:
            yield key, (value,)


def _leading_key(key: Argument | None) -> Iterator[tuple[str, tuple[Text, ...]]]:
    """The partition key, where it is the whole key: which of two attributes it is, only the table knows."""
    if not isinstance(key, Fields) or key.open or len(key.entries) != 1:
        return
    value = key.entries[0][1]
    if isinstance(value, Fields) and len(value.entries) == 1 and value.entries[0][0].literal in _TYPES:
        value = value.entries[0][1]
    found = text(value)
    if found is not None and not found.unknown:
        yield "dynamodb:LeadingKeys", (found,)
