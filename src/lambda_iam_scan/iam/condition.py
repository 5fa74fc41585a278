"""Conditions, in three values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import base64
import binascii
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from lambda_iam_scan.iam.arn import arn_like
from lambda_iam_scan.iam.pattern import Piece, compiled, lowered, pieces, resolve
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.model.iam import Condition
from lambda_iam_scan.model.text import Hole, Text

_UNKNOWN = Text.of(Hole("not known at analysis time"))


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a request's condition keys. Keys are lower-case.

    No values: the request does not carry the key. None: nothing is known. A key that is not listed is absent in a
    `complete` context and unknown in any other.
    """

    values: Mapping[str, tuple[Text, ...] | None] = field(default_factory=dict)
    complete: bool = False

    def get(self, key: str) -> tuple[Text, ...] | None:
        """Values under a lower-case key."""
        return self.values.get(key, () if self.complete else None)

    def variable(self, key: str) -> Text | None:
        """The value as a policy variable: a hole when unknown, None when absent or many-valued."""
        values = self.get(key.lower())
        if values is None:
            return _UNKNOWN
        return values[0] if len(values) == 1 else None


def _strings(*, wild: bool, fold: bool) -> _Match:
    def match(value: Text, pattern: tuple[Piece, ...], assume: bool) -> Truth:
        if fold:
            return compiled(tuple(p.lower() if isinstance(p, str) else p for p in pattern)).relation(lowered(value), assume=assume)
        return compiled(pattern).relation(value, assume=assume)

    return _Match(match, wild)


def _arns(value: Text, pattern: tuple[Piece, ...], assume: bool) -> Truth:
    return arn_like(pattern, value, assume=assume)


def _parsed(parse: Callable[[str], object], compare: Callable[[Any, Any], bool]) -> _Match:
    """Comparison of values that are no strings: both must be known and well-formed."""

    def match(value: Text, pattern: tuple[Piece, ...], _: bool) -> Truth:
        wanted = Text(pattern).literal if all(isinstance(piece, str) for piece in pattern) else None  # type: ignore[arg-type]
        given = value.literal
        if wanted is None or given is None:
            return Truth.MAYBE
        try:
            return Truth.of(compare(parse(given), parse(wanted)))
        except (ValueError, OverflowError):
            return Truth.NO

    return _Match(match, False)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _date(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(float(text), UTC)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error


def _in_network(value: object, network: object) -> bool:
    address, block = ip_address(str(value)), ip_network(str(network), strict=False)
    return address.version == block.version and address in block


@dataclass(frozen=True, slots=True)
class _Match:
    test: Callable[[Text, tuple[Piece, ...], bool], Truth]
    wild: bool
    """Whether `*` and `?` of the policy's value are wildcards."""


def _ordered(parse: Callable[[str], object], prefix: str) -> dict[str, _Match]:
    comparisons: dict[str, Callable[[Any, Any], bool]] = {
        "Equals": operator.eq,
        "LessThan": operator.lt,
        "LessThanEquals": operator.le,
        "GreaterThan": operator.gt,
        "GreaterThanEquals": operator.ge,
    }
    return {prefix + name: _parsed(parse, compare) for name, compare in comparisons.items()}


_POSITIVE: dict[str, _Match] = {
    "StringEquals": _strings(wild=False, fold=False),
    "StringEqualsIgnoreCase": _strings(wild=False, fold=True),
    "StringLike": _strings(wild=True, fold=False),
    **_ordered(float, "Numeric"),
    **_ordered(_date, "Date"),
    "Bool": _parsed(_boolean, operator.eq),
    "BinaryEquals": _parsed(_binary, operator.eq),
    "IpAddress": _parsed(str, _in_network),
    "ArnEquals": _Match(_arns, True),
    "ArnLike": _Match(_arns, True),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_BY_LOWER = {name.lower(): name for name in (*_POSITIVE, *_NEGATED, "Null")}
_SETS = ("forallvalues:", "foranyvalue:")


def _parse_operator(written: str) -> tuple[str, str, bool] | None:
    """(set prefix or "", operator as AWS spells it, IfExists), or None."""
    name = written.lower()
    prefix = next((prefix for prefix in _SETS if name.startswith(prefix)), "")
    name = name.removeprefix(prefix)
    known = _BY_LOWER.get(name)
    if known is not None:
        return (prefix, known, False) if known != "Null" or not prefix else None
    known = _BY_LOWER.get(name.removesuffix("ifexists")) if name.endswith("ifexists") else None
    return (prefix, known, True) if known is not None and known != "Null" else None


def known_operator(written: str) -> bool:
    """Whether this is a condition operator, with or without set prefix and `IfExists`."""
    return _parse_operator(written) is not None


class CompiledCondition:
    """One operator on one key, ready to be asked."""

    def __init__(self, condition: Condition, variables: bool) -> None:
        parsed = _parse_operator(condition.operator)
        assert parsed is not None, "the document reader lets no unknown operator through"
        self._set, name, self._if_exists = parsed
        self.key = condition.key.lower()
        self._null = name == "Null"
        self._negated = name in _NEGATED
        self._match = _POSITIVE[_NEGATED.get(name, "Bool" if self._null else name)]
        self._wanted = tuple(pieces(value, variables, self._match.wild) for value in condition.values)

    def holds(self, context: Context, assume: bool) -> Truth:
        """Whether the condition holds. `assume`: see `Pattern.relation`; only ever used in favour of a match that grants."""
        values = context.get(self.key)
        if values is None:
            return Truth.MAYBE
        if self._null:
            absent = Text.of("false" if values else "true")
            return max((self._match.test(absent, wanted, False) for wanted in self._wanted), default=Truth.NO)
        if not values:
            return Truth.of(self._set == _SETS[0] or self._if_exists or (self._negated and self._set != _SETS[1]))
        each = (self._item(value, context, assume and not self._negated) for value in values)
        if self._set == _SETS[1]:
            return max(each)
        if self._set == _SETS[0] or self._negated:
            return min(each)
        return max(each)

    def _item(self, value: Text, context: Context, assume: bool) -> Truth:
        found = max((self._one(value, wanted, context, assume) for wanted in self._wanted), default=Truth.NO)
        return found.negated() if self._negated else found

    def _one(self, value: Text, wanted: tuple[Piece, ...], context: Context, assume: bool) -> Truth:
        pattern = resolve(wanted, context.variable)
        if pattern is None:
            return Truth.NO
        return self._match.test(value, pattern, assume)
