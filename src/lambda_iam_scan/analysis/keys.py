"""Keys of dictionaries: which entries a value can mean."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_iam_scan.analysis.inheritance import is_tuple, record_of
from lambda_iam_scan.analysis.strings import matches
from lambda_iam_scan.analysis.values import DictObject, External, Instance, Result, Str, Unknown, Value, choices
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
        elif isinstance(choice, (Unknown, Result, Str)) or (isinstance(choice, External) and not choice.path.startswith("builtins.")):
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
    yield from found or [name]


def plain(name: Key) -> Key:
    """A key, or the string or number that a member of an enumeration equals."""
    if isinstance(name, Instance) and _PLAIN.intersection(name.cls.external):
        value = name.attrs.get("value", name)
        return value.text if isinstance(value, Str) else value
    return name


def _may_equal(known: Key, wanted: Key) -> bool:
    if isinstance(known, Text) and isinstance(wanted, Text):
        return matches(known, wanted.literal) if known.literal is None and wanted.literal is not None else known == wanted
    return known == wanted or (_by_content(known) and _by_content(wanted))


def _by_content(name: Key) -> bool:
    """Whether an object may equal another one."""
    if not isinstance(name, Instance):
        return False
    return record_of(name.cls) is not None or is_tuple(name.cls) or any("__eq__" in cls.vars for cls in name.cls.order)
