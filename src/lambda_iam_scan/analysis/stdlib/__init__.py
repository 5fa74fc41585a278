"""Contracts of the builtins, the standard library and a few packages everyone uses: what is called with what, and what comes back.

One file a kind of function; each registers its models when it is imported. Source: the Python language and library reference, and the
documentation of the packages named.
"""

from lambda_iam_scan.analysis.stdlib import (
    concurrency,
    environment,
    files,
    imports,
    inspection,
    iterators,
    kept,
    language,
    protocols,
    records,
    sequences,
    special,
    texts,
    validation,
    wrappers,
)
from lambda_iam_scan.analysis.stdlib.environment import ANNOTATED, CONTEXT, EVENT, attribute, item
from lambda_iam_scan.analysis.stdlib.registry import FUNCTIONS

__all__ = [
    "ANNOTATED",
    "CONTEXT",
    "EVENT",
    "FUNCTIONS",
    "attribute",
    "concurrency",
    "environment",
    "files",
    "imports",
    "inspection",
    "item",
    "iterators",
    "kept",
    "language",
    "protocols",
    "records",
    "sequences",
    "special",
    "texts",
    "validation",
    "wrappers",
]

special.register()
