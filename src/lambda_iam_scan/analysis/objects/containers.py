"""Methods of strings, dictionaries, AWS results, futures and the like."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.objects import lists, outside
from lambda_iam_scan.analysis.objects.rendering import filled
from lambda_iam_scan.analysis.values.contents import as_string
from lambda_iam_scan.analysis.values.keys import dict_keys
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    ANY_BOOL,
    FALSE,
    NONE,
    TRUE,
    Arguments,
    BoundMethod,
    Const,
    Descriptor,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Result,
    Str,
    TupleValue,
    Unknown,
    Value,
    Wrapped,
    choices,
    elements,
    given,
    hole,
    text,
    whole,
)
from lambda_iam_scan.analysis.values.lattice import each, join, present, tuple_of
from lambda_iam_scan.analysis.values.strings import as_text, literals, string
from lambda_iam_scan.model.text import Hole, Part, Text


def call(run: Core, receiver: Value, name: str, arguments: Arguments) -> Value:
    """`receiver.name(...)`."""
    if isinstance(receiver, Str):
        return string_method(run, receiver, name, arguments)
    if isinstance(receiver, DictObject):
        return dict_method(run, receiver, name, arguments)
    if isinstance(receiver, (ListObject, TupleValue)):
        return lists.call(run, receiver, name, arguments)
    if isinstance(receiver, Result):
        return _result_method(run, receiver, name, arguments)
    if isinstance(receiver, Wrapped):
        return _wrapped_method(run, receiver, name, arguments)
    if isinstance(receiver, Descriptor):
        return _descriptor_method(receiver, name, arguments)
    if isinstance(receiver, FunctionObject):
        return _function_method(run, receiver, name, arguments)
    if isinstance(receiver, Unknown):
        return _unknown_method(run, receiver, arguments)
    for value in arguments.every():
        if isinstance(value, FunctionObject):
            run.hand(run.registered, value)
    return Unknown(f"result of {name}")


def rebuilt(run: Core, value: Value, change: Callable[[Value], Value]) -> Value:
    """A container with each of its items changed; itself where it is none, or where nothing changes."""
    if isinstance(value, TupleValue):
        items = [change(item) for item in value.items]
        return value if all(map(operator.is_, items, value.items)) else tuple_of(items)
    if isinstance(value, ListObject):
        items = [change(item) for item in value.items]
        rest = None if value.rest is None else change(value.rest)
        same = rest is value.rest and all(map(operator.is_, items, value.items))
        return value if same else run.new_list(items, rest, value.kind)
    if isinstance(value, DictObject):
        entries = {key: change(item) for key, item in value.entries.items()}
        rest = None if value.rest is None else change(value.rest)
        same = rest is value.rest and all(entries[key] is item for key, item in value.entries.items())
        return value if same else run.new_dict(entries, rest)
    return value


# ---------------------------------------------------------------- strings

_CHANGES = "strip lstrip rstrip lower upper title capitalize casefold swapcase removeprefix removesuffix"
_SAME = frozenset(_CHANGES.split())
_QUESTIONS = "startswith endswith isdigit isalpha isalnum isnumeric islower isupper isspace isidentifier"
_TESTS = frozenset(_QUESTIONS.split())


def string_method(run: Core, value: Str, name: str, arguments: Arguments) -> Value:
    """A method of a string."""
    if name == "format":
        return _format(run, value, arguments)
    if name == "format_map" and isinstance(entries := arguments.get("mapping", 0), DictObject):
        named = {key.literal: item for key, item in entries.entries.items() if isinstance(key, Text)}
        return _format(run, value, Arguments([], {key: item for key, item in named.items() if key}, None, entries.rest))
    if name == "join":
        return _join(run, value, arguments)
    if name in ("split", "rsplit", "partition", "rpartition", "splitlines"):
        return _split(run, value, name, arguments)
    if name in _SAME or name in ("replace", "format_map", "zfill", "encode", "expandtabs", "translate", "ljust", "rjust", "center"):
        return _changed(value, name, arguments)
    if name in ("resolve", "absolute", "expanduser", "as_posix"):
        return value  # paths are kept as strings
    if name == "joinpath":
        return string(Text.of(value.text, *[part for item in arguments.positional for part in ("/", as_text(item))]))
    if name in ("glob", "iterdir"):
        return run.call(
            External("glob.glob"), Arguments([string(Text.of(value.text, "/", as_text(arguments.get("pattern", 0) or text("*"))))])
        )
    if name == "get_secret_value":
        return value  # pydantic's secrets are kept as the strings that they hide
    if name in _TESTS:
        return _tested(value, name, arguments)
    return Unknown(f"result of str.{name}")


def _format(run: Core, value: Str, arguments: Arguments) -> Value:
    if arguments.more is not None or arguments.more_keywords is not None:
        return hole("formatted with values that are not known")
    combinations: list[tuple[list[Value], dict[str, Value]]] = [([], {})]
    for item in arguments.positional:
        combinations = [([*p, choice], k) for p, k in combinations for choice in given(item)][:16]
    for name, item in arguments.keywords.items():
        combinations = [(p, {**k, name: choice}) for p, k in combinations for choice in given(item)][:16]
    return join(*[filled(run, value, positional, keywords) for positional, keywords in combinations])


def _join(run: Core, value: Str, arguments: Arguments) -> Value:
    items = run.iterate(arguments.get("iterable", 0) or Unknown("nothing to join"))
    texts = [as_text(each(item, as_string)) for item in items.items]
    parts: list[Part | Text] = [part for i, item in enumerate(texts) for part in ([value.text, item] if i else [item])]
    if isinstance(items, ListObject) and items.rest is not None:
        parts.append(Hole("joined from values that are not known"))
    return string(Text.of(*parts))


def _split(run: Core, value: Str, name: str, arguments: Arguments) -> Value:
    separator = arguments.get("sep", 0)
    limit = arguments.get("maxsplit", 1)
    if value.literal is not None and (separator is None or (isinstance(separator, Str) and separator.literal)):
        sep = separator.literal if isinstance(separator, Str) else None
        known = whole(limit)
        count = -1 if known is None else known
        if name in ("partition", "rpartition") and sep:
            return tuple_of(tuple(text(part) for part in getattr(value.literal, name)(sep)))
        if name in ("split", "rsplit") and (limit is None or isinstance(limit, Const)):
            return run.new_list([text(part) for part in getattr(value.literal, name)(sep, count)])
    if name == "split" and limit is None and isinstance(separator, Str) and separator.literal and len(value.text.parts) > 1:
        return _split_pattern(run, value.text, separator.literal)
    return run.new_list((), hole("part of a string"))


def _split_pattern(run: Core, value: Text, separator: str) -> Value:
    """Split a string with holes: exact up to the first hole, which may contain separators of its own; tokens of AWS's own do not."""
    pieces: list[list[Part]] = [[]]
    for part in value.parts:
        if isinstance(part, Hole):
            return run.new_list([string(Text.of(*piece)) for piece in pieces[:-1]], hole("part of a string"))
        if not isinstance(part, str):
            pieces[-1].append(part)
            continue
        first, *rest = part.split(separator)
        pieces[-1].append(first)
        pieces += [[piece] for piece in rest]
    return run.new_list([string(Text.of(*piece)) for piece in pieces])


