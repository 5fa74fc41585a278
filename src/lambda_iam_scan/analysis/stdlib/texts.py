"""Strings, numbers, paths, and what is read from or written as text."""

from __future__ import annotations

import json
import posixpath
import re
import warnings
from collections.abc import Callable
from contextlib import suppress
from urllib import parse

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects.rendering import formatted, represent
from lambda_iam_scan.analysis.stdlib.registry import first, model
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    ANYTHING,
    NONE,
    Arguments,
    BoundMethod,
    ClassObject,
    Const,
    DictObject,
    External,
    Instance,
    ListObject,
    Str,
    TupleValue,
    Unknown,
    Value,
    Wrapped,
    choices,
    hole,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join, tuple_of
from lambda_iam_scan.analysis.values.strings import as_text, literals, string
from lambda_iam_scan.model.text import Hole, Text

_MAX_JSON_DEPTH = 8


@model(
    "builtins.str",
    "pathlib.Path",
    "pathlib.PurePosixPath",
    "os.fspath",
    "markupsafe.escape",
)
def _str(run: Core, function: External, arguments: Arguments) -> Value:
    if not arguments.positional:
        return text("")
    return join(*[Str(piece) for piece in run.texts(arguments.positional[0])])


_QUOTING: dict[str, Callable[..., str]] = {
    f"urllib.parse.{change.__name__}": change for change in (parse.unquote, parse.unquote_plus, parse.quote, parse.quote_plus)
}


@model(*_QUOTING)
def _quoted(run: Core, function: External, arguments: Arguments) -> Value:
    """The characters of a string that URLs do not hold, and the other way round; `safe` are those that stay."""
    further = [*arguments.positional[1:], *arguments.keywords.values()]
    safe = literals(further[0]) if further and function.path.endswith((".quote", ".quote_plus")) else ()
    if len(further) != len(safe) or set(arguments.keywords) - {"safe"}:
        return hole("a quoted string")
    return each(first(arguments), lambda choice: _requoted(_QUOTING[function.path], choice, *safe))


def _requoted(change: Callable[..., str], value: Value, *safe: str) -> Value:
    known = value.literal if isinstance(value, Str) else None
    with suppress(UnicodeError):
        return hole("a quoted string") if known is None else text(change(known, *safe))
    return hole("a quoted string")


_MAX_SEARCHED = 64
_REPETITION = re.compile(r"[*+{]|(?<!\()\?")
_BRANCHES = re.compile(r"[(|]")


@model("re.sub", "re.compile().sub")
def _substituted(run: Core, function: External, arguments: Arguments) -> Value:
    """What a pattern finds in a string, replaced; a function says by what, and is given the match."""
    if function.path != "re.sub":
        given = [value for _, value in function.args]
        arguments = arguments.before(given[0]) if len(given) == 1 else Arguments()
    pattern, replacement, searched = (
        arguments.get(name, place) or Unknown("not given") for place, name in enumerate(("pattern", "repl", "string"))
    )
    if any(not isinstance(choice, Str) for choice in choices(replacement)):
        run.perhaps_call(replacement, Arguments([Unknown("what a pattern has found")]))
    patterns, replacements = literals(pattern), literals(replacement)
    if len(arguments.every()) != 3 or len(patterns) != 1 or len(replacements) != 1 or not _is_quick(patterns[0]):
        return hole("text in which something is replaced")
    return each(searched, lambda choice: _replaced(patterns[0], replacements[0], choice))


def _is_quick(pattern: str) -> bool:
    """Whether a search ends soon whatever is searched: what is repeated neither branches nor is repeated once more."""
    repetitions = len(_REPETITION.findall(pattern))
    return repetitions == 0 or (repetitions == 1 and _BRANCHES.search(pattern) is None)


def _replaced(pattern: str, replacement: str, value: Value) -> Value:
    known = value.literal if isinstance(value, Str) else None
    with suppress(re.error, IndexError), warnings.catch_warnings(action="ignore"):
        if known is not None and len(known) <= _MAX_SEARCHED:
            return text(re.sub(pattern, replacement, known))
    return hole("text in which something is replaced")


_METHODS = "strip lstrip rstrip lower upper title capitalize replace split rsplit join format removeprefix removesuffix startswith endswith"


@model(*(f"builtins.str.{name}" for name in _METHODS.split()))
def _unbound(run: Core, function: External, arguments: Arguments) -> Value:
    """`str.lower(text)`, as for `map`."""
    name = function.path.rpartition(".")[2]
    return run.call(run.attribute(first(arguments), name), arguments.after(1))


