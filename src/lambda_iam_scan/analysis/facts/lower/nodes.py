"""libcst, and the nodes that its parser makes for us: bare ones.

libcst's own nodes are frozen dataclasses that check what they are made of, and more than half of them are whitespace and punctuation. Its
native parser takes their classes from the module `libcst` as it goes. While it runs another module stands in that place: classes of
the same names that only hold their fields, and for what the lowering never reads, nothing. Parsing takes a quarter less time.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import libcst

from lambda_iam_scan.analysis.facts.lower.nesting import Unparsable

_WHITESPACE = {"Comment", "EmptyLine", "Newline", "ParenthesizedWhitespace", "SimpleWhitespace", "TrailingWhitespace"}
_BRACKETS = {"LeftCurlyBrace", "LeftParen", "LeftSquareBracket", "RightCurlyBrace", "RightParen", "RightSquareBracket"}
_PUNCTUATION = {"AssignEqual", "Colon", "Comma", "Dot", "Semicolon"}
_UNREAD = _WHITESPACE | _BRACKETS | _PUNCTUATION
"""Nodes of which at most their presence counts."""


def parse(text: str) -> Any:
    """A module's tree, of the classes in `nodes`. Raises `Unparsable`."""
    try:
        with _standing_in(_BARE):
            return libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        raise Unparsable(f"not valid Python: {error.message}", error.raw_line, error.raw_column + 1) from None
    except (KeyboardInterrupt, SystemExit, RecursionError, MemoryError):
        raise
    except BaseException as error:  # the native parser's panics derive from BaseException
        raise Unparsable(f"libcst cannot read it: {type(error).__name__}") from None


@contextmanager
def _standing_in(module: ModuleType) -> Iterator[None]:
    sys.modules["libcst"] = module
    try:
        yield
    finally:
        sys.modules["libcst"] = libcst


def _bare_module() -> ModuleType:
    """Its attributes are made when they are first asked for, and most never are."""
    bare = ModuleType("libcst")

    def made(name: str) -> Any:
        kind = getattr(libcst, name)
        if name in _UNREAD:
            kind = _nothing
        elif isinstance(kind, type) and issubclass(kind, libcst.CSTNode) and kind is not libcst.Module:
            kind = _bare(kind)
        setattr(bare, name, kind)
        return kind

    vars(bare)["__getattr__"] = made
    return bare


def _bare(kind: type[libcst.CSTNode]) -> type[SimpleNamespace]:
    """A class whose objects have the fields they are made with, and the defaults of the others.

    A data class with slots would need a quarter of the memory, but a fifth more instructions for all of parsing (measured).
    """
    made = ((field.name, field.default, field.default_factory) for field in dataclasses.fields(kind))
    none = dataclasses.MISSING
    defaults = {name: value if make is none else make() for name, value, make in made if (value, make) != (none, none)}
    return type(kind.__name__, (SimpleNamespace,), defaults)


def _nothing(**fields: object) -> bool:
    """Stands for a node that is not read: it is there."""
    return True


_BARE = _bare_module()
nodes: Any = _BARE if type(parse("0").body[0]) is _BARE.SimpleStatementLine else libcst
"""The classes of a tree's nodes: libcst's own, should its parser come to find them in another way."""