def _changed(value: Str, name: str, arguments: Arguments) -> Value:
    given = [argument.literal for argument in arguments.positional if isinstance(argument, Str)]
    if value.literal is not None and len(given) == len(arguments.positional) and None not in given and not arguments.keywords:
        if name in _SAME or name == "replace":
            try:
                return text(getattr(value.literal, name)(*given))
            except (TypeError, ValueError):
                return hole("a changed string")
        if name == "encode":
            return Const(value.literal.encode("utf-8", "replace"))
    if name == "replace" and len(given) == 2 and None not in given:
        parts = [part.replace(str(given[0]), str(given[1])) if isinstance(part, str) else part for part in value.text.parts]
        return string(Text.of(*parts))
    if name in ("lower", "upper") and any(isinstance(part, str) for part in value.text.parts):
        return string(Text.of(*[getattr(part, name)() if isinstance(part, str) else Hole("a changed string") for part in value.text.parts]))
    if name in ("strip", "rstrip", "lstrip", "encode"):
        return value
    return hole("a changed string")


def _tested(value: Str, name: str, arguments: Arguments) -> Value:
    wanted = arguments.get("prefix", 0)
    if isinstance(wanted, TupleValue) and wanted.items:
        answers = {_tested(value, name, Arguments([item])) for item in wanted.items}
        return TRUE if TRUE in answers else FALSE if answers == {FALSE} else ANY_BOOL
    if value.literal is not None and (wanted is None or (isinstance(wanted, Str) and wanted.literal is not None)):
        return Const(getattr(value.literal, name)(*(() if wanted is None else (wanted.literal,))))
    if name == "startswith" and isinstance(wanted, Str) and wanted.literal and value.text.parts and isinstance(value.text.parts[0], str):
        head = value.text.parts[0]
        if head.startswith(wanted.literal):
            return Const(True)
        if not wanted.literal.startswith(head):
            return Const(False)
    return ANY_BOOL