@model("builtins.repr", "builtins.ascii", "reprlib.repr")
def _repr(run: Core, function: External, arguments: Arguments) -> Value:
    return join(*[Str(represent(run, choice)) for choice in choices(first(arguments))])


@model("builtins.format")
def _format(run: Core, function: External, arguments: Arguments) -> Value:
    spec = as_text(arguments.get("format_spec", 1) or text(""))
    return join(*[Str(formatted(run, choice, None, spec)) for choice in choices(first(arguments))])


@model("builtins.print", "pprint.pprint", "pprint.pformat")
def _print(run: Core, function: External, arguments: Arguments) -> Value:
    for value in arguments.every():
        run.texts(value)
    return NONE if function.path != "pprint.pformat" else hole("printed values")


@model("builtins.int", "builtins.float", "builtins.len", "builtins.sum", "builtins.abs", "builtins.round", "builtins.id", "builtins.hash")
def _int(run: Core, function: External, arguments: Arguments) -> Value:
    value = arguments.get("", 0)
    if function.path == "builtins.len" and value is not None:
        return _length(run, value)
    if function.path == "builtins.int" and isinstance(value, Str) and value.literal is not None and value.literal.isdigit():
        return Const(int(value.literal[:18]))
    return value if function.path == "builtins.int" and isinstance(value, Const) else Unknown("a number")


def _length(run: Core, value: Value) -> Value:
    if isinstance(value, Str) and value.literal is not None:
        return Const(len(value.literal))
    if isinstance(value, TupleValue):
        return Const(len(value.items))
    if isinstance(value, (ListObject, DictObject)) and (filled := run.truth(value)) is not None:
        return Const(0) if not filled else Const(len(value.items)) if isinstance(value, ListObject) else Unknown("a number")
    if isinstance(value, Instance) and (method := find(value.cls, "__len__")) is not None:
        return run.call(BoundMethod(method, value), Arguments())
    return Unknown("a number")


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
    if (known := as_text(first(arguments)).literal) is not None:
        return tuple_of(tuple(map(text, posixpath.splitext(known))))
    return tuple_of((hole("part of a path"), hole("extension of a path")))


@model("json.loads", "json.load", "yaml.safe_load", "simplejson.loads", "orjson.loads", "ast.literal_eval")
def _parsed(run: Core, function: External, arguments: Arguments) -> Value:
    for hook in [value for name, value in arguments.keywords.items() if name.endswith("_hook") or name.startswith("parse_")]:
        if not isinstance(hook, (External, Const)):
            run.call(hook, ANYTHING)
    value = first(arguments)
    if isinstance(value, Wrapped) and value.kind == "json":
        return value.value
    if isinstance(value, Str) and value.literal is not None and function.path.endswith((".loads", "literal_eval")):
        try:
            return _from_json(run, json.loads(value.literal))
        except (ValueError, RecursionError):
            return Unknown("parsed text")
    return Unknown("parsed text")


def _from_json(run: Core, value: object, depth: int = 0) -> Value:
    """A parsed document as values."""
    if isinstance(value, str):
        return text(value)
    if depth > _MAX_JSON_DEPTH:
        return Unknown("part of a large document")
    if isinstance(value, dict):
        return run.new_dict({Text.of(str(key)): _from_json(run, item, depth + 1) for key, item in value.items()})
    if isinstance(value, list):
        return run.new_list([_from_json(run, item, depth + 1) for item in value])
    return Const(value)


@model("urllib.parse.urlparse", "urllib.parse.urlsplit")
def _split_url(run: Core, function: External, arguments: Arguments) -> Value:
    value = first(arguments, "url")
    made = run.call(External("types.SimpleNamespace"), Arguments())
    if isinstance(made, Instance):
        known = None
        if isinstance(value, Str) and value.literal is not None:
            with suppress(ValueError):
                known = parse.urlsplit(value.literal)
        for name in ("scheme", "netloc", "path", "query", "fragment", "hostname"):
            part = hole("part of a URL") if known is None else text(getattr(known, name) or "")
            run.set_attribute(made, name, part)
    return made


@model("json.dumps", "simplejson.dumps", "orjson.dumps")
def _dumped(run: Core, function: External, arguments: Arguments) -> Value:
    if (default := arguments.keywords.get("default")) is not None and not isinstance(default, External):
        run.call(default, ANYTHING)
    if isinstance(encoder := arguments.keywords.get("cls"), ClassObject):
        run.hand(run.passed, encoder)
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
