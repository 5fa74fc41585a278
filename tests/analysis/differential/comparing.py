"""Whether the calls that an analysis found are those that a program made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lambda_iam_scan.model.code import Argument, CodeUse, Constant, Fields, Items, OneOf, PrincipalKind, SdkCall
from lambda_iam_scan.model.text import Text
from tests.analysis.differential.recording import Made


def missed(use: CodeUse, made: Iterable[Made]) -> list[Made]:
    """Calls made that are none of those found."""
    return [call for call in made if not any(accounts_for(found, call) for found in use.calls)]


def invented(use: CodeUse, made: Iterable[Made]) -> list[SdkCall]:
    """Calls found that were not made with exactly these arguments."""
    happened = list(made)
    return [found for found in use.calls if not any(accounts_for(found, call) and _exactly(found.arguments, call) for call in happened)]


def accounts_for(found: SdkCall, made: Made) -> bool:
    """Whether a call found describes one that was made: operation, credentials and arguments."""
    if (found.service, found.operation) != (made.service, made.operation):
        return False
    return _signed(found, made.role) and fits(found.arguments, made.arguments)


def _signed(found: SdkCall, role: str | None) -> bool:
    principal = found.principal
    if role is None or principal.kind is not PrincipalKind.ASSUMED_ROLE:
        return (role is None) == (principal.kind is PrincipalKind.EXECUTION_ROLE)
    return principal.role is None or fits(principal.role, role)


def fits(pattern: Argument, value: Any) -> bool:
    """Whether a pattern is one of this value."""
    if isinstance(pattern, Text):
        form = "".join(re.escape(part) if isinstance(part, str) else ".*" for part in pattern.parts)
        return isinstance(value, str) and re.fullmatch(form, value, re.DOTALL) is not None
    if isinstance(pattern, Constant):
        return bool(pattern.value == value)
    if isinstance(pattern, OneOf):
        return any(fits(choice, value) for choice in pattern.choices)
    if isinstance(pattern, Items):
        return isinstance(value, list) and _items_fit(pattern, value)
    if isinstance(pattern, Fields):
        return isinstance(value, dict) and all(pattern.open or _entry_fits(pattern, key, item) for key, item in value.items())
    return True


def _items_fit(pattern: Items, value: list[Any]) -> bool:
    if pattern.loose:
        return all(pattern.open or any(fits(inner, item) for inner in pattern.values) for item in value)
    enough = len(value) >= len(pattern.values) if pattern.open else len(value) == len(pattern.values)
    return enough and all(fits(inner, item) for inner, item in zip(pattern.values, value, strict=False))


def _entry_fits(pattern: Fields, key: object, value: Any) -> bool:
    return any(fits(name, key) and fits(inner, value) for name, inner in pattern.entries)


def _exactly(arguments: Fields, made: Made) -> bool:
    """Whether no argument is left open, and none was found that was not given."""
    return not arguments.open and all(_literal(value) for _, value in arguments.entries) and len(arguments.entries) == len(made.arguments)


def _literal(pattern: Argument) -> bool:
    if isinstance(pattern, Text):
        return pattern.literal is not None
    if isinstance(pattern, Items):
        return not pattern.loose and not pattern.open and all(_literal(inner) for inner in pattern.values)
    if isinstance(pattern, Fields):
        return not pattern.open and all(_literal(inner) for _, inner in pattern.entries)
    return isinstance(pattern, Constant)
