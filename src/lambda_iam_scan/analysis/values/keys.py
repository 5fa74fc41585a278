"""Keys of dictionaries: which entries a value can mean."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_iam_scan.analysis.values.inheritance import is_tuple, record_of
from lambda_iam_scan.analysis.values.kinds import DictObject, External, Instance, Result, Str, TupleValue, Union, Unknown, Value, choices
from lambda_iam_scan.analysis.values.strings import matches
from lambda_iam_scan.model.text import Text

Key = Text | object
"""Strings by their text, everything else by the value itself."""

_PLAIN = frozenset({"builtins.str", "builtins.int", "enum.StrEnum", "enum.IntEnum"})
"""Bases of enumerations whose members equal their values."""


def dict_keys(key: Value, among: DictObject | None = None) -> tuple[Key, ...]:
    """The entries of a dictionary that a key can mean, of those that are there if any can be; empty when it is not known enough."""
    out: dict[Key, None] = {}
    for choice in choices(key):
        if isinstance(choice, Str) and not choice.text.unknown:
            name: Key = choice.text
        elif isinstance(choice, Str) or _is_open(choice):
            return ()
        else:
            name = choice
        out.update(dict.fromkeys([name] if among is None else _equal(name, among)))
    return tuple(out)


def _equal(name: Key, among: DictObject) -> Iterator[Key]:
    """Entries whose keys may equal this one; itself when none does."""
    if name in among.entries and not _by_content(name):
        yield name
        return
    wanted = plain(name)
    found = [known for known in among.entries if known is name or _may_equal(plain(known), wanted)]
    yield from found
    if not found or (isinstance(name, TupleValue) and not _is_known(name)):
        yield name


def plain(name: Key) -> Key:
    """A key, or the string or number that a member of an enumeration equals."""
    if isinstance(name, Instance) and _PLAIN.intersection(name.cls.external):
        value = name.attrs.get("value", name)
        return value.text if isinstance(value, Str) else value
    return name


def _may_equal(known: Key, wanted: Key) -> bool:
    if isinstance(known, Text) and isinstance(wanted, Text):
        return matches(known, wanted.literal) if known.literal is None and wanted.literal is not None else known == wanted
    if isinstance(known, TupleValue) and isinstance(wanted, TupleValue):
        return len(known.items) == len(wanted.items) and all(map(_may_be, known.items, wanted.items))
    return known == wanted or (_by_content(known) and _by_content(wanted))


def _may_be(known: Value, wanted: Value) -> bool:
    """Whether a part of a tuple may equal the same part of another one."""
    return any(_is_open(one) or _is_open(other) or _parts_may_equal(one, other) for one in choices(known) for other in choices(wanted))


def _parts_may_equal(one: Value, other: Value) -> bool:
    if not isinstance(one, Str) or not isinstance(other, Str):
        return _may_equal(plain(one), plain(other))
    if one.literal is None and other.literal is None:
        return True
    pattern, string = (one, other) if one.literal is None else (other, one)
    return matches(pattern.text, str(string.literal))


def _is_open(value: Value) -> bool:
    """Whether a value may be anything."""
    return isinstance(value, (Unknown, Result)) or (isinstance(value, External) and not value.path.startswith("builtins."))


def _is_known(value: Value) -> bool:
    """Whether a tuple is one and the same each time, as far as its strings go."""
    if isinstance(value, TupleValue):
        return all(map(_is_known, value.items))
    return not (isinstance(value, Union) or _is_open(value) or (isinstance(value, Str) and value.literal is None))


def _by_content(name: Key) -> bool:
    """Whether an object may equal another one."""
    if not isinstance(name, Instance):
        return False
    return record_of(name.cls) is not None or is_tuple(name.cls) or any("__eq__" in cls.vars for cls in name.cls.order)
