"""Calls of one place that are too many to be told apart: one call with all that its arguments can be."""

from __future__ import annotations

from lambda_iam_scan.analysis.values.lattice import pattern
from lambda_iam_scan.analysis.values.strings import matches
from lambda_iam_scan.model.code import Argument, Constant, Fields, OneOf, Unknown
from lambda_iam_scan.model.text import Text

MAX_JOINED = 64
"""Values of one argument that are told apart."""
_NOT_GIVEN = Constant(None)


def joined(first: Fields, second: Fields) -> Fields:
    """Arguments of either call. Where several differ, which goes with which is not known: then they are patterns."""
    one, other = dict(first.entries), dict(second.entries)
    found = {key: _options(one.get(key, _NOT_GIVEN), other.get(key, _NOT_GIVEN)) for key in {**one, **other}}
    exact = sum(len(options) > 1 for options in found.values()) == 1
    return Fields(tuple((key, _argument(options, exact)) for key, options in found.items()), first.open or second.open)


def _options(first: Argument, second: Argument) -> list[Argument]:
    """The different values of both, without those that a pattern among them includes."""
    found = list(dict.fromkeys([*_choices(first), *_choices(second)]))
    patterns = [option for option in found if isinstance(option, Text) and option.literal is None]
    return [option for option in found if not any(_includes(one, option) for one in patterns)]


def _choices(argument: Argument) -> tuple[Argument, ...]:
    return argument.choices if isinstance(argument, OneOf) else (argument,)


def _includes(one: Text, option: Argument) -> bool:
    return isinstance(option, Text) and option.literal is not None and matches(one, option.literal)


def _argument(options: list[Argument], exact: bool) -> Argument:
    if len(options) == 1:
        return options[0]
    if exact and len(options) <= MAX_JOINED:
        return OneOf(tuple(options))
    texts = [option for option in options if isinstance(option, Text)]
    return pattern(texts) if len(texts) == len(options) else Unknown("one of many values")