# ---------------------------------------------------------------- dictionaries


def dict_method(run: Core, value: DictObject, name: str, arguments: Arguments) -> Value:
    """A method of a dictionary."""
    method = _DICT.get(name)
    return method(run, value, arguments) if method else Unknown(f"result of dict.{name}")


def _every_value(value: DictObject) -> list[Value]:
    return [*(present(item) for item in value.entries.values()), *([value.rest] if value.rest is not None else [])]


def _get(run: Core, value: DictObject, arguments: Arguments) -> Value:
    key = arguments.get("key", 0) or Unknown("no key")
    default = arguments.get("default", 1) or NONE
    keys = dict_keys(key, value)
    if keys and all(key in value.entries for key in keys):
        found = join(*[value.entries[key] for key in keys])
        return join(present(found), default) if ABSENT in choices(found) else found
    if keys and value.rest is None and all(isinstance(k, Text) and k.literal is not None for k in keys):
        known = [value.entries[k] for k in keys if k in value.entries]
        return join(*[present(item) for item in known], default)
    return join(run.item(value, key), default) if _every_value(value) else default


def _pop(run: Core, value: DictObject, arguments: Arguments) -> Value:
    found = _get(run, value, arguments)
    keys = dict_keys(arguments.get("key", 0) or Unknown("no key"), value)
    run.remove(value, keys)
    return found


def _setdefault(run: Core, value: DictObject, arguments: Arguments) -> Value:
    key, default = arguments.get("key", 0) or Unknown("no key"), arguments.get("default", 1) or NONE
    keys = dict_keys(key, value)
    for name in keys:
        old = choices(value.entries.get(name, ABSENT))
        if ABSENT in old:
            kept = [choice for choice in old if choice != ABSENT]
            run.set_entry(value, name, join(default, *kept), run.fresh(value.control) and len(keys) == 1)
    if not keys:
        run.put(value, key, default)
    return run.item(value, key)


def _update(run: Core, value: DictObject, arguments: Arguments) -> Value:
    for argument in arguments.positional:
        if all(isinstance(choice, DictObject) for choice in choices(argument)):
            run.merge_into(value, argument)
            continue
        for choice in run.each_choice(argument):
            if isinstance(choice, DictObject):
                run.merge_into(value, choice)
            elif isinstance(choice, Instance) and not isinstance(keys := run.attribute(choice, "keys"), Unknown):
                for key in list(elements(run.iterate(run.call(keys, Arguments())))):
                    run.put(value, key, run.item(choice, key))
            else:
                run.put(value, Unknown("a key"), Unknown("entries that are not known"))
    for name, item in arguments.keywords.items():
        run.put(value, text(name), item)
    if arguments.more_keywords is not None:
        run.put(value, Unknown("a key"), arguments.more_keywords)
    return NONE


def _items(run: Core, value: DictObject, arguments: Arguments) -> Value:
    pairs: list[Value] = [tuple_of((key_value(key), present(item))) for key, item in value.entries.items()]
    return run.new_list(pairs, None if value.rest is None else tuple_of((Unknown("a key that is not known"), value.rest)))


def key_value(key: Text | object) -> Value:
    """A dictionary's key as a value: other keys than strings are values already."""
    return Str(key) if isinstance(key, Text) else cast(Value, key)


def _keys(run: Core, value: DictObject, arguments: Arguments) -> Value:
    return run.iterate(value)


def _values(run: Core, value: DictObject, arguments: Arguments) -> Value:
    return run.new_list((present(item) for item in value.entries.values()), value.rest)


