"""Layers whose content nobody sees: what is found nowhere may be in them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from lambda_iam_scan.model.code import Items
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import Tables


def unknown_layers(function: Function, tables: Tables) -> tuple[str, ...]:
    """Names of a function's layers that are neither in the project nor known by their name (rules/lambda/layers.toml)."""
    known = [pattern.lower() for row in tables.lambda_rules("layers").values() for pattern in row["names"]]
    return tuple(name for name in _names(function) if not any(fnmatchcase(name.lower(), pattern) for pattern in known))


def _names(function: Function) -> Iterator[str]:
    unseen = function.options.get("unseen-layers")
    for layer in unseen.values if isinstance(unseen, Items) else ():
        if isinstance(layer, Text):
            yield str(layer).partition(":layer:")[2] or str(layer)
