"""Strings, numbers, paths, and what is read from or written as text."""

from __future__ import annotations

from lambda_iam_scan.analysis.core import ANYTHING, Arguments, Core
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values import (
    Const,
    External,
    Str,
    Unknown,
    Value,
    Wrapped,
    as_text,
    hole,
    join,
    literals,
    string,
    text,
    tuple_of,
)
from lambda_iam_scan.model.text import Hole, Text


@model(
    "builtins.str",
    "builtins.repr",
    "builtins.ascii",
    "builtins.format",
    "pathlib.Path",
    "pathlib.PurePosixPath",
    "os.fspath",
    "urllib.parse.quote",
    "urllib.parse.unquote",
    "urllib.parse.quote_plus",
    "urllib.parse.unquote_plus",
    "markupsafe.escape",
)
def _str(run: Core, function: External, arguments: Arguments) -> Value:
    if not arguments.positional:
        return text("")
    value = arguments.positional[0]
    if function.path.startswith("urllib") and not literals(value):
        return hole("a quoted string")
    return join(*[Str(piece) for piece in run.texts(value)])


@model("builtins.int", "builtins.float", "builtins.len", "builtins.sum", "builtins.abs", "builtins.round", "builtins.id", "builtins.hash")
def _int(run: Core, function: External, arguments: Arguments) -> Value:
    value = arguments.get("", 0)
    if function.path == "builtins.int" and isinstance(value, Str) and value.literal is not None and value.literal.isdigit():
        return Const(int(value.literal[:18]))
    return value if function.path == "builtins.int" and isinstance(value, Const) else Unknown("a number")


@model("os.path.join", "posixpath.join")
def _path_join(run: Core, function: External, arguments: Arguments) -> Value:
    parts: list[Text | str] = []
    for i, value in enumerate(arguments.positional):
        parts += ["/", as_text(value)] if i else [as_text(value)]
    return string(Text.of(*parts, *([Hole("path")] if arguments.more is not None else [])))


@model("os.path.basename", "os.path.dirname")
def _path_part(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    if isinstance(value, Str) and value.literal is not None:
        head, _, tail = value.literal.rpartition("/")
        return text(tail if function.path.endswith("basename") else head)
    return hole("part of a path")


@model("os.path.splitext")
def _splitext(run: Core, function: External, arguments: Arguments) -> Value:
    return tuple_of((hole("part of a path"), hole("extension of a path")))


@model("json.loads", "json.load", "yaml.safe_load", "simplejson.loads", "orjson.loads", "ast.literal_eval")
def _parsed(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments)
    if isinstance(value, Wrapped) and value.kind == "json":
        return value.value
    return Unknown("parsed text")


@model("json.dumps", "simplejson.dumps", "orjson.dumps")
def _dumped(run: Core, function: External, arguments: Arguments) -> Value:
    if (default := arguments.keywords.get("default")) is not None and not isinstance(default, External):
        run.call(default, ANYTHING)
    return hole("JSON")


@model("string.Template().substitute", "string.Template().safe_substitute")
def _template(run: Core, function: External, arguments: Arguments) -> Value:
    form = function.argument("template", 0)
    if not isinstance(form, Str):
        return hole("a filled template")
    import re

    source = "".join(part if isinstance(part, str) else "\0" for part in form.text.parts)
    parts: list[Text | str | Hole] = []
    for i, piece in enumerate(re.split(r"\$\{?(\w+)\}?", source)):
        if i % 2:
            given = arguments.keywords.get(piece)
            parts.append(Hole("value of a template") if given is None else as_text(given))
        else:
            parts.append(piece.replace("\0", ""))
    return string(Text.of(*parts)) if "\0" not in source else hole("a filled template")