def _copy(run: Core, value: DictObject, arguments: Arguments) -> Value:
    made = run.new_dict(value.entries, value.rest)
    made.default = value.default
    return made


def _clear(run: Core, value: DictObject, arguments: Arguments) -> Value:
    run.remove(value, tuple(value.entries))
    if run.fresh(value.control):
        value.entries.clear()
        value.rest = None
    return NONE


def _popitem(run: Core, value: DictObject, arguments: Arguments) -> Value:
    found = _every_value(value)
    run.remove(value, tuple(value.entries))
    return tuple_of((Unknown("a key"), join(*found) if found else Unknown("an entry of an empty dictionary")))


def _new_child(run: Core, value: DictObject, arguments: Arguments) -> Value:
    child = _copy(run, value, arguments)
    _update(run, child, arguments) if isinstance(child, DictObject) else None
    return child


def _most_common(run: Core, value: DictObject, arguments: Arguments) -> Value:
    pairs = list(elements(run.iterate(_items(run, value, arguments))))
    return run.new_list((), join(*pairs) if pairs else None)


_DICT: dict[str, Callable[[Core, DictObject, Arguments], Value]] = {
    "get": _get,
    "pop": _pop,
    "setdefault": _setdefault,
    "update": _update,
    "items": _items,
    "keys": _keys,
    "values": _values,
    "copy": _copy,
    "new_child": _new_child,
    "most_common": _most_common,
    "clear": _clear,
    "popitem": _popitem,
    "__getitem__": lambda run, value, arguments: run.item(value, arguments.get("key", 0) or Unknown("no key")),
    "__contains__": lambda run, value, arguments: ANY_BOOL,
}

# ---------------------------------------------------------------- results, futures, functions


_CREDENTIALS = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
"""Members of STS's credentials, all of which it always gives: source, the AWS STS API reference, Credentials."""


def _result_method(run: Core, value: Result, name: str, arguments: Arguments) -> Value:
    if name in ("get", "pop", "__getitem__"):
        found = run.item(value, arguments.get("key", 0) or Unknown("no key"))
        default = arguments.get("default", 1)
        return found if default is None or value.service == "sts" else join(found, default)
    if name == "items" and value.service == "sts" and value.path[-1:] == ("Credentials",):
        return run.new_list([tuple_of((text(key), run.item(value, text(key)))) for key in _CREDENTIALS])
    if name == "items":
        return run.new_list((), tuple_of((Unknown("a key"), run.item(value, Const(0)))))
    if name in ("values", "copy", "json", "build_full_result", "search", "__iter__"):
        return run.new_list((), run.item(value, Const(0))) if name == "values" else value
    return Unknown(f"result of {value.service}:{value.operation}")


def _unknown_method(run: Core, value: Unknown, arguments: Arguments) -> Value:
    """`get` and `pop` of something unknown, where things have been put."""
    return outside.got(run, value, arguments) or run.call(value, arguments)


def _wrapped_method(run: Core, value: Wrapped, name: str, arguments: Arguments) -> Value:
    if name in ("add_done_callback", "then"):
        for given in arguments.positional[:1]:
            run.call(given, Arguments([value]))
        return NONE
    if name in ("result", "get", "wait", "__enter__", "__aenter__", "__call__", "join"):
        return value.value
    return Unknown(f"result of {name}")


def _descriptor_method(value: Descriptor, name: str, arguments: Arguments) -> Value:
    given = arguments.get("function", 0)
    if given is None:
        return value
    if name == "setter":
        return replace(value, setter=given)
    return replace(value, deleter=given) if name == "deleter" else replace(value, function=given) if name == "getter" else value


def _function_method(run: Core, value: FunctionObject, name: str, arguments: Arguments) -> Value:
    """`f.register(...)` of single dispatch, `f.cache_clear()`, `f.delay()` ..."""
    if name == "register":
        return run.call(External("functools.singledispatch().register"), arguments.before(value))
    if name == "__get__":
        return BoundMethod(value, arguments.get("instance", 0) or Unknown("no object"))
    return Unknown(f"result of {value.name}.{name}")


def names_in(value: Value) -> tuple[str, ...]:
    """Known strings in a value or in a sequence of them."""
    if isinstance(value, (TupleValue, ListObject)):
        return tuple(name for item in elements(value) for name in literals(item))
    return literals(value)
