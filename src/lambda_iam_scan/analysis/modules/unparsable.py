"""Files that no handler reaches are not lowered; those that are not even Python must be named all the same."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable

from lambda_iam_scan.analysis.facts.module import ModuleFacts
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import Gap
from lambda_iam_scan.model.source import SourceTree


def unparsable(paths: Iterable[str], tree: SourceTree, facts: Callable[[str], ModuleFacts | Gap]) -> tuple[Gap, ...]:
    """The gap of each module that does not parse.

    The host's parser, a hundred times faster, only sorts out what is surely Python; what it refuses is for `facts` to judge, as the
    analyzed code may be older or newer than the interpreter that runs the tool.
    """
    doubtful = (path for path in paths if not _is_python(path, tree))
    return tuple(found for path in doubtful if isinstance(found := facts(path), Gap))


def _is_python(path: str, tree: SourceTree) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree.read(path), path, "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True)
    except InputError:
        return True
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True
